"""What several threads write at the same moment is one transaction, in which each has an end of its own."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bpjs_client.jenis import Jenis
from database.errors import DatabaseUnavailable, LeaseLost
from database.jobs.attempts import Asker, Evidence, open_attempt
from database.jobs.moves import move
from database.services.clinic_service import ClinicService
from database.services.evidence import Heard
from database.services.states import State
from database.status import Status
from database.storage.models import ServiceState
from database.storage.past_jobs import locked_job
from database.storage.together import Together
from database.vocabulary import Outcome
from tests.database.clinic import LEASE, Clinic, success

MANY = 12
TAKEN = Evidence(Outcome.SUCCESS, http_code=200, meta_code="200")
ANSWERED = Heard(None)


class Writer:
    """Counts the groups that it is given; the first of them is held up until all the others wait."""

    def __init__(self, fails: Exception | None = None) -> None:
        self.groups: list[Sequence[int]] = []
        self.go_on = threading.Event()
        self.fails = fails

    def __call__(self, items: Sequence[int]) -> list[int | Exception]:
        self.groups.append(items)
        if len(self.groups) == 1:
            assert self.go_on.wait(30)
        elif self.fails:
            raise self.fails
        return [ValueError(item) if item < 0 else 10 * item for item in items]


def all_at_once(
    together: Callable[[int], int], writer: Writer, items: Sequence[int], waiting: Callable[[], int]
) -> list[Future[int]]:
    """The first alone; the others while it is written."""
    with ThreadPoolExecutor(len(items)) as pool:
        futures = [pool.submit(together, items[0])]
        while not writer.groups:
            pass
        futures += [pool.submit(together, item) for item in items[1:]]
        while waiting() < len(items) - 1:
            pass
        writer.go_on.set()
    return futures


def test_one_alone_is_written_at_once_and_many_in_one_group() -> None:
    writer = Writer()
    together: Together[int, int] = Together(writer)
    ended = all_at_once(together, writer, range(1, 10), lambda: len(together._waiting))
    assert [future.result() for future in ended] == [10 * item for item in range(1, 10)]
    assert [len(group) for group in writer.groups] == [1, 8]
    assert together(7) == 70


def test_an_error_of_one_is_raised_where_it_was_given_alone() -> None:
    writer = Writer()
    together: Together[int, int] = Together(writer)
    ended = all_at_once(together, writer, [1, -2, 3], lambda: len(together._waiting))
    assert isinstance(ended[1].exception(), ValueError)
    assert [ended[0].result(), ended[2].result()] == [10, 30]


def test_a_group_that_fails_fails_for_each_and_the_next_is_written() -> None:
    writer = Writer(fails=DatabaseUnavailable("putus"))
    together: Together[int, int] = Together(writer)
    ended = all_at_once(together, writer, [1, 2, 3], lambda: len(together._waiting))
    errors = [future.exception() for future in ended[1:]]
    assert [str(error) for error in errors] == ["putus", "putus"]
    assert errors[0] is not errors[1]  # each thread adds a traceback of its own
    writer.fails = None
    assert together(4) == 40


def side_by_side(clinic: Clinic, acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do all of them in threads; of each its result or the error that it met."""

    def done(act: Callable[[], Any]) -> Any:
        try:
            return act()
        except Exception as error:  # noqa: BLE001 - what the test looks at
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(done, acts))


