"""`bpjs dispatch`: the long-lived dispatcher."""

import logging
import signal
import threading
from typing import Annotated

import typer

from cli.prefect_start import prepare_prefect
from cli.terminal import error_console


def dispatch(
    concurrency: Annotated[int, typer.Option(min=1, max=200, help="Paling banyak sekian sekaligus.")] = 20,
) -> None:
    """Mengirim pekerjaan begitu jatuh tempo, sampai dihentikan dengan Ctrl-C atau SIGTERM."""
    prepare_prefect()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    from flows.dispatcher import run_dispatcher  # noqa: PLC0415 - Prefect takes seconds to import

    stop = threading.Event()
    # In a thread of its own: Prefect takes over the signals of a flow that runs in the main thread.
    worker = threading.Thread(target=run_dispatcher, args=(concurrency, stop), name="dispatcher")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    worker.start()
    error_console().print("Dispatcher berjalan; Ctrl-C untuk berhenti.")
    while worker.is_alive():
        worker.join(0.2)
    error_console().print("Dispatcher berhenti; yang sedang dikirim sudah diselesaikan.")
