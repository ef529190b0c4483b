"""BPJS's endpoints that a clinic may use: a read of each tells of references, the jobs tell of job types."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from bpjs_client.endpoints import path_of
from bpjs_client.errors import BpjsError, NotFound, Rejected, Unauthorized
from bpjs_client.identifiers import without_identifiers
from bpjs_client.jenis import Jenis, Service
from bpjs_client.jobs import Bpjs
from bpjs_client.paging import Identity, Row, whole_row
from bpjs_client.references import REFERENCES, Listing, Reference
from cli.finding import Finding
from database import Database
from database.services.states import State
from database.views.monitor import today
from database.views.report import delivered_since

RECENT = timedelta(days=30)
_ASK_BPJS = "minta BPJS membuka endpoint itu untuk cons-id klinik ini"
_RESUME = "bila BPJS sudah membukanya: bpjs resume"


@dataclass
class _FirstLists:
    """A reading that asks nothing and finds every list empty, so that only the first list is named."""

    days: Sequence[date] = field(default_factory=lambda: [date.today()])

    def each(
        self, service: Service, listings: Sequence[Listing], identity: Identity = whole_row
    ) -> list[list[Row]]:
        """Empty lists."""
        return [[] for _ in listings]


def references(bpjs: Bpjs, service: Service, clinic: str) -> Iterator[Finding]:
    """Reads one row of each reference of a service, by reads only."""
    asked = {reference.jenis: _answer(bpjs, reference, path) for reference, path in _paths(service)}
    refused = [f"{name} ({why})" for name, why in asked.items() if why is not None]
    found = f"{len(asked) - len(refused)} dari {len(asked)} referensi terbuka"
    if refused:
        found += f"; tidak: {', '.join(refused)}"
    yield Finding(f"Endpoint {service.value}{clinic}", not refused, found, _ASK_BPJS if refused else "")


def provider(bpjs: Bpjs, ours: str, clinic: str) -> Iterator[Finding]:
    """Compares our provider code with the one that PCare shows; says nothing where it shows none today."""
    try:
        theirs = bpjs.own_provider()
    except BpjsError:
        return  # whether it may be read was told above
    if theirs is not None:
        well = theirs == ours
        found = f"{ours}, sama dengan BPJS" if well else f"{ours}, tetapi BPJS memakai {theirs}"
        todo = "" if well else "perbaiki BPJS_KD_PROVIDER: tanpa itu kunjungan tidak ditemukan lagi di BPJS"
        yield Finding(f"Kode faskes{clinic}", well, found, todo)


def _paths(service: Service) -> Iterator[tuple[Reference, str]]:
    for reference in REFERENCES:
        listings = reference.plan(_FirstLists()) if reference.service is service else ()
        if listings:
            page = (0, 1) if listings[0].paged else ()
            yield reference, path_of(*listings[0].path, *page)


def _answer(bpjs: Bpjs, reference: Reference, path: str) -> str | None:
    """In Indonesian, why the endpoint is refused or cannot be had now; None when it is granted."""
    try:
        bpjs.read(reference.service, path)
    except (NotFound, Rejected):
        return None  # it was BPJS that answered, and no refusal of ours
    except Unauthorized as refused:
        return without_identifiers(refused.words or refused.reason)
    except BpjsError as error:
        return error.reason.rstrip(".")
    return None


def jobs(database: Database, faskes: str, clinic: str, held: dict[str, str]) -> Iterator[Finding]:
    """The job types that BPJS took lately, those held and those unknown. `held`: jenis → state."""
    taken = delivered_since(database, faskes, today(database) - RECENT)
    refused = [jenis for jenis in Jenis if held.get(jenis) == State.PAUSED]
    unknown = [jenis for jenis in Jenis if jenis not in taken and jenis not in held]
    parts = (
        ("diterima BPJS", [jenis for jenis in Jenis if jenis in taken and jenis not in held]),
        ("ditahan", [jenis for jenis in Jenis if jenis in held]),
        (f"belum ada yang terkirim dalam {RECENT.days} hari", unknown),
    )
    found = "; ".join(f"{what}: {', '.join(names)}" for what, names in parts if names)
    yield Finding(f"Jenis pekerjaan{clinic}", not held, found, f"{_ASK_BPJS}; {_RESUME}" if refused else "")
