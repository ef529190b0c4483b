"""A load of jobs for a cluster, and what is killed in the middle of it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from database import Database
from database.jobs.handover import read_line, store
from database.status import Status
from database.storage.models import Job
from tests.chaos.patients import Patient
from tests.chaos.verdict import is_settled
from tests.cluster.cluster import Cluster

AWAY_SECONDS = 3.0  # after which a service manager has started again what died
_AT_ONCE = 400
_LOOK_SECONDS = 0.2
# Of every eight patients only those courses whose end does not depend on which of two clinics comes first.
_COURSE = 8


@dataclass(frozen=True)
class Kill:
    """What is killed when so much of the load has been delivered."""

    what: str
    share: float
    act: Callable[[Cluster], None]


def kill_server(whole: Cluster) -> None:
    """One of the two API servers; it is back some seconds later."""
    _kill_and_start(whole.servers[0])


def kill_redis(whole: Cluster) -> None:
    """What the servers tell each other through."""
    _kill_and_start(whole.redis)


def kill_dispatcher(whole: Cluster) -> None:
    """One of the two dispatchers, with jobs in its hands."""
    _kill_and_start(whole.dispatchers[1])


def kill_background(whole: Cluster) -> None:
    """What writes task runs down."""
    assert whole.background is not None
    _kill_and_start(whole.background)


def _kill_and_start(part: object) -> None:
    from tests.cluster.parts import Part  # noqa: PLC0415

    assert isinstance(part, Part)
    part.kill()
    time.sleep(AWAY_SECONDS)
    part.start()


KILLS = (
    Kill("API server", 0.15, kill_server),
    Kill("Redis", 0.35, kill_redis),
    Kill("dispatcher", 0.55, kill_dispatcher),
    Kill("background services", 0.75, kill_background),
)


def people(patients: int, clinics: int, day: date) -> list[Patient]:
    """So many patients with four jobs each, of so many clinics."""
    return [Patient(_COURSE * number, day, f"klinik-{number % clinics:03}") for number in range(patients)]


def hand_over(database: Database, patients: Sequence[Patient]) -> int:
    """All of their jobs; how many they are."""
    jobs = [read_line(line) for patient in patients for line in patient.lines()]
    for start in range(0, len(jobs), _AT_ONCE):
        store(database, jobs[start : start + _AT_ONCE])
    return len(jobs)


def deliver(whole: Cluster, jobs: int, kills: Sequence[Kill], *, seconds: float) -> dict[str, float]:
    """Return when nothing moves any more; when each kill was, by its name."""
    begun = time.monotonic()
    killed: dict[str, float] = {}
    waiting = list(kills)
    while not is_done(whole.database):
        assert time.monotonic() - begun < seconds, "the load is not delivered in time"
        if waiting and delivered(whole.database) >= waiting[0].share * jobs:
            kill = waiting.pop(0)
            killed[kill.what] = time.monotonic() - begun
            kill.act(whole)
        time.sleep(_LOOK_SECONDS)
    assert not waiting, f"all was delivered before {waiting[0].what} was killed"
    return killed


def delivered(database: Database) -> int:
    """The number of jobs that are there."""
    with database.read() as session:
        return session.scalar(select(func.count()).where(Job.status == Status.TERKIRIM)) or 0


def is_done(database: Database) -> bool:
    """Whether nothing moves by itself any more; first by a question that costs little."""
    with database.read() as session:
        moving = select(func.count()).where(Job.status.in_([Status.MENUNGGU, Status.PROSES]))
        if session.scalar(moving):
            return False
    return is_settled(database)
