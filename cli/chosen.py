"""The options by which several commands choose jobs."""

from datetime import date
from typing import Annotated

import typer

from cli.day import read_day_or_all
from cli.terminal import UserError
from cli.typed import one_line
from database import Database
from database.faskes_name import no_credential
from database.monitor import today
from tasks.clinics import configured_clinics

Tanggal = Annotated[str | None, typer.Option(help="yyyy-MM-dd, atau semua; bawaan: hari ini.")]
Norm = Annotated[str | None, typer.Option(help="Nomor rekam medis.")]
Nama = Annotated[str | None, typer.Option(help="Bagian dari nama pasien.")]
Faskes = Annotated[str | None, typer.Option(help="Hanya faskes ini.")]
FaskesName = Annotated[str, typer.Option("--faskes", help="Faskes yang dimaksud.")]
Isi = Annotated[
    str | None, typer.Option(metavar="ISIAN=NILAI", help="Isian body, misalnya kdPoli=001; - dari stdin.")
]

_MOST_NAMES = 10  # of clinics, in a complaint


def known(faskes: str) -> str:
    """The clinic, when there is a credential for it. Raises UserError, ClinicsWrong."""
    clinics = configured_clinics()
    if not clinics.knows(faskes) and not clinics.from_file:
        why = no_credential(faskes, from_file=False)
        raise UserError(f"{why[0].upper()}{why[1:]}.")
    if not clinics.knows(faskes):
        few = ", ".join([*clinics.names[:_MOST_NAMES], *(["…"] if len(clinics.names) > _MOST_NAMES else [])])
        raise UserError(f"Faskes {faskes} tidak ada di BPJS_FASKES_FILE; yang ada: {few}.")
    return faskes


def day_of(database: Database, tanggal: str | None) -> date | None:
    """The chosen day, today's without a word; None for all days. Raises UserError."""
    return today(database) if tanggal is None else read_day_or_all(tanggal)


def field_of(isi: str | None) -> tuple[str, str] | None:
    """A field of the body and its value. Raises UserError."""
    if isi is None:
        return None
    name, equals, value = one_line(isi, "ISIAN=NILAI").partition("=")
    if not name.strip() or not equals:
        raise UserError("--isi harus ISIAN=NILAI, misalnya kdPoli=001.")
    return name.strip(), value.strip()
