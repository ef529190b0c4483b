"""One invented clinic day: the jobs a clinic hands over, and what must have become of them at its end."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bpjs_simulator.clinic import Clinic
from bpjs_simulator.options import NEEDS_SCREENING
from bpjs_simulator.references import References

Row = dict[str, Any]

TERKIRIM, GAGAL, MENUNGGU, DITUTUP = "terkirim", "gagal", "menunggu", "ditutup"
UNMAPPED = "077"  # ends the code of a poli, a diagnosis, a doctor and a provider that BPJS does not know
JAKARTA_HOURS = 7

_GIVEN = "Adi Bunga Citra Dewi Eka Fajar Gita Hadi Indah Joko Kartika Lestari Made Nur".split()  # noqa: SIM905 - reads easier
_FAMILY = "Contoh Misal Andaian Umpama Ibarat Teladan".split()  # noqa: SIM905
_COMPLAINTS = "batuk dan pilek|demam dua hari|nyeri perut|sakit kepala|kontrol tekanan darah|gatal di lengan"


@dataclass
class SampleDay:
    """The lines to enqueue, the status expected of each, and what BPJS must hold at the end.

    `first`: the lines that come first, so that whoever tries things out finds them as jobs 1, 2 and 3.
    """

    day: date
    lines: list[Row] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    first: dict[int, int] = field(default_factory=dict)  # number of the job -> index of its line
    pendaftaran: Counter[tuple[str, ...]] = field(default_factory=Counter)
    kunjungan: Counter[tuple[str, ...]] = field(default_factory=Counter)
    antrean: Counter[tuple[str, ...]] = field(default_factory=Counter)


@dataclass(frozen=True)
class _Patient:
    """One patient of the day, with all that their jobs' bodies name."""

    day: SampleDay
    number: int
    card: str
    name: str
    poli: str
    doctor: Row
    complaint: str

    @property
    def norm(self) -> str:
        return f"RM-{self.number:06d}"

    @property
    def pcare_day(self) -> str:
        return f"{self.day.day:%d-%m-%Y}"

    def hand(self, jenis: str, body: Row, expected: str, *, number: int | None = None) -> None:
        """Add a job of this patient to the day; with that number on a day of its own."""
        if number is not None:
            self.day.first[number] = len(self.day.lines)
        self.day.lines.append({"jenis": jenis, "norm": self.norm, "nama_pasien": self.name, "body": body})
        self.day.expected.append(expected)

    def queued(self, status: str) -> None:
        """BPJS's queue must hold this patient so."""
        self.day.antrean[(self.card, self.poli, f"{self.day.day:%Y-%m-%d}", status)] += 1

    def registered(self) -> None:
        """PCare must hold the registration."""
        self.day.pendaftaran[(self.card, self.pcare_day, self.poli)] += 1

    def visited(self) -> None:
        """PCare must hold the visit."""
        self.day.kunjungan[(self.card, self.pcare_day, self.poli)] += 1


def sample_day(day: date, *, seed: int = 1) -> SampleDay:
    """The same day for the same date and seed, in scrambled order; 50 patients, all seven job types.

    The first three will fail, each in a way that a command of README mends.

    Times of calls lie in the first minute of the day (Jakarta), so that they are past whenever it is sent.
    """
    made, dice = SampleDay(day), random.Random(f"{day}/{seed}")
    stories = [story for story, count in _STORIES.items() for _ in range(count)]
    dice.shuffle(stories)
    sessions = _sessions(day)
    for number, story in enumerate(stories, start=1):
        poli, doctor = dice.choice(sessions)
        prefix = NEEDS_SCREENING if story is _needs_screening else "0"
        card = "" if story is _without_card else f"{prefix}00{day:%y%m%d}{number:04d}"
        name = f"{dice.choice(_GIVEN)} {dice.choice(_FAMILY)}"
        story(_Patient(made, number, card, name, poli, doctor, dice.choice(_COMPLAINTS.split("|"))))
    order = list(range(len(made.lines)))
    dice.shuffle(order)
    first = [made.first[number] for number in sorted(made.first)]
    order = [*first, *(at for at in order if at not in first)]
    made.lines = [made.lines[at] for at in order]
    made.expected = [made.expected[at] for at in order]
    return made


def _sessions(day: date) -> list[tuple[str, Row]]:
    references = References()
    return [(poli, row) for poli in ("001", "002", "003") for row in references.sessions(poli, day)]


# A story: what happens to one kind of patient.


def _ordinary(patient: _Patient) -> None:
    _seen(patient)
    _register(patient)
    _treat(patient)


