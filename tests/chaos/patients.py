"""The patients of a storm: what is handed over for each, and what BPJS must hold of it in the end."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.tasks.bodies import BODIES

Line = dict[str, Any]

POLI, DOCTOR, HOURS = "001", 200101, "07:00-12:00"
UNKNOWN_POLI = "999"
_JAKARTA_HOURS = 7
# What happens to a patient, by turns; the last one's registration is refused, so its visit waits.
COURSES: tuple[tuple[str, ...], ...] = (
    ("tambah-antrean", "panggil-antrean", "tambah-pendaftaran", "tambah-kunjungan"),
    ("tambah-antrean", "tambah-pendaftaran", "tambah-kunjungan"),
    ("tambah-antrean", "panggil-antrean", "tambah-pendaftaran", "tambah-kunjungan"),
    ("tambah-antrean-umum",),
    ("tambah-pendaftaran", "hapus-pendaftaran"),
    ("tambah-pendaftaran", "tambah-kunjungan", "hapus-kunjungan", "hapus-pendaftaran"),
    ("tambah-antrean", "batal-antrean"),
    ("tambah-pendaftaran-salah", "tambah-kunjungan"),
)


# Of every so many patients one whose visit BPJS always fails, and one whose visit a firewall refuses; both
# have a course that ends with a visit.
POISON_EVERY, POISONED, FIREWALLED = 24, 1, 9
REFUSED_JENIS = "batal-antrean"  # its endpoint is granted to nobody
SLOW_CLINIC = "lambat"


@dataclass(frozen=True)
class Patient:
    """One patient of a storm's day; everything about them follows from the number."""

    number: int
    day: date
    faskes: str = "utama"

    @property
    def is_poisoned(self) -> bool:
        return self.number % POISON_EVERY == POISONED

    @property
    def is_firewalled(self) -> bool:
        return self.number % POISON_EVERY == FIREWALLED

    @property
    def course(self) -> tuple[str, ...]:
        return COURSES[self.number % len(COURSES)]

    @property
    def norm(self) -> str:
        return f"S{self.number:05}"

    @property
    def card(self) -> str:
        return f"0001{self.number:09}"

    @property
    def nik(self) -> str:
        return f"3200{self.number:012}"

    def lines(self) -> list[Line]:
        """What the clinic hands over."""
        return [self._line(step) for step in self.course]

    def holds(self) -> Counter[str]:
        """What PCare must hold of the patient when all is delivered."""
        wrong = "tambah-pendaftaran-salah" in self.course
        deleted = "hapus-pendaftaran" in self.course
        if wrong or deleted:
            return Counter()
        held = {"tambah-pendaftaran": "pendaftaran", "tambah-kunjungan": "kunjungan"}
        if self.is_poisoned or self.is_firewalled:
            del held["tambah-kunjungan"]
        return Counter(held[step] for step in self.course if step in held)

    def _line(self, step: str) -> Line:
        jenis = "-".join(step.split("-")[:2])
        body = {**BODIES[jenis], **self._changes(jenis)}
        if step.endswith("-umum"):
            body["nomorkartu"] = ""
        if step.endswith("-salah"):
            body["kdPoli"] = UNKNOWN_POLI
        # The wrong registration and its visit are of one chain although their poli differs.
        chain = f"storm-{self.number}"
        name = f"Pasien {self.number}"
        return {
            "jenis": jenis,
            "norm": self.norm,
            "nama_pasien": name,
            "body": body,
            "rantai": chain,
            "faskes": self.faskes,
        }

    def _changes(self, jenis: str) -> Line:
        midnight = datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC)
        moment = midnight - timedelta(hours=_JAKARTA_HOURS) + timedelta(milliseconds=self.number)
        antrean = {"nomorkartu": self.card, "kodepoli": POLI, "tanggalperiksa": f"{self.day:%Y-%m-%d}"}
        pcare = {"noKartu": self.card, "tglDaftar": f"{self.day:%d-%m-%Y}", "kdPoli": POLI}
        doctor = {"kodedokter": DOCTOR, "jampraktek": HOURS, "nik": self.nik, "angkaantrean": self.number}
        changes: dict[str, Line] = {
            "tambah-antrean": {**antrean, **doctor, "nomorantrean": f"A-{self.number}"},
            "panggil-antrean": {**antrean, "waktu": int(moment.timestamp() * 1000)},
            "batal-antrean": antrean,
            "tambah-pendaftaran": {**pcare, "kdProviderPeserta": "01234567"},
            "tambah-kunjungan": {
                **pcare,
                "tglPulang": f"{self.day:%d-%m-%Y}",
                "kdDokter": str(DOCTOR),
                "kdDiag1": "J00",
            },
            "hapus-pendaftaran": pcare,
            "hapus-kunjungan": pcare,
        }
        return changes[jenis]
