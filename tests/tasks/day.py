"""A clinic's day without Prefect: a dispatcher's loop on a clock of its own, before a BPJS that is a function."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import func, select

from database import Database, enqueue
from database.jobs.attempts import Asker
from database.jobs.claim import claim
from database.status import Status
from database.storage.models import Job, ServiceState
from flows.turns import Turns
from tasks.delivery.deliver import deliver
from tasks.delivery.harmless_reads import HarmlessReads
from tasks.dispatch.probing import probe_due
from tests.database.clinic import LEASE, FakeClock
from tests.tasks.bodies import BODIES
from tests.tasks.desk import Desk, antrean, pcare

Answer = Callable[[httpx.Request], httpx.Response | None]
NET_ERROR = pcare(500, "Object reference not set to an instance of an object.", [])
FIREWALL = (
    "<html><head><title>Request Rejected</title></head><body>The requested URL was rejected.</body></html>"
)


ENDED = {Status.TERKIRIM, Status.GAGAL, Status.DITUTUP}


def page(http: int) -> httpx.Response:
    """A firewall's page."""
    return httpx.Response(http, html=FIREWALL)


def card_of(request: httpx.Request) -> str:
    """The card that a request is about, from its body or its path."""
    found = re.search(r"\d{13}", request.content.decode() + request.url.path)
    return found[0] if found else ""


@dataclass
class Bpjs:
    """Keeps registrations and visits as PCare does; `odd` answers first, where it has something to say."""

    odd: Answer = lambda _request: None
    registrations: dict[str, str] = field(default_factory=dict)
    visits: dict[str, str] = field(default_factory=dict)
    writes: Counter[tuple[str, str]] = field(default_factory=Counter)
    reads: Counter[str] = field(default_factory=Counter)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path, card = request.url.path, card_of(request)
        name = "kunjungan" if "kunjungan" in path else path.rsplit("/", 1)[-1]
        if request.method == "GET":
            self.reads[path.split("/")[-2] if card else name] += 1
        else:
            self.writes[name, card] += 1
        return self.odd(request) or self._well(request, name, card)

    def _well(self, request: httpx.Request, name: str, card: str) -> httpx.Response:
        if request.method == "GET":
            return pcare(200, "OK", {"count": 1, "list": self._rows(request.url.path, card)})
        if "antrean" in request.url.path:
            return antrean(200)
        held = self.visits if name == "kunjungan" else self.registrations
        field_name = "noKunjungan" if name == "kunjungan" else "noUrut"
        if card in held:
            return pcare(401, "Peserta sudah di-entri di poli yang sama pada hari yang sama.")
        held[card] = f"01234567{'0926'}Y{len(held) + 1:06}" if name == "kunjungan" else f"A{len(held) + 1}"
        return pcare(201, "CREATED", {"field": field_name, "message": held[card]})

    def _rows(self, path: str, card: str) -> list[dict[str, Any]]:
        if "kunjungan/peserta" in path and card in self.visits:
            where = {"providerPelayanan": {"kdProvider": "01234567"}, "poli": {"kdPoli": "001"}}
            return [{"noKunjungan": self.visits[card], "tglKunjungan": "14-09-2026", **where}]
        if "pendaftaran" in path:
            return [
                {"noUrut": number, "peserta": {"noKartu": who}, "poli": {"kdPoli": "001"}}
                for who, number in self.registrations.items()
            ]
        return []


@dataclass
class Day:
    """Jobs are handed over; `pass_time` plays the dispatcher, second by second."""

    database: Database
    clock: FakeClock
    bpjs: Bpjs
    faskes: str = "utama"
    sent: dict[int, float] = field(
        default_factory=dict
    )  # when each job became terkirim, seconds from the start

    def __post_init__(self) -> None:
        self.desk = Desk(self.database, self.bpjs)
        self.at = self.desk.at
        self.started = self.clock.now
        self.at.harmless_reads = HarmlessReads(self.at.bpjs, clock=self.seconds)

    def seconds(self) -> float:
        """Since the day began."""
        return (self.clock.now - self.started).total_seconds()

    def hand_over(self, jenis: str, number: int, **changes: Any) -> int:
        """A job of the patient with this number."""
        card = f"0001{number:09}"
        name = "nomorkartu" if jenis.endswith("antrean") else "noKartu"
        body = {**BODIES[jenis], name: card, **changes}
        return enqueue(
            jenis, f"RM-{number}", "Pasien Contoh", body, database=self.database, faskes=self.faskes
        ).id

    def visit(self, number: int) -> tuple[int, int]:
        """A registration and its visit."""
        return self.hand_over("tambah-pendaftaran", number), self.hand_over("tambah-kunjungan", number)

    def pass_time(self, seconds: float) -> None:
        """Claim and deliver, one job after another, until so many seconds are over."""
        end = self.clock.now + timedelta(seconds=seconds)
        while self.clock.now < end:
            probe_due(self.at)
            self._work_off()
            self.clock.now = min(self._next(), end)

    def _work_off(self) -> None:
        """As a burst does, with one slot."""
        turns = Turns(1, known=2, room=self.at.clinics.room, clock=self.seconds)
        by = {"owner": self.at.owner, "limit": 5, "lease": LEASE}
        while claimed := claim(self.database, **by, room=turns.room, limit_of=turns.limit_of):
            turns.wait(claimed)
            for job in claimed:
                self.at.in_hand.add(job)
            while (job := turns.take()) is not None:
                turns.left(run := uuid4(), job)
                self.clock.advance(seconds=0.02)
                since = self.seconds()
                done = deliver(job, self.at, asker=Asker(), last_try=True)
                self.at.in_hand.remove([job.claim])
                doubted = self.at.harmless_reads.asked_since(job.faskes, job.jenis.service, since)
                turns.ended(run, answered=done.status in ENDED and not doubted, doubted=doubted)

    def _next(self) -> datetime:
        """When something can happen that cannot happen now."""
        now, far = self.clock.now, datetime.max.replace(tzinfo=UTC)
        waiting = select(func.min(Job.due_at)).where(
            Job.due_at > now, Job.status.in_(["menunggu", "tidak_pasti"])
        )
        probe = select(func.min(ServiceState.probe_at)).where(ServiceState.probe_at > now)
        with self.database.read() as session:
            times = [session.scalar(query) or far for query in (waiting, probe)]
        # Never without end: what is taken again at once takes a moment.
        return max(min(times), now + timedelta(seconds=0.2))

    def job(self, job_id: int) -> Job:
        return self.desk.job(job_id)

    def statuses(self, job_ids: list[int]) -> Counter[str]:
        return Counter(self.job(job_id).status for job_id in job_ids)

    def held(self) -> dict[tuple[str, str], str]:
        """What does not flow: (service, jenis) and its state."""
        with self.database.read() as session:
            rows = session.query(ServiceState).filter(ServiceState.state != "closed")
            return {(row.service, row.jenis): row.state for row in rows}
