"""A desk for one test: jobs in a real database, BPJS played by a function from request to response."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from bpjs_client.jenis import Service
from bpjs_client.jobs import Bpjs
from bpjs_client.settings import BpjsSettings
from database import Database, enqueue
from database.jobs.attempts import Asker
from database.jobs.claim import ClaimedJob, claim_one
from database.jobs.resend import Resend, reopen
from database.services.clinic_service import ClinicService
from database.services.pauses import resume
from database.services.probes import try_again
from database.storage.models import Attempt, Job, ServiceState
from tasks.composition import Composition
from tasks.delivery.deliver import Delivered, deliver
from tests.tasks.bodies import BODIES

Answer = Callable[[httpx.Request], httpx.Response]


def pcare(code: int, message: str = "OK", response: Any = None, *, http: int | None = None) -> httpx.Response:
    """An answer in PCare's envelope; the HTTP status mirrors the code."""
    return httpx.Response(
        http or code, json={"response": response, "metaData": {"message": message, "code": code}}
    )


def antrean(code: int, message: str = "Ok", response: Any = None) -> httpx.Response:
    """An answer in Antrean's envelope; the HTTP status is 200 whatever the code."""
    return httpx.Response(200, json={"response": response, "metadata": {"message": message, "code": code}})


@dataclass
class Desk:
    """Hands jobs over, delivers them, and shows what became of them."""

    database: Database
    answer: Answer
    requests: list[httpx.Request] = field(default_factory=list)
    clock: Callable[[], float] = time.time  # of the requests
    _claimed: dict[int, ClaimedJob] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.at = Composition(open_database=lambda: self.database, open_bpjs=self._bpjs)

    def _bpjs(self, _faskes: str) -> Bpjs:
        def keep(request: httpx.Request) -> httpx.Response:
            self.requests.append(request)
            return self.answer(request)

        settings = BpjsSettings(_env_file=None)
        return Bpjs(settings, transport=httpx.MockTransport(keep), clock=self.clock)

    def hand_over(self, jenis: str, norm: str = "RM-1", **changes: Any) -> int:
        """A job with a body that passes; `changes` replace fields of it."""
        body = {**BODIES[jenis], **changes}
        return enqueue(jenis, norm, "Pasien Contoh", body, database=self.database).id

    def deliver(self, job_id: int, *, last_try: bool = True) -> Delivered:
        """Claim the job and deliver it."""
        claimed = claim_one(self.database, job_id, owner=self.at.owner, lease=self.at.settings.lease)
        assert isinstance(claimed, ClaimedJob), claimed
        self.at.in_hand.add(claimed)
        self._claimed[job_id] = claimed
        return deliver(claimed, self.at, asker=Asker(), last_try=last_try)

    def again(self, job_id: int, *, last_try: bool = True) -> Delivered:
        """Deliver a job that is in hand already once more."""
        claimed = self._claimed[job_id]
        return deliver(claimed, self.at, asker=Asker(), first_try=False, last_try=last_try)

    def resume(self) -> None:
        """Lift whatever pauses a service."""
        for service in Service:
            resume(self.database, "utama", service)

    def reopen(self, job_id: int) -> None:
        """A person puts a failed job back in line."""
        reopen(self.database, job_id, Resend(reason="coba lagi", by="Sari"))

    def let_one_through(self) -> None:
        """As if a probe had just been answered."""
        for service in Service:
            if self.state_of(service) is not None:
                try_again(self.database, ClinicService("utama", service.value))

    def job(self, job_id: int) -> Job:
        """The job's row as it is now."""
        with self.database.read() as session:
            return session.get_one(Job, job_id)

    def history(self, job_id: int) -> list[Attempt]:
        """Its attempts, oldest first."""
        with self.database.read() as session:
            return list(session.query(Attempt).filter_by(job_id=job_id).order_by(Attempt.number))

    def outcomes(self, job_id: int) -> list[str | None]:
        """How its attempts ended, oldest first."""
        with self.database.read() as session:
            rows = session.query(Attempt).filter_by(job_id=job_id).order_by(Attempt.number)
            return [row.outcome for row in rows]

    def state_of(self, service: str, jenis: str = "") -> str | None:
        """The state of a service or a jenis; None when nothing was ever said about it."""
        with self.database.read() as session:
            row = session.get(ServiceState, ("utama", service, jenis))
            return row.state if row else None
