"""The page on a port of its own before a small clinic's jobs, and clients that are logged in."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx

from bpjs_client.paging import Row
from bpjs_client.references import BY_NAME, Item
from bpjs_client.schedule import PoliOfADay, ReadSchedule
from database import Database
from database.faskes_name import UTAMA
from database.people.people import Role, add_person
from database.references.schedule_days import keep_schedule
from database.references.store import store_reference
from database.status import Status
from tests.database.clinic import Clinic
from web.app import create_app
from web.desk import Desk
from web.serving import listen, server_of

PASSWORD = "kata sandi yang panjang"


def add(
    database: Database, name: str, *clinics: str, role: Role = Role.ADMIN, satusehat: bool = True
) -> None:
    """Somebody with a login."""
    add_person(database, name, PASSWORD, role=role, satusehat=satusehat, clinics=clinics)


@dataclass
class Site:
    """The page as it runs."""

    url: str
    desk: Desk
    clinic: Clinic
    _clients: list[httpx.Client] = field(default_factory=list)

    @property
    def database(self) -> Database:
        return self.desk.database

    def client(self, **more: Any) -> httpx.Client:
        """A browser that nobody logged in with; what it sends comes from our own pages."""
        headers = {"Sec-Fetch-Site": "same-origin"} | more.pop("headers", {})
        client = httpx.Client(base_url=self.url, headers=headers, trust_env=False, verify=False, **more)
        self._clients.append(client)
        return client

    def logged_in(self, name: str) -> httpx.Client:
        """A browser in which somebody logged in."""
        client = self.client()
        answer = client.post("/masuk", data={"nama": name, "kata_sandi": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()

    def reference(self, name: str, rows: dict[str, str]) -> None:
        """The clinic utama's copy of a reference, as if it was read just now."""
        reference = BY_NAME[name]
        items = [Item("", kode, nama, {reference.kode[0]: kode}) for kode, nama in rows.items()]
        now = self.database.clock()
        store_reference(self.database, UTAMA, reference, items, variants=None, started_at=now, seconds=0.1)

    def schedule(self, days: Mapping[date, Mapping[str, Sequence[Row] | None]], faskes: str = UTAMA) -> None:
        """The antrean schedule as if BPJS said so just now: of each day, by `code name`, a poli's sessions."""
        read = {
            day: [PoliOfADay(poli[:3], poli[4:], sessions) for poli, sessions in polis.items()]
            for day, polis in days.items()
        }
        keep_schedule(self.database, faskes, ReadSchedule(read, []))

    def failed(self, jenis: str = "tambah-pendaftaran", norm: str = "RM-1", **changes: Any) -> int:
        """A job that BPJS refused."""
        job_id = self.clinic.hand_over(jenis, norm, **changes)
        return self.clinic.bring_to(job_id, Status.GAGAL)


@contextmanager
def serving(desk: Desk, clinic: Clinic) -> Iterator[Site]:
    """Serve the page in a thread until the block ends."""
    listening = listen("127.0.0.1", 0)
    server = server_of(create_app(desk), desk.settings)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    site = Site(f"http://127.0.0.1:{listening.getsockname()[1]}", desk, clinic)
    try:
        yield site
    finally:
        site.close()
        server.should_exit = True  # it notices by itself; nobody waits for it
