"""Probes the services that are down when it is time, so that no jobs are spent on finding out."""

import logging
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

from bpjs_client.jenis import Service
from database.errors import DatabaseError
from database.faskes_name import said_name
from database.services.clinic_service import ClinicService
from database.services.harmless_read import Answer
from database.services.probes import bring_probes_forward, probe_failed, take_probe, try_again
from tasks.clinics import UnknownClinic
from tasks.composition import Composition
from tasks.delivery.credential import judge_by, pause_service
from tasks.delivery.harmless_reads import reading_of
from tasks.repeating import repeatedly

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
# A service that is down keeps whoever asks it waiting; the other clinics' probes must not wait with them.
AT_ONCE = 20


class Prober:
    """Asks each service whose probe is due one harmless question, several at a time."""

    def __init__(self, at: Composition, pool: ThreadPoolExecutor) -> None:
        self._at = at
        self._pool = pool
        self._asking: dict[ClinicService, Future[None]] = {}

    def look(self) -> None:
        """Start what is due, as far as there is room. Raises DatabaseUnavailable."""
        self._asking = {who: probe for who, probe in self._asking.items() if not probe.done()}
        while len(self._asking) < AT_ONCE and (due := take_probe(self._at.database)) is not None:
            self._asking[due] = self._pool.submit(self._probe, due)

    def wait(self) -> None:
        """Until all that was started is answered."""
        wait(self._asking.values())

    def _probe(self, who: ClinicService) -> None:
        try:
            # A single jenis has no harmless read: one of its jobs tells.
            try_again(self._at.database, who) if who.jenis else self._ask(who)
        except DatabaseError as error:
            logger.warning("probing: %s", error)  # taken again when its time is over
        except Exception as error:  # noqa: BLE001 - nobody reads what a pool's thread raises
            logger.error("probing: %s", type(error).__name__)  # noqa: TRY400 - a traceback quotes values

    def _ask(self, who: ClinicService) -> None:
        at, service = self._at, Service(who.service)
        try:
            reading = reading_of(at.bpjs(who.faskes), service)
        except UnknownClinic as unknown:
            pause_service(at, who.faskes, service, str(unknown))
            return
        if reading.answer is Answer.ACCEPTED:
            self._answers(who)
        elif reading.answer is Answer.REFUSED:
            judge_by(at, who.faskes, service, reading)
        else:
            probe_failed(at.database, who.faskes, service, reading.why, probes=at.settings.waits.probes)

    def _answers(self, who: ClinicService) -> None:
        """BPJS is one for all clinics: who calls it at the same address need not wait for the next probe."""
        logger.info("%s answers again for %s", who.service, said_name(who.faskes, self._at.clinics.known))
        try_again(self._at.database, who)
        asked = {other.faskes for other in list(self._asking) if other.service == who.service}
        neighbours = self._at.clinics.neighbours(who.faskes, Service(who.service))
        waiting = [name for name in neighbours if name not in asked]
        bring_probes_forward(self._at.database, Service(who.service), waiting)


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
