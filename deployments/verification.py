"""The checks at a demo's end: did the day leave behind what it should, here, at BPJS and in Prefect?"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from bpjs_simulator.sample_day import SampleDay, ledger_problems
from sqlalchemy import select

from database import Database
from database.models import Attempt, Job
from database.status import Status
from deployments.processes import Children
from deployments.sample import Handed

_PAGE = 200  # the most that Prefect's server answers at once
_LOOK_SECONDS = 1.0
# How a task run that brought its job to this state must have ended.
ENDS = {
    Status.TERKIRIM: "COMPLETED",
    Status.DITUTUP: "COMPLETED",
    Status.GAGAL: "FAILED",
    Status.MENUNGGU: "CANCELLED",
    Status.TIDAK_PASTI: "CANCELLED",
}


@dataclass(frozen=True)
class Check:
    """One sentence that must be true, and what speaks against it."""

    what: str
    problems: Sequence[str]

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.problems


def statuses_as_expected(database: Database, day: SampleDay, handed: Sequence[Handed]) -> Check:
    """Each job ended as the day says it should."""
    with database.read() as session:
        found = dict(session.execute(select(Job.id, Job.status)).all())
    problems = [
        f"pekerjaan {job.job_id} ({line['jenis']}): {found.get(job.job_id)}, seharusnya {expected}"
        for line, job, expected in zip(day.lines, handed, day.expected, strict=True)
        if found.get(job.job_id) != expected
    ]
    return Check("setiap pekerjaan berakhir sebagaimana mestinya", problems)


def ledger_as_expected(day: SampleDay, ledger: dict[str, Any]) -> Check:
    """BPJS holds what the day should leave behind, no more and no less."""
    return Check("catatan BPJS cocok dengan hari itu", ledger_problems(ledger, day))


def nothing_sent_twice(ledger: dict[str, Any]) -> Check:
    """No write was carried out at BPJS more than once."""
    done = Counter(
        (write["method"], write["endpoint"], str(write["body"]))
        for write in ledger["writes"]
        if write["committed"]
    )
    problems = [
        f"{method} {endpoint}: {count} kali" for (method, endpoint, _), count in done.items() if count > 1
    ]
    return Check("tidak ada yang terkirim dua kali", problems)


def same_file_makes_nothing_new(first: Sequence[Handed], second: Sequence[Handed]) -> Check:
    """The day handed over again gave the same jobs."""
    problems = [f"pekerjaan {job.job_id} baru" for job in second if job.new]
    if [job.job_id for job in first] != [job.job_id for job in second]:
        problems.append("nomor pekerjaan berbeda")
    return Check("berkas yang sama tidak membuat pekerjaan baru", problems)


def recorded_in_prefect(database: Database, api_url: str, children: Children, *, seconds: float) -> Check:
    """Every job sent has its finished task run in Prefect; waits up to `seconds` for the last ones."""
    sent = sent_jobs(database)
    deadline = time.monotonic() + seconds
    with httpx.Client(base_url=api_url, trust_env=False, timeout=30) as client:
        problems = not_ended(sent, _ends_in_prefect(client, sent))
        while problems and time.monotonic() < deadline:
            children.pause(_LOOK_SECONDS)
            problems = not_ended(sent, _ends_in_prefect(client, sent))
    return Check(f"{len(sent)} pekerjaan punya task run yang selesai di Prefect", problems)


@dataclass(frozen=True)
class Sent:
    """A job that was attempted, and the task run of its last attempt."""

    job_id: int
    status: Status
    task_run_id: UUID | None


def sent_jobs(database: Database) -> list[Sent]:
    """Every job with an attempt."""
    query = select(Job.id, Job.status, Attempt.task_run_id).join(Job, Job.id == Attempt.job_id)
    with database.read() as session:
        rows = session.execute(query.order_by(Attempt.number)).all()
    last = {job_id: Sent(job_id, Status(status), run) for job_id, status, run in rows}
    return list(last.values())


def not_ended(sent: Sequence[Sent], ends: dict[str, str]) -> list[str]:
    """Which jobs' task runs are missing or ended otherwise than their job; `ends`: state type by run id."""
    found = {job.job_id: ends.get(str(job.task_run_id)) for job in sent}
    return [
        f"pekerjaan {job.job_id}: {found[job.job_id] or 'tidak ada'}, statusnya {job.status}"
        for job in sent
        if found[job.job_id] is None or found[job.job_id] != ENDS.get(job.status)
    ]


def _ends_in_prefect(client: httpx.Client, sent: Sequence[Sent]) -> dict[str, str]:
    ids = [str(job.task_run_id) for job in sent if job.task_run_id]
    ended: dict[str, str] = {}
    for start in range(0, len(ids), _PAGE):
        body = {"task_runs": {"id": {"any_": ids[start : start + _PAGE]}}, "limit": _PAGE}
        answer = client.post("/task_runs/filter", json=body).raise_for_status()
        ended |= {run["id"]: run["state_type"] for run in answer.json()}
    return ended


def read_ledger(control_url: str) -> dict[str, Any]:
    """What the simulator holds and every write it saw."""
    with httpx.Client(trust_env=False, timeout=30) as client:
        ledger: dict[str, Any] = client.get(f"{control_url}/ledger").raise_for_status().json()
    return ledger
