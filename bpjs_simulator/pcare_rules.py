"""PCare's rules for the five writes (contract 5d to 5g)."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bpjs_simulator.clinic import Clinic
from bpjs_simulator.envelope import Answer
from bpjs_simulator.holdings import Holdings, Row
from bpjs_simulator.options import Options, is_unknown, needs_screening
from bpjs_simulator.references import References

DUPLICATE = "Peserta sudah di-entri di poli yang sama pada hari yang sama."
SCREENING = (
    "Anda belum melakukan skrining kesehatan. Mohon untuk melakukan skrining kesehatan terlebih dahulu"
    " pada menu Skrining Kesehatan."
)
NOT_IN_REFERENCE = "Tidak sesuai dengan referensi sistem."
NO_REGISTRATION = "Belum melakukan pendaftaran pada poli tersebut."
NO_VISIT = "Data kunjungan tidak ditemukan"
JVALUE = "Cannot access child value on Newtonsoft.Json.Linq.JValue."


class PcareRules:
    """Decides every write and remembers what was accepted."""

    def __init__(self, holdings: Holdings, references: References, options: Options) -> None:
        self._holdings = holdings
        self._references = references
        self._options = options

    def add_pendaftaran(self, body: Row, clinic: Clinic) -> Answer:
        """`POST pendaftaran`."""
        card = str(body.get("noKartu") or "")
        wrong = self._wrong_fields(body, _PENDAFTARAN_CHECKS)
        if is_unknown(self._options, card):
            wrong.append({"field": "noKartu", "message": "Peserta tidak ditemukan."})
        if wrong:
            return _refused(wrong)
        if needs_screening(self._options, card):
            return Answer(401, SCREENING)
        if self._holdings.pendaftaran.first(**visit_key(body, clinic.kd_provider)):
            return self._duplicate()
        number = self.hold_pendaftaran(body, clinic.kd_provider)
        return Answer(201, "CREATED", {"field": "noUrut", "message": number}, sealed=True, committed=True)

    def hold_pendaftaran(self, body: Row, kd_provider: str) -> str:
        """Hold a registration, whoever made it; its noUrut."""
        series = f"{kd_provider}/{body['tglDaftar']}/{body['kdPoli']}"
        number = f"{_letter(body['kdPoli'])}{self._holdings.next_number(series)}"
        held = {**visit_key(body, kd_provider), "noUrut": number, "status": "Baru", "body": body}
        self._holdings.pendaftaran.add(held)
        return number

    def add_kunjungan(self, body: Row, clinic: Clinic) -> Answer:
        """`POST kunjungan/v1`."""
        refusal = self._refusal_of_visit(body)
        if refusal:
            return refusal
        if self._holdings.pendaftaran.first(**visit_key(body, clinic.kd_provider)) is None:
            return _unregistered()
        if self._holdings.kunjungan.first(**visit_key(body, clinic.kd_provider)):
            return _refused([{"field": "noKartu", "message": DUPLICATE}])
        response = [{"field": "noKunjungan", "message": self.hold_kunjungan(body, clinic.kd_provider)}]
        return Answer(201, "CREATED", response, sealed=True, committed=True)

    def hold_kunjungan(self, body: Row, kd_provider: str, **marks: bool) -> str:
        """Hold a visit with marks of its own, whoever made it; its noKunjungan."""
        day = datetime.strptime(str(body["tglDaftar"]), "%d-%m-%Y")
        number = f"{kd_provider}{day:%m%y}Y{self._holdings.next_number(kd_provider):06d}"
        key = visit_key(body, kd_provider)
        self._holdings.kunjungan.add({**key, "noKunjungan": number, "body": body, **marks})
        self._set_status(key, "Sudah dilayani")
        return number

    def _set_status(self, key: Row, status: str) -> None:
        registration = self._holdings.pendaftaran.first(**key)
        if registration is not None:
            registration["status"] = status

    def edit_kunjungan(self, body: Row, clinic: Clinic) -> Answer:
        """`PUT kunjungan/v1` (contract 5e, Edit): the body of a held visit is replaced.

        Day and poli may be left out or null, and stay. They cannot be changed, because they are the visit's
        link to its registration; what BPJS answers to that is unproven: here it lacks a registration.
        """
        held = self._visit_named(body.get("noKunjungan"), clinic.kd_provider)
        if held is None:
            return _refused([{"field": "noKunjungan", "message": NO_VISIT}])
        whole = body | {name: body.get(name) or held[name] for name in ("tglDaftar", "kdPoli")}
        refusal = self._refusal_of_visit(whole)
        if refusal:
            return refusal
        if any(held[name] != value for name, value in visit_key(whole, clinic.kd_provider).items()):
            return _unregistered()
        held["body"] = whole
        return Answer(200, "OK", None, committed=True)

    def _visit_named(self, number: Any, kd_provider: str) -> Row | None:
        if not isinstance(number, str):
            return None
        return self._holdings.kunjungan.first(noKunjungan=number, kdProvider=kd_provider)

    def _refusal_of_visit(self, body: Row) -> Answer | None:
        if body.get("kdStatusPulang") == "4" and not isinstance(body.get("rujukLanjut"), dict):
            return Answer(500, JVALUE, [])
        wrong = self._wrong_fields(body, _KUNJUNGAN_CHECKS)
        return _refused(wrong) if wrong else None

    def delete_pendaftaran(self, card: str, day: str, number: str, poli: str, kd_provider: str) -> Answer:
        """`DELETE pendaftaran/peserta/…`."""
        key = {"noKartu": card, "tglDaftar": day, "kdPoli": poli, "kdProvider": kd_provider}
        held = self._holdings.pendaftaran.first(**key, noUrut=number)
        if held is None:
            return Answer(404, "Data pendaftaran tidak ditemukan")
        if self._holdings.kunjungan.first(**key):
            return _refused(
                [{"field": "noKartu", "message": "Peserta sudah dilayani, hapus kunjungan dahulu."}]
            )
        self._holdings.pendaftaran.remove(held)
        return Answer(200, "OK", "", committed=True)

    def delete_kunjungan(self, number: str, kd_provider: str) -> Answer:
        """`DELETE kunjungan/{noKunjungan}`."""
        held = self._visit_named(number, kd_provider)
        if held is None:
            return Answer(404, NO_VISIT)
        self._holdings.kunjungan.remove(held)
        self._set_status(visit_key(held, kd_provider), "Baru")
        return Answer(200, "OK", None, committed=True)

    def key_problem(self, body: Row) -> str | None:
        """The reason why this card, day and poli can be no entry's; None when they can."""
        wrong = self._wrong_fields(body, _KEY_CHECKS)
        return f"'{wrong[0]['field']}': {wrong[0]['message']}" if wrong else None

    def _duplicate(self) -> Answer:
        code = self._options.duplicate_code
        if code == 412:  # noqa: PLR2004 - the third form that sources show
            return _refused([{"field": "noKartu", "message": DUPLICATE}])
        return Answer(code, DUPLICATE)

    def _wrong_fields(self, body: Row, checks: "dict[str, Check]") -> list[Row]:
        return [
            {"field": name, "message": message}
            for name, check in checks.items()
            if (message := check(self._references, body.get(name)))
        ]


