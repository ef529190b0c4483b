"""`bpjs dispatch`: the long-lived dispatcher."""

import logging
import signal
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Annotated

import typer

from bpjs_client.settings import BpjsSettings
from cli.prefect_start import prepare_prefect
from cli.terminal import error_console
from database.engine import parse_url
from database.settings import DatabaseSettings
from tasks.settings import DeliverySettings


def dispatch(
    concurrency: Annotated[int, typer.Option(min=1, max=200, help="Paling banyak sekian sekaligus.")] = 20,
) -> None:
    """Mengirim pekerjaan begitu jatuh tempo, sampai dihentikan dengan Ctrl-C atau SIGTERM."""
    prepare_prefect()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    _check_settings()
    from flows.dispatcher import run_dispatcher  # noqa: PLC0415 - Prefect takes seconds to import

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    # In a thread of its own: Prefect takes over the signals of a flow that runs in the main thread.
    with ThreadPoolExecutor(1, thread_name_prefix="dispatcher") as threads:
        running = threads.submit(run_dispatcher, concurrency, stop)
        error_console().print("Dispatcher berjalan; Ctrl-C untuk berhenti.")
        # In short steps: a wait without end would not let the signals through.
        while not wait([running], timeout=0.2).done:
            pass
    running.result()  # raises what ended it
    error_console().print("Dispatcher berhenti; yang sedang dikirim sudah diselesaikan.")


def _check_settings() -> None:
    """Refuse at once what no waiting will mend. Raises ValidationError, DatabaseUnavailable."""
    DeliverySettings()
    BpjsSettings()
    parse_url(DatabaseSettings().database_url.get_secret_value())
