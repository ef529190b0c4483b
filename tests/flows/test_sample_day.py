"""A clinic's day, from scrambled lines to BPJS's ledger and Prefect's task runs, over real HTTP."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from bpjs_client.jobs import Bpjs
from bpjs_client.settings import BpjsSettings
from bpjs_simulator.sample_day import ledger_problems, sample_day
from bpjs_simulator.server import Simulator
from database import Database, enqueue_lines
from database.storage.models import Job
from flows.in_process.sending import send_due
from tasks.composition import Composition, using
from tests.flows.prefect_server import PrefectServer

TODAY = date.today()


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(latency_ms=10) as running:
        yield running


def bpjs_at(simulator: Simulator) -> Bpjs:
    return Bpjs(
        BpjsSettings(
            _env_file=None, pcare_base_url=simulator.pcare_url, antrean_base_url=simulator.antrean_url
        )
    )


def ended_runs(prefect: PrefectServer) -> set[object]:
    ended = {"type": {"any_": ["COMPLETED", "FAILED", "CANCELLED"]}}
    pages = (
        prefect.query("/task_runs/filter", task_runs={"state": ended}, offset=offset, limit=200)
        for offset in range(0, 2000, 200)
    )
    return {run["name"] for page in pages for run in page}


def test_a_day_ends_as_it_should_here_at_bpjs_and_in_prefect(
    database: Database, simulator: Simulator, prefect: PrefectServer
) -> None:
    day = sample_day(TODAY)
    lines = [json.dumps(line) for line in day.lines]
    first = list(enqueue_lines(lines, database=database))
    with using(Composition(open_database=lambda: database, open_bpjs=lambda faskes: bpjs_at(simulator))):
        totals = send_due(until_empty=True)

    with database.read() as session:
        jobs = {job.id: job for job in session.query(Job)}
    accepted = [jobs[int(str(answer["id"]))] for answer in first]
    ended = [job.status for job in accepted]
    wrong = [
        (line["jenis"], line["norm"], job.message, status, expected)
        for line, job, status, expected in zip(day.lines, accepted, ended, day.expected, strict=True)
        if status != expected
    ]
    assert wrong == []
    ledger = simulator.ledger()
    assert ledger_problems(ledger, day) == []
    committed = Counter(str((w["endpoint"], w["body"])) for w in ledger["writes"] if w["committed"])
    assert max(committed.values()) == 1
    assert totals.terkirim == day.expected.count("terkirim")

    names = {f"{line['jenis']} {line['norm']} {line['nama_pasien']}" for line in day.lines}
    assert names <= ended_runs(prefect)

    again = list(enqueue_lines(lines, database=database))
    assert not any(answer["new"] for answer in again)
    assert [answer["id"] for answer in again] == [answer["id"] for answer in first]


def test_the_day_is_large_enough_and_holds_every_jenis() -> None:
    day = sample_day(TODAY)
    assert len({line["norm"] for line in day.lines}) >= 40
    assert len(day.lines) >= 160
    assert len({line["jenis"] for line in day.lines}) == 7
    assert {"terkirim", "gagal", "menunggu", "ditutup"} == set(day.expected)
    assert day.lines == sample_day(TODAY).lines


def test_the_ledger_check_sees_what_is_missing_and_what_is_too_much() -> None:
    day = sample_day(TODAY)
    empty: dict[str, Any] = {"pendaftaran": [], "kunjungan": [], "antrean": []}
    assert len(ledger_problems(empty, day)) == 3
