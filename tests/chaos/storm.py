"""A storm over a clinic: faults, kills, outages, a wrong password, servers that fail; each choice from one seed."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_fixed

from bpjs_client.jenis import Service
from bpjs_simulator.server import Clinic as Member
from bpjs_simulator.server import Simulator
from database import Database, enqueue_lines
from database.errors import DatabaseUnavailable
from database.services.pauses import resume
from database.storage.dialect import is_file
from database.storage.models import Job
from tests.chaos.dispatchers import LEASE_SECONDS, Dispatchers, clinics_file, environment
from tests.chaos.patients import COURSES, SLOW_CLINIC, Line, Patient
from tests.chaos.servers import Event, Servers, serving
from tests.chaos.verdict import is_settled, problems
from tests.flows.prefect_server import PrefectServer
from tests.postgres import PostgresServer

RATES = {
    "drop-before": 0.04,
    "drop-after": 0.05,
    "504-after": 0.03,
    "html-500": 0.03,
    "slow": 0.03,
    "429": 0.02,
    "garbage": 0.02,
    "refuse": 0.005,
}
PASSWORD = "Sandi#Simulator1"
SLOW_SECONDS = 2.5
CALM_SECONDS = 90.0
# Patients of the calm: how many, how far apart, and the number of the first.
LATECOMERS, LATE_SECONDS, LATE_FROM = 20, 3.0, 20_000


# A second clinic, whose every answer takes nearly as long as it may.
SLOW_FROM, SLOW_CLINIC_MS = 10_000, 900
MEMBERS = (Member(), Member(cons_id="54321", username=SLOW_CLINIC))


def _poison(simulator: Simulator, people: Sequence[Patient]) -> None:
    """What BPJS never takes, for as long as the storm and the calm after it last."""
    for patient in people:
        visit: dict[str, Any] = {"card": patient.card, "endpoint": "kunjungan/v1", "method": "POST"}
        if patient.is_poisoned:
            simulator.script_answer("net-error", **visit)
        elif patient.is_firewalled:
            simulator.script_answer("firewall-403", **visit)
    simulator.script_answer("not-registered", endpoint="antrean/batal", method="POST")
    simulator.set_latency(SLOW_CLINIC_MS, cons_id="54321")


@dataclass(frozen=True)
class Figures:
    """What a storm was like, and the promises it broke."""

    seed: int
    jobs: int
    kills: int
    stops: int
    servers: int  # failures of theirs
    faults: int
    writes: int
    seconds: float
    for_a_person: int
    problems: list[str]
    said: str


def storm(
    seed: int,
    *,
    seconds: float,
    patients: int,
    database: Database,
    database_url: str,
    prefect: PrefectServer,
    home: Path,
    postgres: PostgresServer | None = None,
    servers_fail: bool = False,
) -> Figures:
    """Hand over the patients' jobs while everything goes wrong, wait for calm, and judge.

    `servers_fail`: PostgreSQL and Prefect's server fail too, which takes the storm some seconds more.
    """
    dice = Random(seed)
    started = time.monotonic()
    today = datetime.now(ZoneInfo("Asia/Jakarta")).date()
    people = [Patient(number, today) for number in range(patients)]
    people += [Patient(SLOW_FROM + number, today, SLOW_CLINIC) for number in range(patients // 8)]
    with (
        Simulator(seed=seed, clinics=MEMBERS) as simulator,
        serving(database_url, prefect, postgres, fail=servers_fail) as servers,
    ):
        simulator.set_faults(RATES, slow_seconds=SLOW_SECONDS, refuse_seconds=0.5)
        _poison(simulator, people)
        clinics = clinics_file(home, simulator)
        # A file has one machine and its clock; those who share a server may each have theirs wrong.
        clocks = (0, 0) if is_file(database.engine) else dice.choice(((120, -120), (-120, 120), (0, 120)))
        environ = environment(servers.database_url, simulator, prefect, home, clinics)
        dispatchers = Dispatchers(environ, home, clocks)
        try:
            clinic = _Clinic(database, simulator, dispatchers, servers)
            _rage(dice, seconds, people, clinic)
            people += _calm(clinic, today)
            ended_badly = dispatchers.stop() + dispatchers.died
        finally:
            for place in (0, 1):
                dispatchers.kill(place)
        ledger = simulator.ledger()
    found = problems(database, ledger, people)
    found += [f"a dispatcher ended with {what}" for what in ended_badly]
    with database.read() as session:
        jobs = list(session.query(Job))
    return Figures(
        seed=seed,
        jobs=len(jobs),
        kills=dispatchers.kills,
        stops=dispatchers.stops,
        servers=servers.failures,
        faults=sum(write["fault"] is not None for write in ledger["writes"]),
        writes=len(ledger["writes"]),
        seconds=time.monotonic() - started,
        for_a_person=sum(job.status == "tidak_pasti" for job in jobs),
        problems=found,
        said=dispatchers.said(),
    )


@dataclass(frozen=True)
class _Clinic:
    """What a storm rages over."""

    database: Database
    simulator: Simulator
    dispatchers: Dispatchers
    servers: Servers

    def right_password(self) -> None:
        """It is right again, and an admin resumes what was paused."""
        self.simulator.set_password(PASSWORD)
        for faskes in ("utama", SLOW_CLINIC):
            for service in Service:
                _patiently(resume, self.database, faskes, service)


def _rage(dice: Random, seconds: float, people: list[Patient], clinic: _Clinic) -> None:
    events = _events(dice, seconds, clinic)
    next_event, act = next(events)
    arrivals = iter(people)
    pause = seconds * 0.7 / len(people)
    clinic.dispatchers.start(0)
    clinic.dispatchers.await_start(0)
    begun = time.monotonic()
    while time.monotonic() < begun + seconds:
        for patient in _as_many(arrivals, dice):
            hand_over(clinic.database, dice.sample(patient.lines(), len(patient.course)))
        while time.monotonic() - begun >= next_event:
            act()
            next_event, act = next(events)
        time.sleep(pause * 2)
    for patient in arrivals:
        hand_over(clinic.database, patient.lines())


def _as_many(arrivals: Iterator[Patient], dice: Random) -> Iterator[Patient]:
    for _ in range(dice.randrange(1, 4)):
        patient = next(arrivals, None)
        if patient is not None:
            yield patient


def hand_over(database: Database, lines: list[Line]) -> None:
    """A patient's jobs in any order, as a whole: so that no deletion is seen before its creation."""
    texts = [json.dumps(line) for line in lines]
    answers = _patiently(lambda: list(enqueue_lines(texts, database=database)))
    assert all("id" in answer for answer in answers), answers


