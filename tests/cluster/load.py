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
from tests.cluster.parts import Part

AWAY_SECONDS = 3.0  # after which a service manager has started again what died
_AT_ONCE = 400
_LOOK_SECONDS = 0.2
_COURSE = 8  # every such number has the course of four jobs


@dataclass(frozen=True)
class Kill:
    """What is killed when so much of the load has been delivered; it is back some seconds later."""

    word: str
    share: float
    victim: Callable[[Cluster], Part]

    def act(self, whole: Cluster) -> None:
        """`kill -9`, and start again as a service manager would."""
        part = self.victim(whole)
        part.kill()
        time.sleep(AWAY_SECONDS)
        part.start()


KILLS = (
    Kill("server", 0.15, lambda whole: whole.servers[0]),
    Kill("redis", 0.35, lambda whole: whole.redis),
    Kill("dispatcher", 0.55, lambda whole: whole.dispatchers[1]),
    Kill("background", 0.75, lambda whole: whole.background),
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


def deliver(
    whole: Cluster, jobs: int, kills: Sequence[Kill], *, seconds: float, tell: Callable[[str], None]
) -> dict[str, float]:
    """Return when nothing moves any more: when each kill was, by its name. `tell` hears of each."""
    begun = time.monotonic()
    killed: dict[str, float] = {}
    waiting = list(kills)
    while not is_done(whole.database):
        assert time.monotonic() - begun < seconds, "the load is not delivered in time"
        if waiting and delivered(whole.database) >= waiting[0].share * jobs:
            kill = waiting.pop(0)
            killed[kill.word] = time.monotonic() - begun
            tell(f"{killed[kill.word]:.0f} s: kill -9 {kill.word}")
            kill.act(whole)
        time.sleep(_LOOK_SECONDS)
    assert not waiting, f"all was delivered before {waiting[0].word} was killed"
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
