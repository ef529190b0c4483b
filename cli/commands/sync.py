"""`bpjs sync`: brings the reference data in step with BPJS."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bpjs_client.references import BY_NAME, named
from cli.options import known
from cli.prefect_start import prefect_unavailable, prepare_prefect
from cli.settings_check import check_settings
from cli.terminal import UserError, console, error_console, plain, print_json
from database.faskes_name import UTAMA
from database.references.store import Synced
from tasks.clinics import configured_clinics
from tasks.decimal_words import decimal


def sync(
    jenis: Annotated[
        list[str] | None,
        typer.Argument(help="Yang diperbarui, misalnya diagnosa atau antrean/poli; bawaan: semua."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--paksa", help="Terapkan juga bila lebih dari 30 % baris hilang.")
    ] = False,
    faskes: Annotated[str, typer.Option(help="Hanya faskes ini; bawaan: semua.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Satu dokumen JSON.")] = False,
) -> None:
    """Memperbarui data referensi dari BPJS; keluar dengan 1 bila ada yang gagal."""
    names = _chosen(jenis or [])
    check_settings()
    prepare_prefect()
    from flows.in_process.syncing import sync_now  # noqa: PLC0415 - Prefect takes seconds to import

    clinics = [known(faskes)] if faskes else configured_clinics().names
    with prefect_unavailable(), _progress(quiet=as_json) as progress:
        bar = progress.add_task("Memperbarui", total=len(names) * len(clinics))

        def tell(synced: Synced) -> None:
            progress.update(bar, advance=1, description=synced.full_name)

        done = sync_now(names, allow_shrink=force, tell=tell, faskes=faskes)
    if as_json:
        print_json({"references": [_document(synced) for synced in done]})
    else:
        console().print(_table(done))
    raise typer.Exit(0 if all(synced.error is None for synced in done) else 1)


def _document(synced: Synced) -> dict[str, object]:
    """One reference's row; its clinic is named when it is not `utama`."""
    row = asdict(synced) | {"seconds": round(synced.seconds, 2)}
    return {name: value for name, value in row.items() if name != "faskes" or value != UTAMA}


def _chosen(words: Sequence[str]) -> list[str]:
    """The full names of the references asked for. Raises UserError."""
    for word in words:
        if not named(word):
            raise UserError(f"Tidak ada referensi '{word}'. Yang ada: {', '.join(BY_NAME)}.")
    return list(dict.fromkeys(each.name for word in words for each in named(word))) or list(BY_NAME)


def _progress(*, quiet: bool) -> Progress:
    terminal = error_console()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=terminal, transient=True, disable=quiet or not terminal.is_terminal)


def _table(done: Sequence[Synced]) -> Table:
    table = Table("Referensi")
    for heading in ("Baris", "Baru", "Berubah", "Hilang", "Detik"):
        table.add_column(heading, justify="right")
    table.add_column("Keterangan", overflow="fold")
    for synced in done:
        numbers = (synced.count, synced.added, synced.changed, synced.removed)
        table.add_row(
            synced.full_name,
            *(str(number) for number in numbers),
            decimal(synced.seconds),
            plain(synced.error),
            style="red" if synced.error else None,
        )
    return table
