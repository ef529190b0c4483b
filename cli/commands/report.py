"""`bpjs report`: how deliveries went: totals, times, outages, and the visits still missing at PCare."""

from typing import Annotated

import typer

from bpjs_client.jenis import Jenis
from cli.options import Faskes, Tanggal, day_of, known_here
from cli.terminal import UserError
from cli.typed import terminal_sentence
from database import Database, open_database
from database.typed import read_day
from database.views.report import Scope


def report(  # noqa: PLR0917 - Typer makes an option of each
    tanggal: Tanggal = None,
    dari: Annotated[str | None, typer.Option(help="Sejak tanggal ini.")] = None,
    sampai: Annotated[str | None, typer.Option(help="Sampai dengan tanggal ini.")] = None,
    jenis: Annotated[Jenis | None, typer.Option(help="Hanya jenis ini.")] = None,
    faskes: Faskes = None,
    as_json: Annotated[bool, typer.Option("--json", help="Satu dokumen JSON.")] = False,
) -> None:
    """Melaporkan pengiriman: jumlah, waktu, gangguan, dan kunjungan yang belum masuk PCare."""
    database = open_database()
    scope = _scope(database, tanggal, dari, sampai, jenis, known_here(database, faskes))
    from cli.report_view import print_report  # noqa: PLC0415 - pandas takes half a second to import

    print_report(database, scope, as_json=as_json)


def _scope(  # noqa: PLR0917 - as many as there are options
    database: Database,
    tanggal: str | None,
    dari: str | None,
    sampai: str | None,
    jenis: Jenis | None,
    faskes: str | None,
) -> Scope:
    if dari is None and sampai is None:
        day = day_of(database, tanggal)
        return Scope(day, day, jenis, faskes)
    if tanggal is not None:
        raise UserError("Pilih salah satu: --tanggal, atau --dari dan --sampai.")
    with terminal_sentence():
        first = read_day(dari, "--dari") if dari else None
        last = read_day(sampai, "--sampai") if sampai else None
    if first and last and last < first:
        raise UserError("--sampai tidak boleh sebelum --dari.")
    return Scope(first, last, jenis, faskes)
