"""Does something again and again from a thread of its own, for the length of a `with` block."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context

from database import DatabaseError

logger = logging.getLogger(__name__)


@contextmanager
def repeatedly(name: str, act: Callable[[], None], *, every: float) -> Iterator[None]:
    """Call `act` every so many seconds, first after as many; what goes wrong is said, and it is tried again.

    Whatever it is: a thread that ends of something unexpected would be missed by nobody until it is too late.
    """
    stop = threading.Event()

    def keep() -> None:
        while not stop.wait(every):
            try:
                act()
            except DatabaseError as error:
                logger.warning("%s: %s", name, error)
            except Exception as error:  # noqa: BLE001
                # Only the kind: the text may quote a body or an address with a password.
                logger.error("%s: %s; tried again", name, type(error).__name__)  # noqa: TRY400

    # In the caller's context: Prefect keeps its settings there.
    thread = threading.Thread(target=copy_context().run, args=(keep,), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
