"""A clinic at the simulated BPJS whose antrean schedule is read now and then, on a clock that stands still."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from bpjs_client.jobs import Bpjs
from bpjs_client.reading import PoliteReading
from bpjs_client.references import BY_NAME, Item
from bpjs_client.schedule import SCHEDULE
from bpjs_client.settings import BpjsSettings
from bpjs_simulator.clinic import Clinic
from bpjs_simulator.double import Double
from database import Database, enqueue
from database.references.store import Synced, store_reference
from database.views.monitor import today
from tasks.composition import Composition
from tasks.reference_sync import sync_reference
from tasks.schedule.week import DAYS_AHEAD, Week, week_of
from tests.tasks.bodies import BODIES
from tests.tasks.simulated import SimulatedBpjs


def session(doctor: int, hours: str = "08:00-12:00", *, poli: str = "001", **more: Any) -> dict[str, Any]:
    """A session on every day of the week, as the simulator keeps it."""
    row = {"kodepoli": poli, "kodedokter": doctor, "namadokter": f"dr. Contoh {doctor}"}
    return {**row, "jampraktek": hours, "kapasitas": 30, "hari": list(range(7)), **more}


@dataclass
class Scheduled:
    """`broken` says of a path whether BPJS fails on it; `asked` holds the paths that were asked for."""

    database: Database
    double: Double = field(default_factory=lambda: Double([Clinic()]))
    broken: Callable[[str], bool] = lambda _path: False
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bpjs = SimulatedBpjs(double=self.double)
        self.at = Composition(open_database=lambda: self.database, open_bpjs=self._open)

    def _open(self, _faskes: str) -> Bpjs:
        def answer(request: httpx.Request) -> httpx.Response:
            self.asked.append(request.url.path)
            if self.broken(request.url.path):
                return httpx.Response(503, text="Service Unavailable")
            return self.bpjs(request)

        return Bpjs(BpjsSettings(_env_file=None), transport=httpx.MockTransport(answer))

    def has(self, *sessions: dict[str, Any], polis: str = "001 002") -> None:
        """What BPJS holds from now on: these sessions, and these polis on every day."""
        self.double.references.edit("sesi", rows=list(sessions))
        rows = [{"kdPoli": code, "nmPoli": f"POLI {code}", "poliSakit": True} for code in polis.split()]
        self.double.references.edit("poli", rows=rows)

    def reading(self) -> PoliteReading:
        """For one run, however often it tries."""
        first = today(self.database)
        days = [first + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1)]
        return PoliteReading(self._open(""), days, sleep=lambda _seconds: None)

    def sync(self, reading: PoliteReading, faskes: str = "utama", *, last_try: bool = True) -> Synced:
        """One try of a run."""
        return sync_reference(
            SCHEDULE, reading, self.at, faskes, flow_run_id=None, allow_shrink=True, last_try=last_try
        )

    def read(self, faskes: str = "utama") -> Synced:
        """One run over the schedule."""
        with self.reading() as reading:
            return self.sync(reading, faskes)

    def week(self, faskes: str = "utama") -> Week:
        return week_of(self.database, faskes)

    def uses(self, jenis: str = "tambah-antrean", **codes: Any) -> int:
        """A job of today that names these codes."""
        key = f"k-{len(self.asked)}-{sorted(codes.items())}-{jenis}"
        body = {**BODIES[jenis], **codes}
        return enqueue(jenis, "RM-1", "Pasien Contoh", body, kunci=key, database=self.database).id

    def pcare_lists(self, name: str, *rows: tuple[str, str]) -> None:
        """The clinic's copy of PCare's poli or dokter."""
        store_reference(
            self.database,
            "utama",
            BY_NAME[f"pcare/{name}"],
            [Item("", code, words, {}) for code, words in rows],
            variants=None,
            started_at=self.database.clock(),
            seconds=0.1,
            allow_shrink=True,
        )
