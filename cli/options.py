"""The options that several commands share, and the clinic, day or field that each names."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, TypeVar

import typer

from bpjs_client.dates import DATE_FORMS
from cli.standard_input import one_line
from cli.terminal import UserError
from cli.typed import terminal_sentence
from database import Database
from database.faskes_name import UTAMA, foreign_name, no_credential
from database.typed import read_day_or_all, read_field
from database.views.monitor import has_jobs_of, today
from tasks.clinics import ClinicsSettings, configured_clinics, known_clinics

Tanggal = Annotated[str | None, typer.Option(help=f"{DATE_FORMS}, atau semua; bawaan: hari ini.")]
Norm = Annotated[str | None, typer.Option(help="Nomor rekam medis.")]
Nama = Annotated[str | None, typer.Option(help="Bagian dari nama pasien.")]
Faskes = Annotated[str | None, typer.Option(help="Hanya faskes ini.")]
FaskesName = Annotated[str, typer.Option("--faskes", help="Faskes yang dimaksud.")]
Isi = Annotated[
    str | None, typer.Option(metavar="ISIAN=NILAI", help="Isian body, misalnya kdPoli=001; - dari stdin.")
]


# A clinic's name, or None for all of them.
Name = TypeVar("Name", str, "str | None")


def known_here(database: Database, faskes: Name) -> Name:
    """The clinic, when there is a credential for it or a job of it here. Raises UserError.

    Reads no secret: whoever only looks at jobs needs none.
    """
    listed = known_clinics()
    ours = faskes == UTAMA or ClinicsSettings().share_credential if listed is None else faskes in listed
    if faskes is None or ours or has_jobs_of(database, faskes):
        return faskes
    names = [UTAMA] if listed is None else list(listed)
    raise UserError(f"Tidak ada faskes {foreign_name(faskes)} di sini; yang ada: {_few(names)}.")


def _few(names: Sequence[str]) -> str:
    return ", ".join([*names[:_MOST_NAMES], *(["…"] if len(names) > _MOST_NAMES else [])])


_MOST_NAMES = 10  # of clinics, in a complaint


def known(faskes: str) -> str:
    """The clinic, when there is a credential for it. Raises UserError, ClinicsWrong."""
    clinics = configured_clinics()
    if not clinics.knows(faskes) and not clinics.from_file:
        why = no_credential(faskes, from_file=False)
        raise UserError(f"{why[0].upper()}{why[1:]}.")
    if not clinics.knows(faskes):
        raise UserError(f"Faskes {faskes} tidak ada di BPJS_FASKES_FILE; yang ada: {_few(clinics.names)}.")
    return faskes


def day_of(database: Database, tanggal: str | None) -> date | None:
    """The chosen day, today's without a word; None for all days. Raises UserError."""
    if tanggal is None:
        return today(database)
    with terminal_sentence():
        return read_day_or_all(tanggal, "--tanggal")


def field_of(isi: str | None) -> tuple[str, str] | None:
    """A field of the body and its value. Raises UserError."""
    if isi is None:
        return None
    with terminal_sentence():
        return read_field(one_line(isi, "ISIAN=NILAI"), "--isi")
