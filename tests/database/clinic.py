"""A clinic for one test: hands jobs over, plays the dispatcher's part by hand, and shows what is stored."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select

from bpjs_client.jenis import Jenis
from database import Database, enqueue
from database.jobs.attempts import Asker, Evidence, open_attempt
from database.jobs.claim import ClaimedJob, claim, claim_one
from database.jobs.held_claim import Claim
from database.jobs.moves import move
from database.jobs.verdict import Verdict
from database.status import Status
from database.storage.models import Attempt, Job
from database.vocabulary import Outcome, Reason
from tests.tasks.bodies import BODIES

MORNING = datetime(2026, 9, 14, 1, 0, tzinfo=UTC)  # eight o'clock in Jakarta
LEASE = timedelta(seconds=60)
ME = "dispatcher-a"
OTHER = "dispatcher-b"


class FakeClock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **parts: float) -> None:
        self.now += timedelta(**parts)


def body_of(jenis: str, **changes: Any) -> dict[str, Any]:
    """A body that passes, with fields replaced."""
    return {**BODIES[jenis], **changes}


def success(jenis: str) -> Verdict:
    """BPJS took it, and gave its number where one is due."""
    return Verdict(Status.TERKIRIM, result={"noUrut": "A12", "noKunjungan": "0114U1630914Y000123"})


def ending(status: Status) -> Verdict:
    """A verdict of this status, with what the tables ask of it."""
    if status is Status.TERKIRIM:
        return success("")
    return Verdict(status, Reason.REFUSED, "contoh pesan")


@dataclass
class Clinic:
    """One database, and the calls that a test makes on it most."""

    database: Database
    clock: FakeClock = field(default_factory=FakeClock)
    _keys: Callable[[], int] = field(default_factory=lambda: count(1).__next__)
    _held: dict[tuple[int, str], Claim] = field(default_factory=dict)

    def hand_over(self, jenis: str = "tambah-antrean", norm: str = "RM-1", **changes: Any) -> int:
        """A new job, whatever was handed over before; `kunci`, `rantai` and `faskes` are passed on."""
        frame = {name: changes.pop(name) for name in ("kunci", "rantai", "faskes") if name in changes}
        frame.setdefault("kunci", f"kunci-{self._keys()}")
        body = body_of(jenis, **changes)
        return enqueue(jenis, norm, "Pasien Contoh", body, database=self.database, **frame).id

    def claim(self, limit: int = 50, owner: str = ME, **more: Any) -> list[int]:
        """The ids claimed, in the order of claiming."""
        claimed = claim(self.database, owner=owner, limit=limit, lease=LEASE, **more)
        self._held |= {(job.id, owner): job.claim for job in claimed if job.claim}
        return [job.id for job in claimed]

    def take(self, job_id: int, owner: str = ME) -> int:
        """Take this very job in hand."""
        claimed = claim_one(self.database, job_id, owner=owner, lease=LEASE)
        assert isinstance(claimed, ClaimedJob), claimed
        assert claimed.claim
        self._held[job_id, owner] = claimed.claim
        return job_id

    def held(self, job_id: int, owner: str = ME) -> Claim:
        """The claim by which this owner took the job in hand last, as far as the clinic knows; else the row's."""
        with self.database.read() as session:
            row = session.get(Job, job_id)
        return self._held.get((job_id, owner)) or Claim(job_id, owner, row.claim if row else 0)

    def leave(self, job_id: int, owner: str = ME) -> int:
        """A request of a job in hand is on its way; returns the attempt's number."""
        return open_attempt(
            self.database, self.held(job_id, owner), request={"x": 1}, lease=LEASE, asker=Asker()
        )

    def finish(self, job_id: int, verdict: Verdict, owner: str = ME, attempt: int | None = None) -> None:
        """Move a job in hand on, closing its attempt."""
        evidence = Evidence(Outcome.REJECTED, http_code=200, meta_code="200") if attempt else None
        move(self.database, self.held(job_id, owner), verdict, attempt=attempt, evidence=evidence)

    def bring_to(self, job_id: int, status: Status) -> int:
        """Take the job in hand and end it so."""
        self.take(job_id)
        if status is not Status.PROSES:
            self.finish(job_id, ending(status))
        return job_id

    def job(self, job_id: int) -> Job:
        """The row as it is now."""
        with self.database.read() as session:
            return session.get_one(Job, job_id)

    def status(self, job_id: int) -> str:
        return self.job(job_id).status

    def attempts(self, job_id: int) -> list[Attempt]:
        """Its history, oldest first."""
        with self.database.read() as session:
            rows = select(Attempt).where(Attempt.job_id == job_id).order_by(Attempt.number)
            return list(session.scalars(rows))

    def count(self) -> int:
        """How many jobs are stored."""
        with self.database.read() as session:
            return len(session.scalars(select(Job.id)).all())


def new_row(
    status: Status = Status.MENUNGGU, jenis: Jenis = Jenis.TAMBAH_PENDAFTARAN, /, **values: Any
) -> Job:
    """A row that keeps every rule of the table, to be spoilt by a test."""
    in_hand = status is Status.PROSES
    ready = {
        "faskes": "utama",
        "jenis": jenis.value,
        "service": jenis.service.value,
        "kunci": "kunci-baris",
        "rantai": "rantai-baris",
        "position": 1,
        "tanggal": MORNING.date(),
        "norm": "RM-1",
        "nama_pasien": "Pasien Contoh",
        "body": {},
        "status": status.value,
        "message": "contoh" if status is Status.GAGAL else None,
        "result": {"noUrut": "A12"} if status is Status.TERKIRIM else None,
        "sent_at": MORNING if status is Status.TERKIRIM else None,
        "lease_until": MORNING if in_hand else None,
        "lease_owner": ME if in_hand else None,
        "due_at": MORNING,
        "created_at": MORNING,
        "updated_at": MORNING,
    }
    return Job(**{**ready, **values})
