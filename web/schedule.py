"""The clinic's schedule at Antrean: each doctor's sessions and quota, poli by poli and day by day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from bpjs_client.references import entry
from database.references.search import Found

DAYS = 8  # today and the seven days that BPJS tells ahead
_DAY_WORDS = ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min")


@dataclass(frozen=True)
class Hours:
    """One session of a day: its hours and how many patients may come."""

    hours: str
    quota: str


@dataclass
class Doctor:
    """A doctor at one poli, with the sessions of each day."""

    code: str
    name: str
    days: dict[str, list[Hours]] = field(default_factory=dict)


@dataclass
class Poli:
    """A poli, the days on which it is open, and its doctors."""

    code: str
    name: str
    days: set[str] = field(default_factory=set)
    doctors: dict[str, Doctor] = field(default_factory=dict)


@dataclass(frozen=True)
class Day:
    """A column of the schedule; `key` is how the rows name the day."""

    key: str
    words: str


def days_from(first: date) -> list[Day]:
    """The days of the schedule: `Sen 14-09`."""
    days = (first + timedelta(days=ahead) for ahead in range(DAYS))
    return [Day(day.isoformat(), f"{_DAY_WORDS[day.weekday()]} {day:%d-%m}") for day in days]


def schedule(polis: Iterable[Found], sessions: Iterable[Found], words: str = "") -> list[Poli]:
    """The polis with their doctors, by code; of those only where poli or doctor holds every word."""
    found: dict[str, Poli] = {}
    for row in polis:
        found.setdefault(row.kode, Poli(row.kode, row.nama)).days.add(row.varian)
    for row in sessions:
        _add_session(found, row)
    return _holding(sorted(found.values(), key=lambda poli: poli.code), words.casefold().split())


def _add_session(found: dict[str, Poli], row: Found) -> None:
    code, doctor = (_text(entry(row.data, name)) for name in ("kodepoli", "kodedokter"))
    poli = found.setdefault(code, Poli(code, ""))
    of = poli.doctors.setdefault(doctor, Doctor(doctor, row.nama))
    hours = Hours(_text(entry(row.data, "jampraktek")), _text(entry(row.data, "kapasitas")))
    of.days.setdefault(row.varian, []).append(hours)


def _holding(polis: Sequence[Poli], words: Sequence[str]) -> list[Poli]:
    """All doctors of a poli that itself holds every word, else those doctors who do together with it."""
    kept = []
    for poli in polis:
        own = f"{poli.code} {poli.name}".casefold()
        doctors = {
            code: each
            for code, each in poli.doctors.items()
            if all(word in f"{own} {each.code} {each.name}".casefold() for word in words)
        }
        if doctors or all(word in own for word in words):
            kept.append(Poli(poli.code, poli.name, poli.days, doctors))
    return kept


def _text(value: object) -> str:
    """A field as BPJS gave it; anything but a text or a number is none."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def sessions_by_hour(doctor: Doctor) -> Mapping[str, list[Hours]]:
    """The sessions of each day in the order of their hours."""
    return {day: sorted(hours, key=lambda each: each.hours) for day, hours in doctor.days.items()}
