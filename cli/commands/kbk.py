"""`bpjs kbk`: a clinic's month as KBK counts it, and what is still missing before it closes."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Faskes, known_here
from cli.terminal import UserError
from cli.typed import terminal_sentence
from database import open_database
from database.typed import read_month
from database.views.clinics_here import clinics_here
from database.views.monitor import today
from tasks.clinics import configured_reportings, known_clinics
from tasks.report.kbk import make_kbk


def kbk(
    bulan: Annotated[
        str | None, typer.Option(help="Bulan, misalnya 2026-11; bawaan: yang belum ditutup.")
    ] = None,
    faskes: Faskes = None,
    csv: Annotated[
        bool, typer.Option("--csv", help="Yang belum di BPJS sebagai CSV, untuk lembar kerja.")
    ] = False,
    xlsx: Annotated[Path | None, typer.Option(help="Yang belum di BPJS ke berkas lembar kerja ini.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Satu dokumen JSON.")] = False,
) -> None:
    """Menghitung satu bulan menurut KBK: peserta, kontak, rujukan, dan yang belum di BPJS."""
    from cli.kbk_view import (  # noqa: PLC0415 - pandas takes half a second to import
        export,
        print_kbk,
        print_kbk_json,
    )

    database = open_database()
    if sum((csv, xlsx is not None, as_json)) > 1:
        raise UserError("Pilih salah satu: --csv, --xlsx, atau --json.")
    with terminal_sentence():
        month = None if bulan is None else read_month(bulan, "--bulan")
    if month is not None and month > today(database):
        raise UserError("--bulan belum mulai.")
    one = known_here(database, faskes)
    clinics = [one] if one is not None else clinics_here(database, known_clinics())
    made = make_kbk(database, clinics, configured_reportings(), month=month)
    if csv or xlsx:
        export(database, made, xlsx)
    elif as_json:
        print_kbk_json(database, made)
    else:
        print_kbk(database, made)
