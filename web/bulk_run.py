"""Many jobs are sent again one after another, at a set pace, until somebody stops it.

It runs in this process and keeps nothing: what it has not come to when the process ends stays failed, as it
was, and is found by the same filter again.
"""

import logging
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from database import DatabaseError
from database.errors import MoveRefused
from web.mishap import place_of

logger = logging.getLogger(__name__)
ASKED, SKIPPED, STILL_WRONG, FAILED = "dikirim ulang", "dilewati", "isian masih salah", "belum disentuh"
_MOST_KEPT = 50  # runs that somebody may still look at
Step = Callable[[int], str]


@dataclass
class BulkRun:
    """One run over these jobs, in this order; `by`: who started it, and alone may look at it and stop it."""

    by: str
    jobs: Sequence[int] = field(repr=False)
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    done: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    stop: threading.Event = field(default_factory=threading.Event)
    is_over: bool = False

    def go(self, step: Step, pace: float) -> None:
        """Take one job after another; `pace` is the least time between two, in seconds."""
        for job_id in self.jobs:
            if self.stop.is_set():
                break
            self.ends[_end(step, job_id)] += 1
            self.done += 1
            if self.done < len(self.jobs):
                self.stop.wait(pace)
        self.ends[FAILED] += len(self.jobs) - self.done
        self.is_over = True


def _end(step: Step, job_id: int) -> str:
    try:
        return step(job_id)
    except MoveRefused:  # somebody else sent or closed it meanwhile
        return SKIPPED
    except DatabaseError:
        return FAILED
    except Exception as failed:  # noqa: BLE001 - whatever a job does to us, the others go on
        logger.error("%s at %s", type(failed).__name__, place_of(failed))  # noqa: TRY400 - its text may quote a body
        return FAILED


class BulkRuns:
    """The runs of this process, the newest of them."""

    def __init__(self) -> None:
        self._runs: dict[str, BulkRun] = {}
        self._lock = threading.Lock()

    def start(self, run: BulkRun, step: Step, pace: float) -> None:
        """Begin in a thread of its own, which does not keep the process from ending."""
        with self._lock:
            self._runs[run.id] = run
            for old in list(self._runs)[:-_MOST_KEPT]:
                del self._runs[old]
        threading.Thread(target=run.go, args=(step, pace), name=f"bulk-{run.id}", daemon=True).start()

    def of(self, run_id: str, by: str) -> BulkRun | None:
        """The run of this id that this person started."""
        run = self._runs.get(run_id)
        return run if run is not None and run.by == by else None
