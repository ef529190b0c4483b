"""Measures the page before a million jobs on PostgreSQL, with twenty viewers, while jobs move."""

import os
import secrets
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx
from pydantic import SecretStr

from benchmarks.million import LARGE, fill
from database import Database, open_database
from database.jobs.claim import claim, release
from database.people.people import Role, add_person
from database.settings import DatabaseSettings
from deployments import commands
from deployments.children.ports import free_port
from deployments.run.plan import PAGE_PORT
from tests.postgres import start_postgres

VIEWERS = 20
_POLL_SECONDS = 2.0  # as the page itself asks
_SECONDS = 20.0  # of each measurement
_LEASE = timedelta(seconds=60)
_PASSWORD = secrets.token_urlsafe()
_FRAGMENT = "/bpjs-fktp/monitoring/terkini"
_POLL = {"HX-Request": "true"}
_PAGE = "/bpjs-fktp/monitoring"


@dataclass(frozen=True)
class Seen:
    """How long a request took with twenty viewers, in milliseconds: the median and the 95th percentile."""

    what: str
    median: float
    p95: float
    limit: float


@dataclass(frozen=True)
class Beside:
    """Claims of 40 jobs and their release, a second: without viewers, and beside twenty."""

    alone: float
    beside: float


def measure() -> tuple[list[Seen], Beside, int]:
    """The times, what delivery loses, and the bytes of a first load."""
    server = start_postgres()
    try:
        with TemporaryDirectory() as folder:
            url, key = server.emptied(), Path(folder) / "data.key"
            database = open_database(DatabaseSettings(database_url=SecretStr(url), data_key_file=key))
            fill(url, LARGE)
            for name, clinics in (("satu", ("faskes-3",)), ("semua", ())):
                role = Role.ADMIN if clinics else Role.SUPERADMIN
                add_person(database, name, _PASSWORD, role=role, satusehat=True, clinics=clinics)
            with _serving(url, key) as address:
                alone = _claims(database)
                with _viewers(address) as times:
                    beside = _claims(database)
                loaded = _first_load(address)
            database.close()
    finally:
        server.stop()
    seen = [_seen(what, each, 100 if "one" in what else 200) for what, each in sorted(times.items())]
    return seen, Beside(alone, beside), loaded


def _seen(what: str, times: list[float], limit: float) -> Seen:
    ordered = sorted(times)
    return Seen(what, median(ordered), ordered[int(len(ordered) * 0.95)], limit)


@contextmanager
def _serving(database_url: str, key: Path) -> Iterator[str]:
    """`bpjs web` in a process of its own, as it runs everywhere."""
    port = free_port(PAGE_PORT)
    ours = {
        "BPJS_DATABASE_URL": database_url,
        "BPJS_DATA_KEY_FILE": str(key),
        "PREFECT_HOME": str(key.parent),
    }
    with subprocess.Popen(commands.bpjs("web", "--port", str(port)), env=os.environ | ours) as page:
        address = f"http://127.0.0.1:{port}"
        try:
            while not _answers(address):
                assert page.poll() is None
                time.sleep(0.1)
            yield address
        finally:
            page.terminate()


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/masuk", trust_env=False).is_success
    except httpx.TransportError:
        return False


@contextmanager
def _viewers(address: str) -> Iterator[dict[str, list[float]]]:
    """Twenty people look, in a process of their own; the times are there when they have gone."""
    spawned = get_context("spawn")
    ready, over, told = spawned.Event(), spawned.Event(), spawned.Queue()
    people = spawned.Process(target=_watch, args=(address, _PASSWORD, ready, over, told))
    people.start()
    ready.wait()
    times: dict[str, list[float]] = {}
    try:
        yield times
    finally:
        over.set()
        times |= told.get()
        people.join()


def _watch(
    address: str, password: str, ready: Event, over: Event, told: "Queue[dict[str, list[float]]]"
) -> None:
    """All log in, then each asks for what changed every two seconds, and for the page now and then."""
    times: dict[str, list[float]] = {}
    ended = threading.Event()
    names = ["satu" if place % 2 else "semua" for place in range(VIEWERS)]
    browsers = [_logged_in(address, name, password) for name in names]
    people = [
        threading.Thread(target=_view, args=(browser, name, times, ended))
        for browser, name in zip(browsers, names, strict=True)
    ]
    ready.set()
    for person in people:
        person.start()
        time.sleep(_POLL_SECONDS / VIEWERS)
    over.wait()
    ended.set()
    for person in people:
        person.join()
    told.put(times)


def _logged_in(address: str, name: str, password: str) -> httpx.Client:
    headers = {"Sec-Fetch-Site": "same-origin"}
    browser = httpx.Client(base_url=address, headers=headers, timeout=60, trust_env=False)
    browser.post("/masuk", data={"nama": name, "kata_sandi": password})
    return browser


def _view(browser: httpx.Client, name: str, times: dict[str, list[float]], ended: threading.Event) -> None:
    whose = "one clinic" if name == "satu" else "all clinics"
    while not ended.is_set():
        times.setdefault(f"page, {whose}", []).append(_milliseconds(lambda: browser.get(_PAGE)))
        for _ in range(5):
            ended.wait(_POLL_SECONDS)
            asked = _milliseconds(lambda: browser.post(_FRAGMENT, headers=_POLL))
            times.setdefault(f"fragment, {whose}", []).append(asked)


def _milliseconds(ask: Callable[[], httpx.Response]) -> float:
    started = time.perf_counter()
    ask().raise_for_status()
    return 1000 * (time.perf_counter() - started)


def _claims(database: Database) -> float:
    """Claims a second, each of 40 jobs that are put back."""
    done, ends = 0, time.monotonic() + _SECONDS
    while time.monotonic() < ends:
        jobs = claim(database, owner="bench", limit=40, lease=_LEASE)
        release(database, [job.claim for job in jobs if job.claim])
        done += 1
    return done / _SECONDS


def _first_load(address: str) -> int:
    """The bytes of the page with its style, script and picture, as they travel."""
    browser = _logged_in(address, "satu", _PASSWORD)
    parts = (_PAGE, *(f"/static/{name}" for name in _STATIC))
    return sum(len(browser.get(part).content) for part in parts)


_STATIC = ("page.css", "refresh.js", "vendor/htmx.min.js", "icon.svg")
