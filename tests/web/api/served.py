"""The API behind a real server, as a clinic's system meets it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from database import Database
from database.people.tokens import Ability, make_token
from tests.tasks.bodies import BODIES
from web.api.app import api
from web.api.bearer import InFlight
from web.api.problem import PROBLEM_JSON

DAYS = timedelta(days=30)


def line(
    jenis: str = "tambah-antrean", /, body: dict[str, Any] | None = None, **frame: Any
) -> dict[str, Any]:
    """A job to hand over; `body` replaces fields of its body, None in `frame` leaves a part out."""
    whole = {
        "jenis": jenis,
        "norm": "RM-1",
        "nama_pasien": "Pasien Contoh",
        "body": {**BODIES[jenis], **(body or {})},
    }
    return {name: value for name, value in {**whole, **frame}.items() if value is not None}


@dataclass(frozen=True)
class Served:
    """A server of the API, and whoever may call it."""

    url: str
    database: Database

    def token(self, faskes: str = "utama", *may: Ability) -> str:
        """The text of a new token; without a word it may everything."""
        return make_token(self.database, faskes, abilities=may or list(Ability), lasts=DAYS)[1]

    def caller(self, token: str | None = None) -> httpx.Client:
        """A client with this token; without one, of the clinic `utama`."""
        headers = {"Authorization": f"Bearer {self.token() if token is None else token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False, verify=False)


def problem(answer: httpx.Response) -> dict[str, Any]:
    """The document of an answer that refuses; fails when it is none."""
    assert answer.headers["content-type"] == PROBLEM_JSON, answer.text
    document: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "message", "errors", "request_id"} == set(document)
    assert document["status"] == answer.status_code
    assert document["message"] == document["detail"]
    assert document["request_id"] == answer.headers["x-request-id"]
    return document


@contextmanager
def serving(database: Database, in_flight: InFlight | None = None) -> Iterator[Served]:
    """The API on a free port, mounted as the page mounts it."""
    page = FastAPI()
    page.mount("/api/v1", api(database, in_flight=in_flight))
    config = uvicorn.Config(page, port=0, log_level="warning", access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        threading.Event().wait(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Served(f"http://127.0.0.1:{port}/api/v1", database)
    finally:
        server.should_exit = True  # it notices by itself; nobody waits for it
