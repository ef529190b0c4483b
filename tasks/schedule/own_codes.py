"""The polis and doctors that a clinic calls its own, and which of them have no session at Antrean.

Two code spaces are told apart. What the clinic's antrean jobs name (`kodepoli`, `kodedokter`) is what Antrean
has; of that a missing session is certain. PCare's codes (`kdPoli`, `kdDokter`) are the same numbers in the
clients that were seen (contract 5a), which nobody promises: they are shown apart.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bpjs_client.identifiers import without_identifiers
from bpjs_client.jenis import Service
from bpjs_client.references import BY_NAME
from database import Database
from database.references.search import search
from database.views.used_codes import used_codes
from tasks.schedule.codes import What, same_code

LATELY = timedelta(days=30)
# Polis that serve without a doctor's schedule (contract 4).
WITHOUT_DOCTORS = frozenset({"005", "998", "999"})
_LISTS = {"poli": BY_NAME["pcare/poli"], "dokter": BY_NAME["pcare/dokter"]}


@dataclass(frozen=True)
class OwnCode:
    """A code of the clinic's own: in how many jobs of the last 30 days it stands, and whether PCare lists it.

    `last`: the last day of a job that names it. `name` is PCare's, where it has one. A patient's number that
    stands in a code's place is masked, so that no list of codes shows it.
    """

    what: What
    code: str
    name: str = ""
    antrean_jobs: int = 0
    pcare_jobs: int = 0
    in_pcare: bool = False
    last: date | None = None

    @property
    def key(self) -> tuple[What, str]:
        """What two spellings of one code share."""
        return self.what, same_code(self.what, self.code)

    @property
    def is_antreans(self) -> bool:
        """Whether the clinic's antrean jobs name it: then Antrean must know it."""
        return self.antrean_jobs > 0


def own_codes(database: Database, faskes: str, today: date) -> list[OwnCode]:
    """Those of the clinic's jobs of the last 30 days and of its copy of PCare's poli and dokter, by code.

    Raises DatabaseUnavailable.
    """
    return sorted(
        _merged([*_of_jobs(database, faskes, today - LATELY), *_of_pcare(database, faskes)]).values(),
        key=lambda own: (own.what is What.DOCTOR, own.code),
    )


def _of_jobs(database: Database, faskes: str, since: date) -> Iterable[OwnCode]:
    for used in used_codes(database, faskes, since):
        is_antreans = used.service is Service.ANTREAN
        for what, code in ((What.POLI, used.poli), (What.DOCTOR, used.doctor)):
            if code:
                antrean, pcare = (used.jobs, 0) if is_antreans else (0, used.jobs)
                shown = without_identifiers(code)
                yield OwnCode(what, shown, antrean_jobs=antrean, pcare_jobs=pcare, last=used.last)


def _of_pcare(database: Database, faskes: str) -> Iterable[OwnCode]:
    for what in What:
        for row in search(database, _LISTS[what.value], faskes=faskes):
            yield OwnCode(what, row.kode, without_identifiers(row.nama), in_pcare=True)


def _merged(found: Iterable[OwnCode]) -> Mapping[tuple[What, str], OwnCode]:
    merged: dict[tuple[What, str], OwnCode] = {}
    for own in found:
        known = merged.get(own.key)
        merged[own.key] = own if known is None else _sum(known, own)
    return merged


def _sum(one: OwnCode, other: OwnCode) -> OwnCode:
    return replace(
        one,
        name=one.name or other.name,
        antrean_jobs=one.antrean_jobs + other.antrean_jobs,
        pcare_jobs=one.pcare_jobs + other.pcare_jobs,
        in_pcare=one.in_pcare or other.in_pcare,
        last=max((each for each in (one.last, other.last) if each), default=None),
    )
