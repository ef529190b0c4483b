"""Reads a filter of jobs as people type it into a form."""

from dataclasses import dataclass, field

from database.status import WAITS_FOR_PATIENT
from database.typed import read_day_or_all, read_field, read_jenis, whole_number
from database.views.monitor import Filter, today
from flows.forms.typed import clinic_here, unless_empty
from tasks.composition import Composition


@dataclass(frozen=True)
class Typed:
    """The fields as they were typed; empty ones leave that part of the filter out.

    `for_patient`: what waits for its patient, instead of what failed.
    """

    jenis: str = ""
    tanggal: str = ""
    norm: str = ""
    nama: str = ""
    faskes: str = ""
    isi: str = ""
    for_patient: bool = field(default=False, kw_only=True)


def read_filter(at: Composition, typed: Typed) -> Filter:
    """The jobs that are meant; no date means today. Raises LineRefused, DatabaseUnavailable."""
    return Filter(
        jenis=unless_empty(read_jenis, typed.jenis, "jenis"),
        tanggal=read_day_or_all(typed.tanggal, "tanggal") if typed.tanggal.strip() else today(at.database),
        norm=typed.norm.strip() or None,
        nama=typed.nama.strip() or None,
        faskes=clinic_here(at, typed.faskes),
        isi=unless_empty(read_field, typed.isi, "isi"),
        status=WAITS_FOR_PATIENT if typed.for_patient else "tidak-terkirim",
    )


def whole_numbers(typed: str, name: str) -> list[int]:
    """Numbers with commas between them. Raises LineRefused."""
    return [whole_number(part, name) for part in typed.split(",") if part.strip()]