def _referred(patient: _Patient) -> None:
    _seen(patient)
    _register(patient)
    tomorrow = f"{patient.day.day + timedelta(days=1):%d-%m-%Y}"
    target = {"kdSubSpesialis1": "3", "kdSarana": None}
    referral = {"tglEstRujuk": tomorrow, "kdppk": "0000R001", "subSpesialis": target, "khusus": None}
    _treat(patient, kdStatusPulang="4", rujukLanjut=referral, kdTacc=3, alasanTacc="J01 - contoh")


def _without_card(patient: _Patient) -> None:
    _seen(patient)


def _cancelled(patient: _Patient) -> None:
    patient.hand("tambah-antrean", _add(patient), TERKIRIM)
    patient.hand("batal-antrean", _cancel(patient), TERKIRIM)
    patient.queued("batal")


def _did_not_come(patient: _Patient) -> None:
    patient.hand("tambah-antrean", _add(patient), TERKIRIM)
    patient.hand("panggil-antrean", _call(patient, status=2), TERKIRIM)
    patient.queued("tidak hadir")


def _registered_by_mistake(patient: _Patient) -> None:
    patient.hand("tambah-pendaftaran", _pendaftaran(patient), TERKIRIM)
    patient.hand("hapus-pendaftaran", _visit_key(patient), TERKIRIM)


def _treated_by_mistake(patient: _Patient) -> None:
    patient.hand("tambah-pendaftaran", _pendaftaran(patient), TERKIRIM)
    patient.hand("tambah-kunjungan", _kunjungan(patient), TERKIRIM)
    patient.hand("hapus-kunjungan", _visit_key(patient), TERKIRIM)
    patient.hand("hapus-pendaftaran", _visit_key(patient), TERKIRIM)


def _wrong_diagnosis(patient: _Patient) -> None:
    _seen(patient)
    _register(patient)
    patient.hand("tambah-kunjungan", {**_kunjungan(patient), "kdDiag1": "X" + UNMAPPED}, GAGAL)


def _wrong_doctor(patient: _Patient) -> None:
    _register(patient)
    patient.hand("tambah-kunjungan", {**_kunjungan(patient), "kdDokter": "9" + UNMAPPED}, GAGAL)


def _incomplete(patient: _Patient) -> None:
    _register(patient)
    without = {name: value for name, value in _kunjungan(patient).items() if name != "kdSadar"}
    patient.hand("tambah-kunjungan", without, GAGAL, number=3)


def _unmapped_poli(patient: _Patient) -> None:
    patient.hand("tambah-pendaftaran", {**_pendaftaran(patient), "kdPoli": UNMAPPED}, GAGAL, number=1)
    patient.hand("tambah-kunjungan", {**_kunjungan(patient), "kdPoli": UNMAPPED}, MENUNGGU)


def _mistyped(patient: _Patient) -> None:
    patient.hand("tambah-antrean", {**_add(patient), "kodedokter": "dua"}, GAGAL)
    patient.hand("panggil-antrean", _call(patient), MENUNGGU)


def _mistyped_nik(patient: _Patient) -> None:
    added = _add(patient)
    short = {**added, "nik": added["nik"][:-1]}
    patient.hand("tambah-antrean", short, GAGAL, number=2)
    patient.hand("panggil-antrean", _call(patient), MENUNGGU)


def _needs_screening(patient: _Patient) -> None:
    patient.hand("tambah-antrean", _add(patient), MENUNGGU)
    patient.hand("panggil-antrean", _call(patient), MENUNGGU)
    patient.hand("tambah-pendaftaran", _pendaftaran(patient), MENUNGGU)
    patient.hand("tambah-kunjungan", _kunjungan(patient), MENUNGGU)


def _removed_in_vain(patient: _Patient) -> None:
    patient.hand("tambah-pendaftaran", {**_pendaftaran(patient), "kdProviderPeserta": "0" + UNMAPPED}, GAGAL)
    patient.hand("hapus-pendaftaran", _visit_key(patient), DITUTUP)


_STORIES: dict[Callable[[_Patient], None], int] = {
    _ordinary: 25,
    _referred: 3,
    _without_card: 4,
    _cancelled: 2,
    _did_not_come: 2,
    _registered_by_mistake: 2,
    _treated_by_mistake: 2,
    _wrong_diagnosis: 2,
    _wrong_doctor: 1,
    _incomplete: 1,
    _unmapped_poli: 1,
    _mistyped: 1,
    _mistyped_nik: 1,
    _needs_screening: 2,
    _removed_in_vain: 1,
}


def _seen(patient: _Patient) -> None:
    patient.hand("tambah-antrean", _add(patient), TERKIRIM)
    patient.hand("panggil-antrean", _call(patient), TERKIRIM)
    patient.queued("hadir")


def _register(patient: _Patient) -> None:
    patient.hand("tambah-pendaftaran", _pendaftaran(patient), TERKIRIM)
    patient.registered()


