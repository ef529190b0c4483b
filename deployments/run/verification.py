"""The checks at a demo's end say whether the day left the right traces here, at BPJS and in Prefect."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx
from sqlalchemy import select

from bpjs_client.references import BY_NAME
from bpjs_simulator.sample_day import SampleDay, ledger_problems
from database import Database
from database.references.search import search
from database.status import Status
from database.storage.models import Job
from deployments.children.processes import Children
from deployments.run.sample import Handed
from tasks.prefect_server.environment import API_URL
from tasks.prefect_server.password import basic_auth

_PAGE = 200  # rows that Prefect's server answers at most at once
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
        """Whether the sentence is true."""
        return not self.problems


def statuses_as_expected(database: Database, day: SampleDay, handed: Sequence[Handed]) -> Check:
    """Each job ended as the day says it should."""
    with database.read() as session:
        found = {row.id: row.status for row in session.execute(select(Job.id, Job.status))}
    problems = [
        f"pekerjaan {job.job_id} ({line['jenis']}): {found.get(job.job_id)}, seharusnya {expected}"
        for line, job, expected in zip(day.lines, handed, day.expected, strict=True)
        if found.get(job.job_id) != expected
    ]
    return Check("setiap pekerjaan berakhir sebagaimana mestinya", problems)


def ledger_as_expected(day: SampleDay, ledger: dict[str, Any]) -> Check:
    """BPJS holds what the day should leave behind, no more and no less."""
    return Check("catatan BPJS cocok dengan hari itu", ledger_problems(ledger, day))


def references_as_held(database: Database, ledger: dict[str, Any]) -> Check:
    """Each reference that BPJS hands out as one list is here whole."""
    held = ledger["references"]
    names = [name for name in BY_NAME if name.removeprefix("pcare/") in held]
    found = {name: len(search(database, BY_NAME[name])) for name in names}
    problems = [
        f"{name}: {count} baris, seharusnya {held[name.removeprefix('pcare/')]}"
        for name, count in found.items()
        if count != held[name.removeprefix("pcare/")]
    ]
    return Check(f"data referensi lengkap ({sum(found.values())} baris)", problems)


def nothing_sent_twice(ledger: dict[str, Any]) -> Check:
    """No write was carried out at BPJS more than once."""
    done = Counter(
        (write["method"], write["endpoint"], str(write["body"]))
        for write in ledger["writes"]
        if write["committed"]
    )
    problems = [
        f"{method} {endpoint}: {times} kali" for (method, endpoint, _), times in done.items() if times > 1
    ]
    return Check("tidak ada yang terkirim dua kali", problems)


def same_file_makes_nothing_new(first: Sequence[Handed], second: Sequence[Handed]) -> Check:
    """The day handed over again gave the same jobs."""
    problems = [f"pekerjaan {job.job_id} baru" for job in second if job.new]
    if [job.job_id for job in first] != [job.job_id for job in second]:
        problems.append("nomor pekerjaan berbeda")
    return Check("berkas yang sama tidak membuat pekerjaan baru", problems)


def recorded_in_prefect(
    database: Database, environ: Mapping[str, str], children: Children, *, seconds: float
) -> Check:
    """Every job has a finished task run that ended as the job did; waits `seconds` for the last ones."""
    jobs = all_jobs(database)
    deadline = time.monotonic() + seconds
    auth = basic_auth(environ)
    with httpx.Client(base_url=environ[API_URL], auth=auth, trust_env=False, timeout=30) as client:
        problems = without_run(jobs, _ends_by_name(client))
        while problems and time.monotonic() < deadline:
            children.pause(_LOOK_SECONDS)
            problems = without_run(jobs, _ends_by_name(client))
    return Check(f"{len(jobs)} pekerjaan punya task run yang selesai di Prefect", problems)


@dataclass(frozen=True)
class Named:
    """A job, and the name under which Prefect shows its runs."""

    job_id: int
    status: Status
    run_name: str


def all_jobs(database: Database) -> list[Named]:
    """Every job of the day."""
    query = select(Job.id, Job.status, Job.jenis, Job.norm, Job.nama_pasien).order_by(Job.id)
    with database.read() as session:
        return [
            Named(job_id, Status(status), f"{jenis} {norm} {name}")
            for job_id, status, jenis, norm, name in session.execute(query)
        ]


def without_run(jobs: Sequence[Named], ends: Mapping[str, set[str]]) -> list[str]:
    """The jobs of which no run ended as they did; `ends`: the state types of the runs of each name."""
    return [
        f"pekerjaan {job.job_id}: {sorted(ends.get(job.run_name, ()))}, statusnya {job.status}"
        for job in jobs
        if ENDS.get(job.status) not in ends.get(job.run_name, ())
    ]


def _ends_by_name(client: httpx.Client) -> dict[str, set[str]]:
    ends: dict[str, set[str]] = {}
    for offset in count(step=_PAGE):
        page = {"limit": _PAGE, "offset": offset, "sort": "NAME_ASC"}
        runs = client.post("/task_runs/filter", json=page).raise_for_status().json()
        for run in runs:
            ends.setdefault(run["name"], set()).add(run["state_type"])
        if len(runs) < _PAGE:
            break
    return ends


def read_ledger(control_url: str) -> dict[str, Any]:
    """The simulator's holdings and every write that it saw."""
    with httpx.Client(trust_env=False, timeout=30) as client:
        ledger: dict[str, Any] = client.get(f"{control_url}/ledger").raise_for_status().json()
    return ledger
