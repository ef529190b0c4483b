"""Checks a body's codes against the clinic's reference data before it is sent.

Only a reference that was read whole lately can refuse a code; without one BPJS decides.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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


_POLI = Rule("kdPoli", BY_NAME["pcare/poli"])
_DIAGNOSA = BY_NAME["pcare/diagnosa"]
_ALERGI = BY_NAME["pcare/alergi"]
_KODEPOLI = Rule("kodepoli", BY_NAME["antrean/poli"])
_SESSIONS = BY_NAME["antrean/dokter"]

# kdTkp is no reference of BPJS: its three values are checked when a body is handed over.
RULES: Mapping[Jenis, tuple[Rule, ...]] = {
    Jenis.TAMBAH_ANTREAN: (_KODEPOLI,),
    Jenis.PANGGIL_ANTREAN: (_KODEPOLI,),
    Jenis.BATAL_ANTREAN: (_KODEPOLI,),
    Jenis.TAMBAH_PENDAFTARAN: (_POLI,),
    Jenis.TAMBAH_KUNJUNGAN: (
        _POLI,
        Rule("kdDokter", BY_NAME["pcare/dokter"]),
        Rule("kdSadar", BY_NAME["pcare/kesadaran"]),
        Rule("kdDiag1", _DIAGNOSA),
        Rule("kdDiag2", _DIAGNOSA),
        Rule("kdDiag3", _DIAGNOSA),
        Rule("kdPrognosa", BY_NAME["pcare/prognosa"]),
        Rule("alergiMakan", _ALERGI, "01"),
        Rule("alergiUdara", _ALERGI, "02"),
        Rule("alergiObat", _ALERGI, "03"),
        Rule("kdStatusPulang", BY_NAME["pcare/status-pulang"]),
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


@dataclass(frozen=True)
class _Check:
    """One body before one clinic's reference data."""

    book: ReferenceBook
    faskes: str
    jenis: Jenis
    body: Body

    def field(self, rule: Rule) -> Iterator[FieldError]:
        typed, varian = _typed(self.body, rule.field), self._variant(rule)
        if not typed or not self.book.is_fresh(self.faskes, rule.reference):
            return
        if self._find(rule.reference, typed, varian) or not self._has_rows(rule.reference, varian):
            return
        nearest = self.book.nearest(self.faskes, rule.reference, typed, varian)
        yield FieldError(rule.field, _unknown(rule.reference, nearest))

    def session(self) -> Iterator[FieldError]:
        """Doctor and hours must be in that day's schedule of the poli; without any schedule BPJS decides."""
        day, poli = self._day(), _typed(self.body, "kodepoli")
        doctor, hours = _typed(self.body, "kodedokter"), _typed(self.body, "jampraktek")
        if not self.book.is_fresh(self.faskes, _SESSIONS):
            return
        if self.book.find(self.faskes, _SESSIONS, [f"{poli}/{doctor}/{hours}"], day):
            return
        sessions = self.book.rows(self.faskes, _SESSIONS, f"{poli}/", day)
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
        diagnosis = self._find(_DIAGNOSA, _typed(self.body, "kdDiag1"), None)
        if diagnosis is not None and diagnosis.data.get("nonSpesialis") is True:
            yield FieldError("kdTacc", _TACC_NEEDED)

    def _find(self, reference: Reference, typed: str, varian: str | None) -> Found | None:
        return self.book.find(self.faskes, reference, _spellings(reference, typed), varian)

    def _has_rows(self, reference: Reference, varian: str | None) -> bool:
        """An empty list refuses nothing: a day that was not read, a reference that BPJS left empty."""
        return bool(self.book.rows(self.faskes, reference, "", varian))

    def _variant(self, rule: Rule) -> str | None:
        return self._day() if rule.reference.dated else rule.varian

    def _day(self) -> str:
        day = service_date(self.jenis, self.body)
        return day.isoformat() if day else ""


def _typed(body: Body, field: str) -> str:
    value = body.get(field)
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
