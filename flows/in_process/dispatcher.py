"""The long-lived dispatcher: waits for due jobs and runs `kirim` in this process, through every outage."""

import logging
import threading
from contextlib import ExitStack

from database import DatabaseError
from database.storage.steady_clock import elapsed
from database.storage.wakeup import Waiter
from flows.in_process.sending import Sender
from flows.kirim import CONCURRENCY
from tasks.alerts.settings import AlertSettings
from tasks.alerts.watch import keep_watch
from tasks.composition import composition
from tasks.dispatch.intake import TakingUp
from tasks.dispatch.probing import keep_probing
from tasks.late_ends import keep_ends
from tasks.prefect_server.recording import PREFECT_UNAVAILABLE
from tasks.prefect_server.trouble import answered
from tasks.prefect_ui.landing import keep_landing
from tasks.prefect_ui.summary_page import leave_summary

logger = logging.getLogger(__name__)

# Seconds of looking away after the database or Prefect could not be reached, growing to the last.
BACKOFF_SECONDS = (1, 2, 5, 10, 30)
# After so long without a failure the dispatcher is well again: the next failure counts as a first one.
WELL_SECONDS = 60.0


def run_dispatcher(concurrency: int = CONCURRENCY, stop: threading.Event | None = None) -> None:
    """Deliver until `stop` is set; what is in flight then is finished, nothing more is claimed.

    An unreachable database or Prefect server pauses the work, is said once, and ends by itself.
    """
    at = composition()
    at.stop = stop or at.stop
    failures = 0
    while not at.stop.is_set():
        began = elapsed()
        try:
            deliver_as_it_comes(Sender(at, concurrency))
        except (DatabaseError, *PREFECT_UNAVAILABLE) as error:
            logger.warning("delivery pauses: %s", _why(error))
            failures = 0 if elapsed() - began > WELL_SECONDS else failures
            at.stop.wait(BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)])
            failures += 1


def _why(error: Exception) -> str:
    """Of Prefect's and httpx's errors the kind alone: their text may carry an address with a password."""
    if isinstance(error, DatabaseError):
        return str(error)
    return str(answered(error) or type(error).__name__)


def deliver_as_it_comes(sender: Sender) -> None:
    """Burst after burst, waiting in between; ends when a shutdown was asked for."""
    sender.at.resume_after_new_credential()
    settings = AlertSettings()
    every = settings.watch_seconds
    watching = (
        keep_watch(sender.at, settings, leave=leave_summary),
        keep_landing(sender.at, every=every),
        keep_ends(sender.at, every=every),
    )
    taking_up = TakingUp(sender.at)
    beside = keep_probing(sender.at), taking_up.beside(), *watching
    with ExitStack() as stack:
        waiter = stack.enter_context(Waiter(sender.at.database))
        for helper in beside:
            stack.enter_context(helper)

        def await_work() -> None:
            taking_up.wake()  # and not after the wait: what came is claimed first
            waiter.wait(sender.at.stop)

        while not sender.at.stop.is_set():
            if not sender.burst(await_work=await_work):
                await_work()
