"""Reads a filter of jobs as people type it into a form."""

from dataclasses import dataclass
from datetime import date

from bpjs_client.dates import DATE_FORMS, read_typed_date
from bpjs_client.jenis import Jenis
from database import LineRefused
from database.views.monitor import Filter, today
from flows.forms.typed import clinic_here, whole_number
from tasks.composition import Composition

ALL_DAYS = "semua"


@dataclass(frozen=True)
class Typed:
    """The fields as they were typed; empty ones leave that part of the filter out."""

    jenis: str = ""
    tanggal: str = ""
    norm: str = ""
    nama: str = ""
    faskes: str = ""
    isi: str = ""


def read_filter(at: Composition, typed: Typed) -> Filter:
    """The failed jobs that are meant; no date means today. Raises LineRefused, DatabaseUnavailable."""
    return Filter(
        jenis=read_jenis(typed.jenis.strip()),
        tanggal=_day(typed.tanggal, today(at.database)),
        norm=typed.norm.strip() or None,
        nama=typed.nama.strip() or None,
        faskes=clinic_here(at, typed.faskes),
        isi=_field(typed.isi),
        status="tidak-terkirim",
    )


def _day(typed: str, today: date) -> date | None:
    if typed.strip() == ALL_DAYS:
        return None
    return read_day(typed, "tanggal", also=f", atau {ALL_DAYS}") or today


def read_jenis(typed: str) -> Jenis | None:
    """A job type; None for no word. Raises LineRefused."""
    if typed and typed not in set(Jenis):
        raise LineRefused(f"jenis tidak dikenal; pilih salah satu: {', '.join(Jenis)}")
    return Jenis(typed) if typed else None


def whole_numbers(typed: str, name: str) -> list[int]:
    """Numbers with commas between them. Raises LineRefused."""
    return [whole_number(part, name) for part in typed.split(",") if part.strip()]


def read_day(typed: str, name: str, *, also: str = "") -> date | None:
    """A day; None for no word. `also`: what else may stand in that field. Raises LineRefused."""
    day = read_typed_date(typed)
    if day is None and typed.strip():
        raise LineRefused(f"{name} harus {DATE_FORMS}{also}")
    return day


def _field(typed: str) -> tuple[str, str] | None:
    if not typed.strip():
        return None
    name, equals, value = typed.partition("=")
    if not name.strip() or not equals:
        raise LineRefused("isi harus ISIAN=NILAI, misalnya kdPoli=001")
    return name.strip(), value.strip()
