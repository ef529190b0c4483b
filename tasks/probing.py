"""Probes the services that are down when it is time, so that no jobs are spent on finding out."""

import logging
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

from bpjs_client.errors import BpjsError, Unauthorized
from bpjs_client.jenis import Service
from database.errors import DatabaseError
from database.faskes_name import said_name
from database.health import bring_probes_forward, probe_answered, probe_failed, take_probe
from tasks.clinics import UnknownClinic
from tasks.composition import Composition
from tasks.credential import pause_service
from tasks.outcomes import trouble_of
from tasks.repeating import repeatedly

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
# A service that is down keeps whoever asks it waiting; the other clinics' probes must not wait with them.
AT_ONCE = 20


class Prober:
    """Asks each service whose probe is due one harmless question, several at a time."""

    def __init__(self, at: Composition, pool: ThreadPoolExecutor) -> None:
        self._at = at
        self._pool = pool
        self._asking: dict[tuple[str, Service], Future[None]] = {}

    def look(self) -> None:
        """Start what is due, as far as there is room. Raises DatabaseUnavailable."""
        self._asking = {door: probe for door, probe in self._asking.items() if not probe.done()}
        while len(self._asking) < AT_ONCE and (due := take_probe(self._at.database)) is not None:
            self._asking[due] = self._pool.submit(self._probe, *due)

    def wait(self) -> None:
        """Until all that was started is answered."""
        wait(self._asking.values())

    def _probe(self, faskes: str, service: Service) -> None:
        try:
            self._ask(faskes, service)
        except DatabaseError as error:
            logger.warning("probing: %s", error)  # taken again when its time is over

    def _ask(self, faskes: str, service: Service) -> None:
        at = self._at
        try:
            at.bpjs(faskes).probe(service)
        except (UnknownClinic, Unauthorized) as refusal:
            pause_service(at, faskes, service, getattr(refusal, "reason", str(refusal)))
        except BpjsError as error:
            trouble = trouble_of(error)
            if trouble is None:
                self._answers(faskes, service)
            else:
                probe_failed(at.database, faskes, service, trouble, waits=at.settings.waits.probes)
        else:
            self._answers(faskes, service)

    def _answers(self, faskes: str, service: Service) -> None:
        """BPJS is one for all clinics: who calls it at the same address need not wait for the next probe."""
        logger.info("%s answers again for %s", service, said_name(faskes, self._at.clinics.known))
        probe_answered(self._at.database, faskes, service)
        asked = {name for name, asked_service in list(self._asking) if asked_service is service}
        waiting = [name for name in self._at.clinics.neighbours(faskes, service) if name not in asked]
        bring_probes_forward(self._at.database, service, waiting)


def probe_due(at: Composition) -> None:
    """Ask what is due now, and wait for the answers. Raises DatabaseUnavailable."""
    with _prober(at) as prober:
        prober.look()
        prober.wait()


@contextmanager
def keep_probing(at: Composition) -> Iterator[None]:
    """Probe what is due for the length of a `with` block."""
    with _prober(at) as prober, repeatedly("probing", prober.look, every=LOOK_SECONDS):
        yield


@contextmanager
def _prober(at: Composition) -> Iterator[Prober]:
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="probe") as pool:
        yield Prober(at, pool)
