"""Measures a sending from the first task run until Prefect has recorded the last, with this process's CPU.

The CPU is counted until this process has sent the last event: who sends faster than Prefect's client can tell
of it still owes that work when the last answer has come.
"""

import json
import time
from collections.abc import Mapping
from uuid import UUID

from prefect.events.worker import EventsWorker

from tasks.prefect_server.recording import wait_until_recorded

_LOOK_SECONDS = 0.1
_GIVE_UP_SECONDS = 60.0


class Stopwatch:
    """Runs from its making."""

    def __init__(self) -> None:
        self._began, self._cpu_before = time.perf_counter(), time.process_time()
        self._seconds = 0.0

    def sent(self) -> None:
        """The last request has been answered."""
        self._seconds = time.perf_counter() - self._began

    def recorded(self, runs: Mapping[UUID, int]) -> str:
        """Wait until so many task runs of each flow run are recorded; the times in seconds, as JSON."""
        EventsWorker.drain_all(timeout=_GIVE_UP_SECONDS)
        cpu = time.process_time() - self._cpu_before
        missing = wait_until_recorded(runs, timeout=_GIVE_UP_SECONDS, poll=_LOOK_SECONDS)
        assert not missing, f"Prefect's server lacks {missing} task runs"
        recorded = time.perf_counter() - self._began
        return json.dumps({"sent": self._seconds, "recorded": recorded, "cpu": cpu})
