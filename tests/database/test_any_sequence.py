"""Whatever permitted calls come in whatever order: final stays final, one in hand per chain, nothing is lost."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pydantic import SecretStr
from sqlalchemy import func, select

from bpjs_client.jenis import Jenis, Service
from database import Database, open_database
from database.errors import LeaseLost, MoveRefused
from database.jobs.attempts import Evidence
from database.jobs.claim import release, renew, take_over
from database.jobs.held_claim import Claim
from database.jobs.moves import move, record
from database.jobs.resend import Resend, ask_again, reopen
from database.jobs.verdict import Verdict
from database.services.evidence import Heard
from database.services.harmless_read import Answer, Reading, judge
from database.services.pauses import pause, resume
from database.services.probes import probe_failed, take_probe, try_again
from database.settings import DatabaseSettings
from database.status import FINAL, MOVES, Status
from database.storage.models import Attempt, Job, ServiceState
from database.vocabulary import Reason
from tests.database.clinic import LEASE, ME, OTHER, Clinic, FakeClock, ending

AFTER_PROSES = sorted(new for old, new in MOVES if old is Status.PROSES)
ENDINGS = (*map(ending, AFTER_PROSES), Verdict(Status.GAGAL, Reason.WITHOUT_ADD, "ditolak"))
OWNERS = st.sampled_from([ME, OTHER])
ONE_SECOND = timedelta(seconds=1)
HEARD = (
    Heard(),
    Heard(is_look=True),
    Heard("contoh"),
    Heard("contoh", is_look=True),
    Heard(refusal="contoh"),
)


def sqlite_at(directory: str, clock: FakeClock) -> Database:
    url = SecretStr(f"sqlite:///{Path(directory) / 'bpjs.db'}")
    return open_database(DatabaseSettings(database_url=url), clock=clock)


class AnySequence(RuleBasedStateMachine):
    """Two dispatchers, a person and the clock, each doing what it may at any time."""

    @initialize()
    def open(self) -> None:
        self.directory = tempfile.TemporaryDirectory(prefix="bpjs-")
        clock = FakeClock()
        self.clinic = Clinic(sqlite_at(self.directory.name, clock), clock)
        self.database = self.clinic.database
        self.jobs: list[int] = []
        self.open_attempts: dict[int, int] = {}
        self.final: dict[int, dict[str, object]] = {}
        self.closed: dict[int, dict[str, object]] = {}

    def teardown(self) -> None:
        self.database.close()
        self.directory.cleanup()

    @rule(jenis=st.sampled_from(Jenis), norm=st.sampled_from(["RM-1", "RM-2"]), good=st.booleans())
    def hand_over(self, jenis: Jenis, norm: str, good: bool) -> None:
        spoilt = {} if good else {"tambahan": float("nan")}
        self.jobs.append(self.clinic.hand_over(jenis, norm, **spoilt))
        assert (self.clinic.status(self.jobs[-1]) == Status.MENUNGGU) is good

    @rule(owner=OWNERS, limit=st.integers(1, 4))
    def claim(self, owner: str, limit: int) -> None:
        self.clinic.claim(limit, owner)

    @rule(owner=OWNERS, pick=st.integers(0, 50))
    def leave(self, owner: str, pick: int) -> None:
        job_id = self._in_hand(owner, pick)
        if job_id is not None and job_id not in self.open_attempts:
            self._unless_lost(lambda: self.open_attempts.update({job_id: self.clinic.leave(job_id, owner)}))

    @rule(owner=OWNERS, pick=st.integers(0, 50), verdict=st.sampled_from(ENDINGS))
    def finish(self, owner: str, pick: int, verdict: Verdict) -> None:
        job_id = self._in_hand(owner, pick)
        if job_id is not None:
            attempt = self.open_attempts.pop(job_id, None)
            self._unless_lost(lambda: self.clinic.finish(job_id, verdict, owner, attempt))

    @rule(owner=OWNERS, pick=st.integers(0, 50), outcome=st.sampled_from(["unknown", "not-sent"]))
    def note(self, owner: str, pick: int, outcome: str) -> None:
        job_id = self._in_hand(owner, pick)
        if job_id in self.open_attempts:
            number, seen = self.open_attempts.pop(job_id), Evidence(outcome)
            self._unless_lost(
                lambda: record(self.database, self.clinic.held(job_id, owner), attempt=number, evidence=seen)
            )

    @rule(owner=OWNERS)
    def keep(self, owner: str) -> None:
        renew(self.database, self._claims(owner), lease=LEASE)

    @rule(owner=OWNERS)
    def shut_down(self, owner: str) -> None:
        release(self.database, self._claims(owner))
        self._forget_closed()

    @rule(seconds=st.sampled_from([1, 30, 61, 600]))
    def time_passes(self, seconds: int) -> None:
        self.clinic.clock.now += timedelta(seconds=seconds)

    @rule()
    def take_over(self) -> None:
        take_over(self.database)
        self._forget_closed()

    @rule(pick=st.integers(0, 50))
    def resend(self, pick: int) -> None:
        if self.jobs:
            reopen(self.database, self.jobs[pick % len(self.jobs)], Resend(by="Rina"))

    @rule(
        pick=st.integers(0, 50),
        patch=st.sampled_from([{}, {"tambahan": 1}, {"kdPoli": None}, {"kdPoli": "002"}]),
    )
    def ask_again(self, pick: int, patch: dict[str, Any]) -> None:
        """A person sends one again, corrected, well or badly."""
        if self.jobs:
            with suppress(MoveRefused):
                ask_again(self.database, self.jobs[pick % len(self.jobs)], Resend(patch=patch, by="Rina"))

    @rule(owner=OWNERS, pick=st.integers(0, 50), heard=st.sampled_from(HEARD))
    def hear(self, owner: str, pick: int, heard: Heard) -> None:
        """A request ends and tells something of its service."""
        job_id = self._in_hand(owner, pick)
        if job_id is not None and job_id not in self.open_attempts:
            later = Verdict(Status.MENUNGGU, Reason.UNREACHED, "contoh", due_in=timedelta(minutes=9))
            self._unless_lost(
                lambda: move(self.database, self.clinic.held(job_id, owner), later, heard=heard)
            )

    @rule(answered=st.booleans())
    def probe(self, answered: bool) -> None:
        due = take_probe(self.database)
        if due is not None and (answered or due.jenis):
            try_again(self.database, due)
        elif due is not None:
            probe_failed(self.database, due.faskes, Service(due.service), "contoh", probes=[ONE_SECOND])

    @rule(service=st.sampled_from(Service), answer=st.sampled_from(Answer))
    def harmless_read(self, service: Service, answer: Answer) -> None:
        judge(self.database, "utama", service, Reading(answer, "contoh"), probes=[ONE_SECOND])

    @rule(service=st.sampled_from(Service), paused=st.booleans())
    def pause_or_resume(self, service: Service, paused: bool) -> None:
        if paused:
            pause(self.database, "utama", service, "contoh", mark="tanda")
        else:
            resume(self.database, "utama", service)

    @invariant()
    def nothing_is_lost(self) -> None:
        assert self.clinic.count() == len(self.jobs)

    @invariant()
    def one_in_hand_per_chain_and_service(self) -> None:
        hands = select(func.count()).where(Job.status == Status.PROSES).group_by(Job.rantai, Job.service)
        with self.database.read() as session:
            assert set(session.scalars(hands)) <= {1}

    @invariant()
    def a_service_that_is_down_is_always_probed_again(self) -> None:
        with self.database.read() as session:
            services = session.scalars(select(ServiceState))
            assert all(row.probe_at is not None for row in services if row.state in {"open", "half-open"})

    @invariant()
    def what_is_final_never_changes(self) -> None:
        with self.database.read() as session:
            rows = session.scalars(select(Job).where(Job.status.in_([status.value for status in FINAL])))
            now_final = {row.id: columns(row) for row in rows}
        assert self.final.items() <= now_final.items()
        self.final = now_final

    @invariant()
    def a_closed_attempt_never_changes(self) -> None:
        with self.database.read() as session:
            rows = session.scalars(select(Attempt).where(Attempt.finished_at.is_not(None)))
            now_closed = {row.id: columns(row) for row in rows}
        assert self.closed.items() <= now_closed.items()
        self.closed = now_closed

    @invariant()
    def an_attempt_is_open_only_while_its_job_is_in_hand(self) -> None:
        sent = select(Job.status).join(Attempt).where(Attempt.finished_at.is_(None))
        with self.database.read() as session:
            assert set(session.scalars(sent)) <= {Status.PROSES}

    def _in_hand(self, owner: str, pick: int) -> int | None:
        mine = select(Job.id).where(Job.lease_owner == owner).order_by(Job.id)
        with self.database.read() as session:
            ids = session.scalars(mine).all()
        return ids[pick % len(ids)] if ids else None

    def _claims(self, owner: str) -> list[Claim]:
        """The newest of each job, done or lost long ago though it may be."""
        return [self.clinic.held(job_id, owner) for job_id in self.jobs]

    def _unless_lost(self, call: Callable[[], object]) -> None:
        try:
            call()
        except LeaseLost:
            self._forget_closed()

    def _forget_closed(self) -> None:
        with self.database.read() as session:
            still = select(Attempt.job_id, Attempt.number).where(Attempt.finished_at.is_(None))
            self.open_attempts = dict(session.execute(still).tuples().all())


def columns(row: object) -> dict[str, object]:
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


TestAnySequence = AnySequence.TestCase
TestAnySequence.settings = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
