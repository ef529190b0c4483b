"""A clinic's day before the simulator over HTTP, on a clock of its own: for what waits for its patient."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bpjs_client.jobs import Bpjs
from bpjs_client.settings import BpjsSettings
from bpjs_simulator.server import Simulator
from database.storage.models import Attempt
from database.vocabulary import Outcome
from tests.simulator.caller import DOCTOR
from tests.tasks import day
from tests.tasks.desk import antrean

HOURS = "07:00-12:00"


@dataclass
class PatientDay(day.Day):
    """As `Day`; BPJS is the simulator, over HTTP."""

    simulator: Simulator | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        assert self.simulator is not None
        settings = BpjsSettings(
            _env_file=None,
            pcare_base_url=self.simulator.pcare_url,
            antrean_base_url=self.simulator.antrean_url,
        )
        bpjs = Bpjs(settings)
        self.at.open_bpjs = lambda _faskes: bpjs

    def queue(self, number: int, **changes: Any) -> int:
        """A queue entry of the patient with this number, at a doctor whom the simulator has."""
        return self.hand_over("tambah-antrean", number, kodedokter=DOCTOR, jampraktek=HOURS, **changes)

    def needs_screening(self, *numbers: int, done: bool = False) -> None:
        """These patients must fill in the screening first, or have done so."""
        assert self.simulator is not None
        for number in numbers:
            self.simulator.require_screening(f"0001{number:09}", needed=not done)

    def checks(self, job_id: int) -> list[datetime]:
        """When BPJS said that the patient must act first, by the clinic's clock."""
        with self.database.read() as session:
            rows = session.query(Attempt).filter_by(job_id=job_id).order_by(Attempt.number)
            refused = [row.started_at for row in rows if row.outcome == Outcome.NEEDS_PATIENT]
        return [at.astimezone(self.database.timezone) for at in refused]

    def checks_by_day(self, job_id: int) -> Counter[int]:
        """How many of them on each day of the month."""
        return Counter(at.day for at in self.checks(job_id))


def untouched(_request: object) -> Any:
    """Stands in for BPJS where nothing may ask it."""
    return antrean(500, "tidak boleh sampai")
