"""Probes the services that are down when it is time, so that no jobs are spent on finding out."""

import logging
from contextlib import AbstractContextManager
from functools import partial

from bpjs_client.errors import BpjsError, Unauthorized
from bpjs_client.jenis import Service
from database.health import probe_answered, probe_failed, take_probe
from tasks.composition import Composition
from tasks.credential import pause_service
from tasks.outcomes import trouble_of
from tasks.repeating import repeatedly

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


def keep_probing(at: Composition) -> AbstractContextManager[None]:
    """Probe what is due, from a thread of its own: a service that is down keeps whoever asks it waiting."""
    return repeatedly("probing", partial(probe_due, at), every=LOOK_SECONDS)
