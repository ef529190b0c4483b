"""Accepted means durable, whatever happens to the process that handed the job over."""

import signal

from bpjs_client.jenis import Jenis
from database.status import Status
from database.storage.models import Job
from tests.database.child import start
from tests.database.clinic import Clinic, body_of


def test_a_job_survives_kill_9_right_after_its_answer(clinic: Clinic, database_url: str) -> None:
    child = start("hand-over-and-stay", database_url)
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write("go\n")
    child.stdin.flush()
    job_id = int(child.stdout.readline())
    child.send_signal(signal.SIGKILL)
    assert child.wait(timeout=10) == -signal.SIGKILL
    child.stdout.close()
    with clinic.database.read() as session:
        job = session.get_one(Job, job_id)
    assert (job.status, job.jenis) == (Status.MENUNGGU, Jenis.TAMBAH_ANTREAN)
    assert job.body == body_of("tambah-antrean")
    clinic.clock.now = job.due_at  # the child lived by the real clock
    assert clinic.claim() == [job_id]
