"""Antrean FKTP's rules for add, panggil and batal (contract 5a to 5c)."""

import re

from bpjs_simulator.antrean_day import WRONG_DAY, antrean_day
from bpjs_simulator.clinic import Clinic
from bpjs_simulator.envelope import Answer
from bpjs_simulator.holdings import Holdings, Row
from bpjs_simulator.options import Options, is_unknown, needs_screening
from bpjs_simulator.pcare_rules import SCREENING
from bpjs_simulator.references import References

THERE = "Peserta sudah terdaftar di poli tersebut pada hari ini"
NOT_THERE = "Antrean tidak ditemukan"
CALLED = {"1": "hadir", "2": "tidak hadir"}
# A call may lie this much later than our clock, in milliseconds.
SLACK_MS = 60_000
_NIK = re.compile(r"\d{16}", re.ASCII)
_EPOCH_MS = re.compile(r"\d{1,16}", re.ASCII)


class AntreanRules:
    """Decides every write and remembers what was accepted."""

    def __init__(self, holdings: Holdings, references: References, options: Options) -> None:
        self._holdings = holdings
        self._references = references
        self._options = options

    def add(self, body: Row, clinic: Clinic) -> Answer:
        """`POST antrean/add`; screening is looked at before poli, doctor and hours."""
        card = str(body.get("nomorkartu") or "")
        if card and needs_screening(self._options, card):
            return _refused(SCREENING)
        if card and is_unknown(self._options, card):
            return _refused("Nomor kartu tidak ditemukan")
        problem = _nik_problem(body) or self._schedule_problem(body)
        if problem:
            return _refused(problem)
        if card and self._holdings.antrean.first(**_key(body), kdProvider=clinic.kd_provider):
            return _refused(THERE)
        # Nobody knows whether a second non-JKN entry is refused (contract 6.4); here it is not.
        self._hold(body, clinic.kd_provider)
        return _done()

    def take(self, nomorkartu: str, kodepoli: str, tanggalperiksa: str, kd_provider: str) -> None:
        """Hold the entry of a patient who took a number in Mobile JKN; `tanggalperiksa` is yyyy-MM-dd."""
        body = {"nomorkartu": nomorkartu, "kodepoli": kodepoli, "tanggalperiksa": tanggalperiksa}
        self._hold(body, kd_provider)

    def _hold(self, body: Row, kd_provider: str) -> None:
        held = {**_key(body), "kdProvider": kd_provider, "status": "menunggu", "body": body}
        self._holdings.antrean.add(held)

    def call(self, body: Row, clinic: Clinic, now_ms: float) -> Answer:
        """`POST antrean/panggil`."""
        waktu, status = str(body.get("waktu")), str(body.get("status"))  # text is accepted too (contract 5b)
        if not _EPOCH_MS.fullmatch(waktu) or int(waktu) > now_ms + SLACK_MS:
            return _refused("Waktu tidak valid")
        if status not in CALLED:
            return _refused("Status tidak valid")
        held = self._waiting(body, clinic)
        if held is None:
            return self._not_there()
        held["status"] = CALLED[status]
        return _done()

    def cancel(self, body: Row, clinic: Clinic) -> Answer:
        """`POST antrean/batal`."""
        held = self._waiting(body, clinic)
        if held is None:
            return self._not_there()
        held["status"] = "batal"
        return _done()

    def _not_there(self) -> Answer:
        return _done(committed=False) if self._options.missing_antrean_is_ok else _refused(NOT_THERE)

    def _waiting(self, body: Row, clinic: Clinic) -> Row | None:
        """The entry that this body names and that is not cancelled.

        Without a card the key is ambiguous (contract 5b): then it is the first that still waits.
        """
        key = {**_key(body), "kdProvider": clinic.kd_provider}
        named = [held for held in self._holdings.antrean.where(**key) if held["status"] != "batal"]
        waiting = [held for held in named if held["status"] == "menunggu"]
        return next(iter(waiting or named), None)

    def _schedule_problem(self, body: Row) -> str | None:
        day = antrean_day(str(body.get("tanggalperiksa")))
        if day is None:
            return WRONG_DAY
        if not self._references.knows("poli", str(body.get("kodepoli"))):
            return "Poli tidak ditemukan"
        sessions = self._references.sessions(str(body["kodepoli"]), day)
        if not any(row["kodedokter"] == body.get("kodedokter") for row in sessions):
            return "Dokter tidak ditemukan pada poli tersebut"
        hours = [row["jampraktek"] for row in sessions if row["kodedokter"] == body.get("kodedokter")]
        if body.get("jampraktek") not in hours:
            return (
                "Jadwal dokter tersebut belum tersedia, silahkan reschedule tanggal dan jam praktek lainnya"
            )
        return None


def _nik_problem(body: Row) -> str | None:
    """A NIK has 16 digits; what BPJS makes of an empty one is unknown (contract 9, row 13)."""
    nik = str(body.get("nik") or "")
    return None if not nik or _NIK.fullmatch(nik) else "NIK harus 16 angka"


def _key(body: Row) -> Row:
    return {
        "nomorkartu": str(body.get("nomorkartu") or ""),
        "kodepoli": str(body.get("kodepoli")),
        "tanggalperiksa": str(body.get("tanggalperiksa")),
    }


def _refused(message: str) -> Answer:
    return Answer(201, message)


def _done(*, committed: bool = True) -> Answer:
    return Answer(200, "Ok", committed=committed)
