"""How a task run ended is told from our own history: by its last attempt, and by what became of the job since."""

from datetime import timedelta
from uuid import UUID, uuid4

from database import Database, enqueue
from database.jobs.attempts import append_attempt
from database.status import Status
from database.storage.models import Job
from database.views.ended_runs import EndedRun, ended_between, ended_of
from database.vocabulary import Outcome
from tests.tasks.bodies import BODIES

FLOW = uuid4()


def job(database: Database, norm: str) -> int:
    return enqueue(
        "tambah-antrean", norm, "Pasien Contoh", BODIES["tambah-antrean"], kunci=norm, database=database
    ).id


def attempt(database: Database, job_id: int, run: UUID | None, outcome: Outcome | None) -> None:
    with database.write() as session:
        now = database.clock()
        ended = {"finished_at": now, "outcome": outcome} if outcome else {}
        flow = FLOW if run else None
        append_attempt(
            session, job_id, started_at=now, flow_run_id=flow, task_run_id=run, request={}, **ended
        )


def told(runs: list[EndedRun]) -> dict[UUID, tuple[int, Status, bool]]:
    return {run.task_run_id: (run.job.id, run.status, run.died) for run in runs}


def lately(database: Database) -> list[EndedRun]:
    now = database.clock()
    return ended_between(database, now - timedelta(minutes=1), now).runs


def test_the_last_run_of_a_job_ended_as_the_job_stands_and_earlier_ones_waited(database: Database) -> None:
    first, second, dead, open_ = (uuid4() for _ in range(4))
    one, other = job(database, "RM-1"), job(database, "RM-2")
    attempt(database, one, first, Outcome.TEMPORARY)
    attempt(database, one, second, Outcome.UNKNOWN)
    attempt(database, one, second, Outcome.LOOK_FAILED)
    attempt(database, other, dead, Outcome.WORKER_DIED)
    attempt(database, job(database, "RM-3"), open_, None)
    attempt(database, job(database, "RM-4"), None, Outcome.SETTLED_BY_HAND)
    with database.read() as session:
        stands = {row.id: Status(row.status) for row in session.query(Job)}
    expected = {
        first: (one, Status.MENUNGGU, False),
        second: (one, stands[one], False),
        dead: (other, stands[other], True),
    }
    assert told(lately(database)) == expected
    assert told(ended_of(database, [second, open_, uuid4()])) == {second: expected[second]}
    assert {run.flow_run_id for run in lately(database)} == {FLOW}
    assert ended_of(database, []) == []


def test_what_ended_before_is_left_out(database: Database) -> None:
    attempt(database, job(database, "RM-1"), uuid4(), Outcome.TEMPORARY)
    later = database.clock() + timedelta(seconds=1)
    assert ended_between(database, later, later + timedelta(minutes=1)).runs == []


def test_rows_that_can_end_no_more_are_not_looked_at_again(database: Database) -> None:
    now = database.clock()
    since = now - timedelta(minutes=1)
    attempt(database, job(database, "RM-1"), uuid4(), Outcome.TEMPORARY)
    attempt(database, job(database, "RM-2"), uuid4(), None)
    attempt(database, job(database, "RM-3"), uuid4(), Outcome.TEMPORARY)
    until = database.clock()
    found = ended_between(database, since, until)
    assert (len(found.runs), found.settled) == (
        2,
        1,
    )  # the second row is open: what follows is looked at again
    assert (
        len(ended_between(database, since, until, settled=found.settled).runs) == 2
    )  # the newest always are