def _treat(patient: _Patient, **changes: Any) -> None:
    patient.hand("tambah-kunjungan", {**_kunjungan(patient), **changes}, TERKIRIM)
    patient.visited()


# The bodies.


def _queue_key(patient: _Patient) -> Row:
    return {
        "tanggalperiksa": f"{patient.day.day:%Y-%m-%d}",
        "kodepoli": patient.poli,
        "nomorkartu": patient.card,
    }


def _add(patient: _Patient) -> Row:
    return {
        "nomorkartu": patient.card,
        "nik": f"0000{patient.day.day:%y%m%d}{patient.number:06d}",
        "nohp": f"0800{patient.number:08d}",
        "kodepoli": patient.poli,
        "namapoli": "POLI",
        "norm": patient.norm,
        "tanggalperiksa": f"{patient.day.day:%Y-%m-%d}",
        "kodedokter": patient.doctor["kodedokter"],
        "namadokter": patient.doctor["namadokter"],
        "jampraktek": patient.doctor["jampraktek"],
        "nomorantrean": f"A-{patient.number:02d}",
        "angkaantrean": patient.number,
        "keterangan": "",
    }


def _call(patient: _Patient, *, status: int = 1) -> Row:
    midnight = datetime(patient.day.day.year, patient.day.day.month, patient.day.day.day, tzinfo=UTC)
    moment = midnight - timedelta(hours=JAKARTA_HOURS) + timedelta(seconds=patient.number)
    return {**_queue_key(patient), "status": status, "waktu": int(moment.timestamp() * 1000)}


def _cancel(patient: _Patient) -> Row:
    return {**_queue_key(patient), "alasan": "Pasien membatalkan"}


def _visit_key(patient: _Patient) -> Row:
    return {"noKartu": patient.card, "tglDaftar": patient.pcare_day, "kdPoli": patient.poli}


def _pendaftaran(patient: _Patient) -> Row:
    measures = ("sistole", "diastole", "beratBadan", "tinggiBadan", "respRate", "lingkarPerut", "heartRate")
    return {
        "kdProviderPeserta": Clinic().kd_provider,
        **_visit_key(patient),
        "keluhan": patient.complaint,
        "kunjSakit": True,
        **dict.fromkeys(measures, 0),
        "rujukBalik": 0,
        "kdTkp": "10",
    }


def _kunjungan(patient: _Patient) -> Row:
    return {
        "noKunjungan": None,
        **_visit_key(patient),
        "keluhan": patient.complaint,
        "kdSadar": "01",
        "sistole": 110 + patient.number % 30,
        "diastole": 70 + patient.number % 20,
        "beratBadan": 50 + patient.number % 30,
        "tinggiBadan": 150 + patient.number % 30,
        "respRate": 18,
        "heartRate": 80,
        "lingkarPerut": 75,
        "kdStatusPulang": "3",
        "tglPulang": patient.pcare_day,
        "kdDokter": str(patient.doctor["kodedokter"]),
        "kdDiag1": f"J{patient.number % 100:02d}",
        "kdDiag2": None,
        "kdDiag3": None,
        "kdPoliRujukInternal": None,
        "rujukLanjut": None,
        "kdTacc": -1,
        "alasanTacc": None,
        "anamnesa": patient.complaint,
        "alergiMakan": "00",
        "alergiUdara": "00",
        "alergiObat": "00",
        "kdPrognosa": "02",
        "terapiObat": "Parasetamex 3x1",
        "terapiNonObat": "istirahat",
        "bmhp": "Tidak Ada",
        "suhu": "36,5",
    }


def ledger_problems(ledger: Row, day: SampleDay) -> list[str]:
    """The differences of the simulator's ledger from what the day should leave; empty when there are none.

    Only this day's holdings count, so that a ledger may hold other days too.
    """
    pcare_day, antrean_day = f"{day.day:%d-%m-%Y}", f"{day.day:%Y-%m-%d}"
    kept = {
        "pendaftaran": (day.pendaftaran, ("noKartu", "tglDaftar", "kdPoli"), pcare_day),
        "kunjungan": (day.kunjungan, ("noKartu", "tglDaftar", "kdPoli"), pcare_day),
        "antrean": (day.antrean, ("nomorkartu", "kodepoli", "tanggalperiksa", "status"), antrean_day),
    }
    problems = []
    for name, (expected, columns, today) in kept.items():
        rows = Counter(tuple(row[column] for column in columns) for row in ledger[name])
        found = Counter({key: count for key, count in rows.items() if today in key})
        missing, surplus = (expected - found).total(), (found - expected).total()
        if missing or surplus:
            problems.append(f"{name}: {missing} kurang, {surplus} lebih")
    return problems
