"""`bpjs send`: sends what is due, from this process."""

from dataclasses import asdict
from functools import partial
from typing import Annotated

import typer
from rich.progress import Progress

from cli.prefect_start import prefect_unavailable, prepare_prefect
from cli.settings_check import check_settings
from cli.shutdown import finish_on_signals
from cli.terminal import console, error_console, print_json
from tasks.decimal_words import decimal


def send(
    until_empty: Annotated[
        bool, typer.Option("--until-empty", help="Ulangi sampai tidak ada lagi yang jatuh tempo.")
    ] = False,
    concurrency: Annotated[int, typer.Option(min=1, max=200, help="Paling banyak sekian sekaligus.")] = 20,
    processes: Annotated[
        int, typer.Option(min=1, max=16, help="Bagi pekerjaan atas sekian proses, dalam batas yang sama.")
    ] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Satu dokumen JSON.")] = False,
) -> None:
    """Mengirim pekerjaan yang jatuh tempo sekarang; kembali setelah Prefect mencatat semuanya."""
    check_settings()
    prepare_prefect()
    from flows.in_process.sending import send_due  # noqa: PLC0415 - Prefect takes seconds to import
    from tasks.composition import composition  # noqa: PLC0415

    with prefect_unavailable(), _progress(quiet=as_json) as progress:
        bar = progress.add_task("Mengirim", total=None)
        send_all = partial(
            send_due,
            until_empty=until_empty,
            concurrency=concurrency,
            processes=processes,
            progress=lambda done: progress.update(bar, completed=done),
        )
        totals = finish_on_signals(send_all, composition().stop)
    rate = round(totals.done / totals.seconds, 1) if totals.done and totals.seconds else 0.0
    if as_json:
        print_json({**asdict(totals), "seconds": round(totals.seconds, 2), "jobs_per_second": rate})
        return
    console().print(
        f"Terkirim {totals.terkirim} · Gagal {totals.gagal} · Tidak pasti {totals.tidak_pasti}"
        f" · Menunggu {totals.menunggu}"
        f"   ({decimal(totals.seconds)} detik, {decimal(rate)} pekerjaan per detik)"
    )


def _progress(*, quiet: bool) -> Progress:
    terminal = error_console()
    return Progress(console=terminal, transient=True, disable=quiet or not terminal.is_terminal)