# What a clinic's own system does when its database was away for a moment: the same jobs once more.
_patiently = Retrying(
    retry=retry_if_exception_type(DatabaseUnavailable), wait=wait_fixed(0.1), stop=stop_after_attempt(50)
)


def _events(dice: Random, seconds: float, clinic: _Clinic) -> Iterator[Event]:
    """When (seconds from the start) what happens."""
    simulator, dispatchers = clinic.simulator, clinic.dispatchers
    outage, password = sorted(dice.uniform(0.2, 0.6) * seconds for _ in range(2))
    length = min(0.15 * seconds, 20.0)
    planned: list[Event] = [
        (0.1 * seconds, lambda: dispatchers.start(1)),
        (outage, lambda: simulator.outage(on=True)),
        (outage + length, lambda: simulator.outage(on=False)),
        (password, lambda: simulator.set_password("Sandi#Salah00")),
        (password + length, clinic.right_password),
    ]
    for _ in range(max(1, int(seconds // 20))):
        place, begins = dice.randrange(2), dice.uniform(0.15, 0.6) * seconds
        planned += [(begins, lambda place=place: dispatchers.freeze(place, LEASE_SECONDS + 1.5))]  # type: ignore[misc]
    at = 0.25 * seconds
    while at < seconds:
        place = dice.randrange(2)
        planned += [
            (at, lambda place=place: dispatchers.kill(place)),  # type: ignore[misc]
            (at + dice.uniform(0.2, 2), lambda place=place: dispatchers.start(place)),  # type: ignore[misc]
        ]
        at += dice.uniform(0.25, 0.45) * min(seconds, 30)
    planned += clinic.servers.events(dice, seconds)
    yield from sorted(planned, key=lambda event: event[0])
    while True:
        yield float("inf"), lambda: None


def _calm(clinic: _Clinic, day: date) -> list[Patient]:
    """Everything works again; wait until nothing moves by itself any more.

    Some patients come still, who are returned: only while BPJS serves others can it be told that it fails one.
    """
    clinic.simulator.set_faults({})
    clinic.simulator.outage(on=False)
    clinic.servers.mend()
    for place in (0, 1):
        clinic.dispatchers.start(place)
    latecomers: list[Patient] = []
    begun = time.monotonic()
    while not _patiently(is_settled, clinic.database) and time.monotonic() < begun + CALM_SECONDS:
        clinic.right_password()
        if len(latecomers) < LATECOMERS and time.monotonic() > begun + len(latecomers) * LATE_SECONDS:
            latecomers.append(Patient(LATE_FROM + len(latecomers) * len(COURSES), day))
            hand_over(clinic.database, latecomers[-1].lines())
        time.sleep(0.5)
    return latecomers
