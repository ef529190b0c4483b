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
        url = server.emptied()
        database = open_database(DatabaseSettings(database_url=SecretStr(url)))
        fill(url, LARGE)
        for name, clinics in (("satu", ("faskes-3",)), ("semua", ())):
            role = Role.ADMIN if clinics else Role.SUPERADMIN
            add_person(database, name, _PASSWORD, role=role, satusehat=True, clinics=clinics)
        with _serving(url) as address:
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
def _serving(database_url: str) -> Iterator[str]:
    """`bpjs web` in a process of its own, as it runs everywhere."""
    port = free_port(PAGE_PORT)
    with TemporaryDirectory() as folder:
        key = {"BPJS_DATA_KEY_FILE": f"{folder}/data.key", "PREFECT_HOME": folder}
        environ = os.environ | key | {"BPJS_DATABASE_URL": database_url}
        with subprocess.Popen(commands.bpjs("web", "--port", str(port)), env=environ) as page:
            address = f"http://127.0.0.1:{port}"
            while not _answers(address):
                time.sleep(0.1)
            yield address
            page.terminate()


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/masuk", trust_env=False).is_success
    except httpx.TransportError:
        return False


@contextmanager
def _viewers(address: str) -> Iterator[dict[str, list[float]]]:
    """Twenty people look, each asking for what changed every two seconds and for the page now and then."""
    times: dict[str, list[float]] = {}
    over = threading.Event()
    people = [
        threading.Thread(target=_view, args=(address, "satu" if place % 2 else "semua", times, over))
        for place in range(VIEWERS)
    ]
    for person in people:
        person.start()
        time.sleep(_POLL_SECONDS / VIEWERS)
    yield times
    over.set()
    for person in people:
        person.join()


def _view(address: str, name: str, times: dict[str, list[float]], over: threading.Event) -> None:
    whose = "one clinic" if name == "satu" else "all clinics"
    headers = {"Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=address, headers=headers, timeout=60, trust_env=False) as browser:
        browser.post("/masuk", data={"nama": name, "kata_sandi": _PASSWORD})
        while not over.is_set():
            times.setdefault(f"page, {whose}", []).append(_milliseconds(lambda: browser.get(_PAGE)))
            for _ in range(3):
                asked = _milliseconds(lambda: browser.post(_FRAGMENT, headers=_POLL))
                times.setdefault(f"fragment, {whose}", []).append(asked)
                over.wait(_POLL_SECONDS)


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
    headers = {"Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=address, headers=headers, timeout=60, trust_env=False) as browser:
        browser.post("/masuk", data={"nama": "satu", "kata_sandi": _PASSWORD})
        parts = (_PAGE, *(f"/static/{name}" for name in _STATIC))
        return sum(len(browser.get(part).content) for part in parts)


_STATIC = ("page.css", "refresh.js", "vendor/htmx.min.js", "icon.svg")
