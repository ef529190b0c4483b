"""`bpjs migrate-database`: moves a clinic from SQLite to PostgreSQL."""

import os
import time
from typing import Annotated

import typer
from pydantic import SecretStr
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from cli.standard_input import one_line
from cli.terminal import UserError, console, error_console, print_json
from database import Database, open_database
from database.settings import DatabaseSettings
from database.storage.dialect import is_file_address
from database.storage.engine import parse_url
from database.storage.to_postgresql import count_rows, move_everything

NEW_URL = "BPJS_NEW_DATABASE_URL"


def migrate_database(
    to: Annotated[
        str | None, typer.Option(help=f"Alamat PostgreSQL yang baru; - dari stdin, bawaan: {NEW_URL}.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Satu dokumen JSON.")] = False,
) -> None:
    """Memindahkan semua data dari SQLite ke PostgreSQL yang kosong, dan membandingkan setiap baris."""
    old = open_database()
    new = _opened(one_line(to, "Alamat PostgreSQL") if to else os.environ.get(NEW_URL) or "")
    started, total = time.monotonic(), 2 * sum(count_rows(old).values())
    with _progress(quiet=as_json) as progress:
        bar = progress.add_task("", total=total)

        def tell(table: str, rows: int) -> None:
            progress.update(bar, advance=rows, description=table)

        tables = move_everything(old, new, tell)
    seconds = round(time.monotonic() - started, 2)
    if as_json:
        print_json({"tables": tables, "seconds": seconds})
        return
    for name, rows in tables.items():
        console().print(f"{name}: {rows} baris", markup=False)
    console().print(
        f"Selesai dalam {seconds:.0f} detik; setiap baris sudah dibandingkan. Sekarang isi BPJS_DATABASE_URL"
        " dengan alamat yang baru, hidupkan dispatcher dan worker, dan simpan berkas SQLite yang lama.",
        markup=False,
    )


def _opened(url: str) -> Database:
    """The new database, with its tables made. Raises UserError, DatabaseUnavailable."""
    if not url:
        raise UserError(f"Sebutkan basis data yang baru: isi {NEW_URL}, atau --to.")
    try:
        is_server = not is_file_address(parse_url(url))
    except ValueError:
        is_server = False
    if not is_server:
        raise UserError(f"Alamat pada {NEW_URL} harus postgresql://….")
    return open_database(DatabaseSettings(database_url=SecretStr(url)))


def _progress(*, quiet: bool) -> Progress:
    terminal = error_console()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=terminal, transient=True, disable=quiet or not terminal.is_terminal)