@pytest.fixture
def groups(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Sizes of the groups that are written. The first waits a moment, so that others join the next."""
    sizes: list[int] = []
    write_all = type(clinic.database)._write_all

    def slowly(self: Any, write: Any, items: Sequence[Any], *, waits: bool) -> Any:
        sizes.append(len(items))
        if len(sizes) == 1:
            threading.Event().wait(0.5)
        return write_all(self, write, items, waits=waits)

    monkeypatch.setattr(type(clinic.database), "_write_all", slowly)
    return sizes


def opened(clinic: Clinic, count: int = MANY) -> list[tuple[int, int]]:
    """Jobs in hand of as many chains, each with its open attempt: their ids and attempts' numbers."""
    ids = [clinic.hand_over(norm=f"RM-{number}") for number in range(count)]
    clinic.claim()
    return [(job_id, clinic.leave(job_id)) for job_id in ids]


def test_attempts_that_open_together_are_numbered_and_kept_each_for_its_job(
    clinic: Clinic, groups: list[int]
) -> None:
    ids = [clinic.hand_over(norm=f"RM-{number}") for number in range(MANY)]
    clinic.claim()
    lost = replace(clinic.held(ids[3]), token=99)
    claims = [lost if job_id == ids[3] else clinic.held(job_id) for job_id in ids]
    numbers = side_by_side(
        clinic,
        [
            lambda claim=claim: open_attempt(  # type: ignore[misc]
                clinic.database, claim, request={"x": claim.job_id}, lease=LEASE, asker=Asker()
            )
            for claim in claims
        ],
    )
    assert max(groups) > 1
    assert isinstance(numbers.pop(3), LeaseLost)
    assert numbers == [1] * (MANY - 1)
    assert clinic.attempts(ids.pop(3)) == []
    assert [clinic.attempts(job_id)[0].request for job_id in ids] == [{"x": job_id} for job_id in ids]


def test_ends_that_are_written_together_are_each_its_own(clinic: Clinic, groups: list[int]) -> None:
    """One was taken over meanwhile, one attempt is closed already, one has a value that no table takes."""
    left = opened(clinic)
    groups.clear()
    verdicts = {job_id: success("") for job_id, _ in left}
    verdicts[left[5][0]] = replace(success(""), status=Status.TERKIRIM, result={"noUrut": object()})  # type: ignore[dict-item]
    clinic.finish(left[4][0], success(""), attempt=left[4][1])
    claims = {job_id: clinic.held(job_id) for job_id, _ in left}
    claims[left[3][0]] = replace(claims[left[3][0]], owner="orang-lain")

    def end(job_id: int, number: int) -> bool:
        claim, verdict = claims[job_id], verdicts[job_id]
        return move(clinic.database, claim, verdict, attempt=number, evidence=TAKEN, heard=ANSWERED)

    ended = side_by_side(clinic, [lambda job=job: end(*job) for job in left])  # type: ignore[misc]
    assert max(groups) > 1
    wrong = {place for place, each in enumerate(ended) if isinstance(each, Exception)}
    assert wrong == {3, 4, 5}
    assert isinstance(ended[3], LeaseLost)
    assert isinstance(ended[4], LeaseLost)
    statuses = [clinic.status(job_id) for job_id, _ in left]
    assert statuses == ["terkirim"] * 3 + ["proses", "terkirim", "proses"] + ["terkirim"] * (MANY - 6)
    closed = [clinic.attempts(job_id)[0].outcome for job_id, _ in left]
    assert closed.count(Outcome.SUCCESS) == MANY - 3


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_row_that_somebody_keeps_locked_holds_up_its_own_job_alone(
    clinic: Clinic, groups: list[int]
) -> None:
    left = opened(clinic)
    groups.clear()
    kept, others = left[0], left[1:]

    def end(job: tuple[int, int]) -> bool:
        claim = clinic.held(job[0])
        return move(clinic.database, claim, success(""), attempt=job[1], evidence=TAKEN, heard=ANSWERED)

    with ThreadPoolExecutor(MANY) as pool:
        with clinic.database.write(patient=True) as somebody:
            locked_job(somebody, kept[0])
            ends = {job: pool.submit(end, job) for job in left}  # the first that comes is the locked one
            assert [ends[job].result(timeout=8) for job in others] == [False] * len(others)
            assert not ends[kept].done()
        assert ends[kept].result(timeout=30) is False
    assert max(groups) > 1
    assert {clinic.status(job_id) for job_id, _ in left} == {"terkirim"}


def test_answers_among_failures_lift_what_they_disprove(clinic: Clinic, groups: list[int]) -> None:
    """Written together or one by one: two failures of a service are noted, and its answer forgets them."""
    left = opened(clinic, 4)
    bad = Heard("tidak menjawab")

    def end(job: tuple[int, int], heard: Heard) -> bool:
        return move(
            clinic.database, clinic.held(job[0]), success(""), attempt=job[1], evidence=TAKEN, heard=heard
        )

    side_by_side(clinic, [lambda job=job: end(job, bad) for job in left[:2]])  # type: ignore[misc]
    who = ClinicService("utama", "antrean")
    with clinic.database.read() as session:
        assert session.get_one(ServiceState, tuple(who)).failures == 2
    side_by_side(clinic, [lambda job=job: end(job, ANSWERED) for job in left[2:]])  # type: ignore[misc]
    with clinic.database.read() as session:
        service = session.get_one(ServiceState, tuple(who))
        part = session.get_one(ServiceState, (*who[:2], Jenis.TAMBAH_ANTREAN.value))
    assert (service.failures, service.state, part.failures) == (0, State.CLOSED, 0)


def test_what_fails_for_one_is_tried_alone_by_the_others(
    clinic: Clinic, groups: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    """Two jobs of the same number would break a rule of the table; the ten beside them are kept."""

    def write(_session: Session, items: Sequence[int], _now: datetime, _waits: bool) -> list[int | Exception]:
        if -1 in items:
            raise ValueError("bukan ini")
        return [item * 2 for item in items]

    items = [*range(10), -1]
    ended = side_by_side(clinic, [lambda item=item: clinic.database.together(write, item) for item in items])  # type: ignore[misc]
    assert ended[:-1] == [item * 2 for item in range(10)]
    assert isinstance(ended[-1], ValueError)
    assert "writes failed together (ValueError), each is written alone" in caplog.text
    assert "bukan ini" not in caplog.text
