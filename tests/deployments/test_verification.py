"""A demo's checks fail when what they say is false."""

import json

import pytest

from bpjs_simulator.sample_day import SampleDay, sample_day
from database import Database
from database.jobs.handover import enqueue_lines
from database.local_time import local_date
from database.status import Status
from database.storage.server_clock import utc_now
from deployments.run.sample import Handed
from deployments.run.verification import (
    Named,
    all_jobs,
    nothing_sent_twice,
    same_file_makes_nothing_new,
    statuses_as_expected,
    without_run,
)

WRITE = {"method": "POST", "endpoint": "antrean/add", "body": {"norm": "1"}, "committed": True}


@pytest.fixture
def day(database: Database) -> SampleDay:
    return sample_day(local_date(database, utc_now()))


@pytest.fixture
def handed(database: Database, day: SampleDay) -> list[Handed]:

    answers = enqueue_lines((json.dumps(line) for line in day.lines), database=database)
    return [Handed(int(str(row["id"])), str(row["status"]), bool(row["new"])) for row in answers]


def test_a_day_that_nobody_delivered_is_not_as_expected(
    database: Database, day: SampleDay, handed: list[Handed]
) -> None:
    problems = statuses_as_expected(database, day, handed).problems
    # Nothing was sent yet, so exactly the jobs that should be elsewhere by now speak against it.
    elsewhere = [end for end, job in zip(day.expected, handed, strict=True) if end != job.status]
    assert len(problems) == len(elsewhere) > 100


def test_a_job_without_any_run_is_found(database: Database, handed: list[Handed]) -> None:
    assert len(without_run(all_jobs(database), {})) == len(handed)


NAME = "tambah-antrean RM-1 Contoh"


@pytest.mark.parametrize(
    ("status", "ends", "holds"),
    [
        (Status.TERKIRIM, {NAME: {"COMPLETED"}}, True),
        (Status.DITUTUP, {NAME: {"COMPLETED"}}, True),
        (Status.GAGAL, {NAME: {"FAILED"}}, True),
        (Status.MENUNGGU, {NAME: {"CANCELLED"}}, True),
        (Status.TIDAK_PASTI, {NAME: {"CANCELLED"}}, True),
        (Status.TIDAK_PASTI, {NAME: {"COMPLETED"}}, False),
        (Status.TERKIRIM, {NAME: {"CANCELLED", "COMPLETED"}}, True),
        (Status.TERKIRIM, {NAME: {"FAILED"}}, False),
        (Status.GAGAL, {NAME: {"COMPLETED"}}, False),
        (Status.TERKIRIM, {NAME: {"RUNNING"}}, False),
        (Status.TERKIRIM, {}, False),
        (Status.PROSES, {NAME: {"COMPLETED"}}, False),
    ],
)
def test_a_job_and_its_task_run_must_agree(status: Status, ends: dict[str, set[str]], holds: bool) -> None:
    assert (not without_run([Named(7, status, NAME)], ends)) is holds


@pytest.mark.parametrize(
    ("writes", "holds"),
    [
        ([WRITE], True),
        ([WRITE, WRITE | {"committed": False}], True),
        ([WRITE, WRITE | {"body": {"norm": "2"}}], True),
        ([WRITE, WRITE], False),
    ],
)
def test_a_write_carried_out_twice_is_found(writes: list[dict[str, object]], holds: bool) -> None:
    assert nothing_sent_twice({"writes": writes}).holds is holds


@pytest.mark.parametrize(
    ("second", "holds"),
    [
        ([Handed(1, "terkirim", False)], True),
        ([Handed(1, "terkirim", True)], False),
        ([Handed(2, "terkirim", False)], False),
        ([], False),
    ],
)
def test_a_file_handed_over_again_must_make_no_new_job(second: list[Handed], holds: bool) -> None:
    assert same_file_makes_nothing_new([Handed(1, "menunggu", True)], second).holds is holds
