"""`bpjs dispatch`: the long-lived dispatcher."""

import logging
import threading
from typing import Annotated

import typer

from cli.prefect_start import prepare_prefect
from cli.settings_check import check_belonging, check_settings
from cli.shutdown import finish_on_signals
from cli.terminal import error_console


def dispatch(
    concurrency: Annotated[int, typer.Option(min=1, max=200, help="Paling banyak sekian sekaligus.")] = 20,
) -> None:
    """Mengirim pekerjaan begitu jatuh tempo, sampai dihentikan dengan Ctrl-C atau SIGTERM."""
    prepare_prefect()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    check_settings()
    from flows.in_process.dispatcher import run_dispatcher  # noqa: PLC0415 - Prefect takes seconds to import

    check_belonging()
    stop = threading.Event()
    error_console().print("Dispatcher berjalan; Ctrl-C untuk berhenti.")
    finish_on_signals(lambda: run_dispatcher(concurrency, stop), stop)
    error_console().print("Dispatcher berhenti; yang sedang dikirim sudah diselesaikan.")