def _refused(fields: list[Row]) -> Answer:
    return Answer(412, "PRECONDITION_FAILED", fields)


def _unregistered() -> Answer:
    return _refused([{"field": "noKartu", "message": NO_REGISTRATION}] * 2)


def visit_key(body: Row, kd_provider: str) -> Row:
    """The things that a registration and its visit share: card, day, poli and provider."""
    return {name: body[name] for name in ("noKartu", "tglDaftar", "kdPoli")} | {"kdProvider": kd_provider}


def _letter(kd_poli: str) -> str:
    return chr(ord("A") + sum(map(ord, kd_poli)) % 26)


_CARD_DIGITS = 13
_PCARE_DATE = re.compile(r"\d\d-\d\d-\d{4}")  # strptime alone takes 1-9-2026 too
Check = Callable[[References, Any], str | None]


def _known_in(reference: str, *, optional: bool = False) -> Check:
    def check(references: References, value: Any) -> str | None:
        if optional and value in (None, ""):
            return None
        known = isinstance(value, str) and references.knows(reference, value)
        return None if known else NOT_IN_REFERENCE

    return check


def _flag(_references: References, value: Any) -> str | None:
    return None if isinstance(value, bool) else "Harus true atau false."


def _pcare_date(_references: References, value: Any) -> str | None:
    try:
        fits = bool(_PCARE_DATE.fullmatch(str(value))) and bool(datetime.strptime(str(value), "%d-%m-%Y"))
    except ValueError:
        fits = False
    return None if fits else "Format tanggal harus dd-MM-yyyy."


def _card(_references: References, value: Any) -> str | None:
    fits = isinstance(value, str) and value.isdigit() and len(value) == _CARD_DIGITS
    return None if fits else "Nomor kartu tidak valid."


def _given(_references: References, value: Any) -> str | None:
    return None if isinstance(value, str) and value else "Tidak boleh kosong."


def _number(_references: References, value: Any) -> str | None:
    """Working clients send digits as text, too (contract 9, row 12)."""
    is_text = isinstance(value, str) and re.fullmatch(r"[0-9]+", value) is not None
    fits = is_text or (isinstance(value, int) and not isinstance(value, bool))
    return None if fits else "Harus berupa angka."


_KEY_CHECKS: dict[str, Check] = {"noKartu": _card, "tglDaftar": _pcare_date, "kdPoli": _given}
_PENDAFTARAN_CHECKS: dict[str, Check] = {
    "kdProviderPeserta": _known_in("provider"),
    "tglDaftar": _pcare_date,
    "noKartu": _card,
    "kdPoli": _known_in("poli"),
    "kunjSakit": _flag,
    "sistole": _number,
    "diastole": _number,
}
_KUNJUNGAN_CHECKS: dict[str, Check] = {
    "noKartu": _card,
    "tglDaftar": _pcare_date,
    "tglPulang": _pcare_date,
    "kdPoli": _known_in("poli"),
    "kdSadar": _known_in("kesadaran"),
    "kdDokter": _known_in("dokter"),
    "kdDiag1": _known_in("diagnosa"),
    "kdDiag2": _known_in("diagnosa", optional=True),
    "kdDiag3": _known_in("diagnosa", optional=True),
    "kdPrognosa": _known_in("prognosa"),
    "kdStatusPulang": _known_in("statuspulang/false"),
    "alergiMakan": _known_in("alergi/01"),
    "alergiUdara": _known_in("alergi/02"),
    "alergiObat": _known_in("alergi/03"),
    "sistole": _number,
    "diastole": _number,
}
