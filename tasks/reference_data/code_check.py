"""Checks a body's codes against the clinic's reference data before it is sent.

Only a reference that was read whole lately can refuse a code; without one BPJS decides.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bpjs_client.bodies import FieldError, service_date
from bpjs_client.jenis import Jenis
from bpjs_client.references import BY_NAME, Reference
from database.references.search import Found
from tasks.reference_data.book import ReferenceBook

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """A field whose code must be in a reference, in one of its variants or in any."""

    field: str
    reference: Reference
    varian: str | None = None


_ONLY = ""  # the one variant of a reference that has no others: with it the index finds a code at once
_POLI = Rule("kdPoli", BY_NAME["pcare/poli"], _ONLY)
_DIAGNOSA = BY_NAME["pcare/diagnosa"]
_ALERGI = BY_NAME["pcare/alergi"]
_KODEPOLI = Rule("kodepoli", BY_NAME["antrean/poli"])
SESSIONS = BY_NAME["antrean/dokter"]

# kdTkp is no reference of BPJS: its three values are checked when a body is handed over.
RULES: Mapping[Jenis, tuple[Rule, ...]] = {
    Jenis.TAMBAH_ANTREAN: (_KODEPOLI,),
    Jenis.PANGGIL_ANTREAN: (_KODEPOLI,),
    Jenis.BATAL_ANTREAN: (_KODEPOLI,),
    Jenis.TAMBAH_PENDAFTARAN: (_POLI,),
    Jenis.TAMBAH_KUNJUNGAN: (
        _POLI,
        Rule("kdDokter", BY_NAME["pcare/dokter"], _ONLY),
        Rule("kdSadar", BY_NAME["pcare/kesadaran"], _ONLY),
        Rule("kdDiag1", _DIAGNOSA, _ONLY),
        Rule("kdDiag2", _DIAGNOSA, _ONLY),
        Rule("kdDiag3", _DIAGNOSA, _ONLY),
        Rule("kdPrognosa", BY_NAME["pcare/prognosa"], _ONLY),
        Rule("alergiMakan", _ALERGI, "01"),
        Rule("alergiUdara", _ALERGI, "02"),
        Rule("alergiObat", _ALERGI, "03"),
        Rule("kdStatusPulang", BY_NAME["pcare/status-pulang"]),
    ),
}
# Codes that no job is held back for: what BPJS makes of an unknown one of these nobody has seen.
DOUBTFUL: Mapping[Jenis, tuple[Rule, ...]] = {
    Jenis.TAMBAH_KUNJUNGAN: (
        Rule("kdPoliRujukInternal", BY_NAME["pcare/poli"], _ONLY),
        Rule("rujukLanjut.subSpesialis.kdSubSpesialis1", BY_NAME["pcare/subspesialis"], _ONLY),
        Rule("rujukLanjut.subSpesialis.kdSarana", BY_NAME["pcare/sarana"], _ONLY),
        Rule("rujukLanjut.khusus.kdKhusus", BY_NAME["pcare/khusus"], _ONLY),
    ),
}
_REFERRED = "4"
_NO_TACC = (
    -1,
    0,
    "-1",
    "0",
)  # sources disagree on which of them says "none" (contract 8); text is taken, too
_TACC_NEEDED = "Wajib diisi (1 Time, 2 Age, 3 Complication, 4 Comorbidity): diagnosa non-spesialis dirujuk."


def check_codes(book: ReferenceBook, faskes: str, jenis: Jenis, body: Body) -> list[FieldError]:
    """The fields whose code BPJS does not have, each with what may be meant; no value is quoted.

    Raises DatabaseUnavailable.
    """
    check = _Check(book, faskes, jenis, body)
    errors = [error for rule in RULES.get(jenis, ()) for error in check.field(rule)]
    if jenis is Jenis.TAMBAH_ANTREAN and not errors:
        errors += check.session()
    if jenis is Jenis.TAMBAH_KUNJUNGAN:
        errors += check.tacc()
    return errors


def doubtful_codes(book: ReferenceBook, faskes: str, jenis: Jenis, body: Body) -> list[FieldError]:
    """The same of codes that are sent all the same. Raises DatabaseUnavailable."""
    check = _Check(book, faskes, jenis, body)
    return [error for rule in DOUBTFUL.get(jenis, ()) for error in check.field(rule)]


@dataclass(frozen=True)
class Unjudged:
    """A field whose code the clinic's copy cannot judge; `read_at`: when it was last read whole, if ever.

    `day` (yyyy-MM-dd): the copy is new enough, but holds nothing of that day.
    """

    field: str
    reference: Reference
    read_at: datetime | None
    day: str = ""


def unjudged_codes(book: ReferenceBook, faskes: str, jenis: Jenis, body: Body) -> list[Unjudged]:
    """The fields that `check_codes` and `doubtful_codes` pass unseen. Raises DatabaseUnavailable."""
    check = _Check(book, faskes, jenis, body)
    rules = (*RULES.get(jenis, ()), *DOUBTFUL.get(jenis, ()))
    if jenis is Jenis.TAMBAH_ANTREAN:
        rules += (Rule("jampraktek", SESSIONS),)
    return [unseen for rule in rules for unseen in check.unjudged(rule)]


def learn_codes(book: ReferenceBook, faskes: str, bodies: Iterable[tuple[Jenis, Body]]) -> None:
    """Look the codes of many bodies up, each reference in a few questions. Raises DatabaseUnavailable."""
    wanted: dict[tuple[Reference, str | None], set[tuple[str, ...]]] = {}
    for jenis, body in bodies:
        check = _Check(book, faskes, jenis, body)
        for reference, varian, ways in check.asked():
            wanted.setdefault((reference, varian), set()).add(ways)
    for (reference, varian), codes in wanted.items():
        book.learn(faskes, reference, sorted(codes), varian)


@dataclass(frozen=True)
class _Check:
    """One body before one clinic's reference data."""

    book: ReferenceBook
    faskes: str
    jenis: Jenis
    body: Body

    def field(self, rule: Rule) -> Iterator[FieldError]:
        typed, varian = typed_code(self.body, rule.field), self._variant(rule)
        if not typed or not self.book.is_fresh(self.faskes, rule.reference):
            return
        if self._find(rule.reference, typed, varian) or not self.book.has_rows(
            self.faskes, rule.reference, varian
        ):
            return  # an empty list refuses nothing: a day that was not read, a reference BPJS left empty
        nearest = self.book.nearest(self.faskes, rule.reference, typed, varian)
        yield FieldError(rule.field, _unknown(rule.reference, nearest))

    def session(self) -> Iterator[FieldError]:
        """Doctor and hours must be in that day's schedule of the poli; without any schedule BPJS decides."""
        day, poli = self._day(), typed_code(self.body, "kodepoli")
        doctor = typed_code(self.body, "kodedokter")
        if not self.book.is_fresh(self.faskes, SESSIONS):
            return
        if self.book.find(self.faskes, SESSIONS, [self._session()], day):
            return
        sessions = self.book.rows(self.faskes, SESSIONS, f"{poli}/", day)
        own = [row for row in sessions if row.kode.startswith(f"{poli}/{doctor}/")]
        if own:
            meant = ", ".join(str(row.data.get("jampraktek")) for row in own)
            yield FieldError("jampraktek", f"Bukan jam praktik dokter itu hari itu (jadwal: {meant})")
        elif sessions:
            meant = ", ".join(dict.fromkeys(f"{row.data.get('kodedokter')} {row.nama}" for row in sessions))
            yield FieldError("kodedokter", f"Tidak berpraktik di poli itu hari itu (jadwal: {meant})")

    def tacc(self) -> Iterator[FieldError]:
        """To refer what a first-contact clinic can treat itself needs a reason (contract 3, diagnosa)."""
        if self.body.get("kdStatusPulang") != _REFERRED or self.body.get("kdTacc") not in _NO_TACC:
            return
        if not self.book.is_fresh(self.faskes, _DIAGNOSA):
            return
        diagnosis = self._find(_DIAGNOSA, typed_code(self.body, "kdDiag1"), _ONLY)
        if diagnosis is not None and diagnosis.data.get("nonSpesialis") is True:
            yield FieldError("kdTacc", _TACC_NEEDED)

    def _find(self, reference: Reference, typed: str, varian: str | None) -> Found | None:
        return self.book.find(self.faskes, reference, _spellings(reference, typed), varian)

    def unjudged(self, rule: Rule) -> Iterator[Unjudged]:
        """The field, where its code is there and the copy cannot say that BPJS does not have it."""
        if not typed_code(self.body, rule.field):
            return
        read_at = self.book.last_read(self.faskes, rule.reference)
        if not self.book.is_fresh(self.faskes, rule.reference):
            yield Unjudged(rule.field, rule.reference, read_at)
        elif rule.reference.dated and not self.book.has_rows(self.faskes, rule.reference, self._day()):
            yield Unjudged(rule.field, rule.reference, read_at, self._day())

    def asked(self) -> Iterator[tuple[Reference, str | None, tuple[str, ...]]]:
        """Each reference that is asked of this body, with the variant and the spellings of the code."""
        for rule in (*RULES.get(self.jenis, ()), *DOUBTFUL.get(self.jenis, ())):
            typed = typed_code(self.body, rule.field)
            if typed:
                yield rule.reference, self._variant(rule), tuple(_spellings(rule.reference, typed))
        if self.jenis is Jenis.TAMBAH_ANTREAN:
            yield SESSIONS, self._day(), (self._session(),)

    def _session(self) -> str:
        """The code of a session: poli, doctor and hours."""
        return "/".join(typed_code(self.body, name) for name in ("kodepoli", "kodedokter", "jampraktek"))

    def _variant(self, rule: Rule) -> str | None:
        return self._day() if rule.reference.dated else rule.varian

    def _day(self) -> str:
        day = service_date(self.jenis, self.body)
        return day.isoformat() if day else ""


def typed_code(body: Body, path: str) -> str:
    """The code at a wire path (`rujukLanjut.khusus.kdKhusus`) as a text; empty where there is none."""
    value: object = body
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _spellings(reference: Reference, typed: str) -> list[str]:
    """BPJS takes a diagnosis with its dot or without (contract 5e); case is no difference worth a refusal."""
    ways = [typed, typed.upper()]
    if reference is _DIAGNOSA:
        plain = typed.upper().replace(".", "")
        ways += [plain, f"{plain[:3]}.{plain[3:]}"]
    return list(dict.fromkeys(ways))


def _unknown(reference: Reference, nearest: list[Found]) -> str:
    meant = ", ".join(f"{row.kode} {row.nama}" for row in nearest)
    return f"Tidak ada di referensi {reference.jenis} BPJS" + (f" (mungkin: {meant})" if meant else "")
