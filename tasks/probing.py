"""Probes the services that are down when it is time, so that no jobs are spent on finding out."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bpjs_client.errors import BpjsError, Unauthorized
from bpjs_client.jenis import Service
from database import DatabaseError
from database.health import probe_answered, probe_failed, take_probe
from tasks.composition import Composition
from tasks.credential import pause_service
from tasks.outcomes import trouble_of

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0


def probe_due(at: Composition) -> None:
    """Ask each service whose probe is due one harmless question. Raises DatabaseUnavailable."""
    while (due := take_probe(at.database)) is not None:
        _probe(at, *due)


def _probe(at: Composition, faskes: str, service: Service) -> None:
    try:
        at.bpjs.probe(service)
    except Unauthorized as refusal:
        pause_service(at, faskes, service, refusal.reason)
    except BpjsError as error:
        trouble = trouble_of(error)
        if trouble is None:
            probe_answered(at.database, faskes, service)
        else:
            probe_failed(at.database, faskes, service, trouble, waits=at.settings.waits.probes)
    else:
        logger.info("%s answers again", service)
        probe_answered(at.database, faskes, service)


@contextmanager
def keep_probing(at: Composition) -> Iterator[None]:
    """Probe what is due, from a thread of its own: a service that is down keeps whoever asks it waiting."""
    stop = threading.Event()

    def keep() -> None:
        while not stop.wait(LOOK_SECONDS):
            try:
                probe_due(at)
            except DatabaseError as error:
                logger.warning("services not probed: %s", error)

    thread = threading.Thread(target=keep, name="probing", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
