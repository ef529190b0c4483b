"""BPJS as the simulator plays it, without HTTP: for a day on a clock of its own, and for judging its end."""

from collections import Counter, deque
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import unquote

import httpx

from bpjs_simulator.clinic import Clinic
from bpjs_simulator.double import Double
from bpjs_simulator.envelope import write
from bpjs_simulator.http_answers import PREFIXES
from bpjs_simulator.request import Request
from database import enqueue
from database.jobs.by_hand import Settled, close_by_hand
from database.jobs.resend import Asked, Resend, ask_again
from tests.tasks.bodies import BODIES
from tests.tasks.day import Bpjs, Day

BEFORE, AFTER = "before", "after"


@dataclass
class SimulatedBpjs(Bpjs):
    """`lose` says of the next writes whether the connection is lost before or after they take effect."""

    double: Double = field(default_factory=lambda: Double([Clinic()]))
    lose: deque[str] = field(default_factory=deque)
    owners: dict[str, str] = field(default_factory=dict)  # of every visit's number ever held, the card

    def __call__(self, request: httpx.Request) -> httpx.Response:
        asked = _taken_apart(request)
        lost = self.lose.popleft() if self.lose and request.method != "GET" else ""
        if lost == BEFORE:
            raise httpx.ReadTimeout("lost", request=request)
        odd = self.odd(request)
        if odd is not None:
            return odd
        answer = self.double.answer(asked)
        self.owners |= {number: body["noKartu"] for number, body in self.held_visits().items()}
        if lost == AFTER:
            raise httpx.ReadTimeout("lost", request=request)
        clinic = self.double.clinic_of(asked)
        http, body = write(asked.service, answer, clinic, asked.headers.get("X-timestamp", ""))
        return httpx.Response(http, content=body, headers={"content-type": "application/json"})

    def held_visits(self) -> dict[str, dict[str, Any]]:
        """The body of each visit that it holds, by its number."""
        return {row["noKunjungan"]: row["body"] for row in self.double.ledger()["kunjungan"]}

    def held_registrations(self) -> dict[str, str]:
        """The card of each registration that it holds, by its number."""
        return {row["noUrut"]: row["noKartu"] for row in self.double.ledger()["pendaftaran"]}

    def sent(self) -> Counter[tuple[str, str]]:
        """How many writes of each method reached each endpoint."""
        return Counter((write["method"], write["endpoint"]) for write in self.double.ledger()["writes"])


def _taken_apart(request: httpx.Request) -> Request:
    path = unquote(request.url.path).lstrip("/")
    prefix = next(name for name in PREFIXES if path.startswith(name))
    rest = path.removeprefix(f"{prefix}/")
    headers = {_spelled(name): value for name, value in request.headers.items()}
    return Request(PREFIXES[prefix], request.method, rest, headers, request.content)


def _spelled(name: str) -> str:
    return "X-" + name.removeprefix("x-") if name.startswith("x-") else name


MOTHER, BABY = "0001000000001", "0001000000002"


class SharedDay(Day):
    """One before the simulator; two patients share norm, service date and poli unless a test says otherwise."""

    bpjs: SimulatedBpjs

    def give(self, jenis: str, card: str = MOTHER, norm: str = "-", **changes: Any) -> int:
        """A job under a key of its own; `rantai` and `kunci` are the frame's, the rest replaces fields."""
        frame = {name: changes.pop(name) for name in ("rantai", "kunci") if name in changes}
        named = {"nomorkartu" if jenis.endswith("antrean") else "noKartu": card}
        doctor: dict[str, dict[str, Any]] = {
            "tambah-kunjungan": {"kdDokter": "200101"},
            "tambah-antrean": {"kodedokter": 200101},
        }
        body = {**BODIES[jenis], **named, **doctor.get(jenis, {}), **changes}
        frame.setdefault("kunci", f"k{next(self.keys)}")
        return enqueue(jenis, norm, "Pasien Contoh", body, database=self.database, **frame).id

    keys = count(1)

    def visited(self, card: str = MOTHER, norm: str = "-", **changes: Any) -> int:
        """A registration and its visit, delivered; the visit's id."""
        self.give("tambah-pendaftaran", card, norm, **changes)
        job_id = self.give("tambah-kunjungan", card, norm, **changes)
        self.pass_time(5)
        assert self.job(job_id).status == "terkirim"
        return job_id

    def again(self, job_id: int, **patch: Any) -> Asked:
        """A person sends one job again, corrected or not."""
        return ask_again(self.database, job_id, Resend(patch=patch, reason="salah ketik", by="Sari"))

    def close(self, job_id: int, how: Settled) -> None:
        """A person closes a job."""
        close_by_hand(self.database, job_id, how, reason="dicek", by="Sari")

    def ends(self, job_id: int) -> tuple[str, str | None]:
        """The status and the reason of a job."""
        job = self.job(job_id)
        return job.status, job.reason

    def number(self, job_id: int) -> str:
        """The number of a delivered job."""
        return str((self.job(job_id).result or {})["noKunjungan"])
