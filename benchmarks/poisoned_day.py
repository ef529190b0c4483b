"""Measures how long the rest of a clinic's day takes when poison is in it, beside the same day without."""

import subprocess
import tempfile
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pydantic import SecretStr

from benchmarks.measured import Measured
from benchmarks.workload import as_file
from bpjs_simulator.sample_day import sample_day
from bpjs_simulator.server import Simulator
from database import Database, open_database
from database.settings import DatabaseSettings
from database.storage.models import Job
from deployments import commands
from deployments.children.processes import Children

POISONED, FIREWALLED = 3, 1
MOST_SECONDS = 300
LOOK_SECONDS = 0.5


def measure(
    children: Children, environ: Mapping[str, str], today: date, *, latency_ms: int, concurrency: int
) -> list[Measured]:
    """From the first to the last delivery of what BPJS takes, with all of it due at once."""
    ways = {"a clean day": False, "with three poisons, an endpoint refused, a firewall": True}
    return [
        _one(way, children, environ, today, latency_ms=latency_ms, concurrency=concurrency, poisoned=poisoned)
        for way, poisoned in ways.items()
    ]


def _one(
    way: str,
    children: Children,
    environ: Mapping[str, str],
    today: date,
    *,
    latency_ms: int,
    concurrency: int,
    poisoned: bool,
) -> Measured:
    with tempfile.TemporaryDirectory(prefix="bpjs-day-") as folder, Simulator(latency_ms=latency_ms) as bpjs:
        here = {
            **environ,
            "BPJS_DATABASE_URL": f"sqlite:///{folder}/bpjs.db",
            "BPJS_DATA_KEY_FILE": f"{folder}/data.key",
            "BPJS_PCARE_BASE_URL": bpjs.pcare_url,
            "BPJS_ANTREAN_BASE_URL": bpjs.antrean_url,
        }
        day = sample_day(today)
        children.run("Enqueue", commands.bpjs("enqueue", "-"), here, typed=as_file(day.lines))
        database = _database(Path(folder))
        odd = _odd_visits(database, day.expected)
        if poisoned:
            _poison(bpjs, list(odd.values()))
        # The jobs of a new database are numbered as they were handed over.
        wanted = {
            number
            for number, status in enumerate(day.expected, start=1)
            if status == "terkirim" and number not in odd
        }
        wanted -= _of_jenis(database, "batal-antrean")
        dispatch = commands.bpjs("dispatch", "--concurrency", str(concurrency))
        with subprocess.Popen(dispatch, env=here, stderr=subprocess.DEVNULL) as dispatcher:
            try:
                _await(database, wanted)
            finally:
                dispatcher.terminate()
        times = [at for number, at in _sent(database).items() if number in wanted]
        database.close()
    assert len(times) == len(wanted), f"{len(wanted) - len(times)} jobs were held up"
    return Measured(way, len(wanted), max(times) - min(times))


def _await(database: Database, wanted: set[int]) -> None:
    """Until all of them are delivered, or for so long that something holds them up."""
    until = time.monotonic() + MOST_SECONDS
    while not wanted <= _sent(database).keys() and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)


def _database(folder: Path) -> Database:
    address = SecretStr(f"sqlite:///{folder}/bpjs.db")
    return open_database(
        DatabaseSettings(database_url=address, data_keys=None, data_key_file=folder / "data.key")
    )


def _odd_visits(database: Database, expected: list[str]) -> dict[int, str]:
    """Some visits that nothing follows, by id, and their cards."""
    with database.read() as session:
        jobs = list(session.query(Job).order_by(Job.id))
    deleted = {job.norm for job in jobs if job.jenis == "hapus-kunjungan"}
    visits = [
        job
        for job, status in zip(jobs, expected, strict=True)
        if job.jenis == "tambah-kunjungan" and status == "terkirim" and job.norm not in deleted
    ]
    return {job.id: job.body["noKartu"] for job in visits[: POISONED + FIREWALLED]}


def _poison(bpjs: Simulator, cards: list[str]) -> None:
    for card in cards[:POISONED]:
        bpjs.script_answer("net-error", card=card, endpoint="kunjungan/v1", method="POST")
    for card in cards[POISONED:]:
        bpjs.script_answer("firewall-403", card=card, endpoint="kunjungan/v1", method="POST")
    bpjs.script_answer("not-registered", endpoint="antrean/batal", method="POST")


def _of_jenis(database: Database, jenis: str) -> set[int]:
    with database.read() as session:
        return {job.id for job in session.query(Job).filter_by(jenis=jenis)}


def _sent(database: Database) -> dict[int, float]:
    """The time of each delivered job, in epoch seconds."""
    with database.read() as session:
        delivered = session.query(Job).filter_by(status="terkirim")
        return {job.id: job.sent_at.timestamp() for job in delivered if job.sent_at}
