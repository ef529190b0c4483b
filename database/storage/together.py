"""What several threads want to write at the same moment is written in one transaction.

Whoever comes while nobody writes, writes at once; what comes meanwhile is written next, all of it together,
by the first of those who wait. While several come at a time, the first waits a few milliseconds for the
others. So one alone waits for nobody, and many share the costs of a transaction.
"""

import copy
import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

MOST = 100  # of one transaction
GATHER_SECONDS = 0.005
# While groups are larger than this on average, lately, the first waits for others.
_CROWD, _LATELY = 1.2, 0.25

# Told what is to be written, it returns for each its result, or the error that is raised for it alone.
Write = Callable[[Sequence[T]], Sequence[R | Exception]]


class Alone(Exception):
    """What is said of an item that must be written alone: it would keep the others waiting, or spoil them."""


class _Turn(Generic[T, R]):
    """One thread's item: it waits until the item is written, or until it is to write for others too."""

    def __init__(self, item: T) -> None:
        self.item = item
        self.ended: R | BaseException | None = None
        self.is_written = False
        self._woken = threading.Lock()
        self._woken.acquire()

    def wait(self) -> None:
        self._woken.acquire()

    def wake(self) -> None:
        self._woken.release()

    def result(self) -> R:
        if isinstance(self.ended, BaseException):
            raise self.ended
        return self.ended  # type: ignore[return-value] # what `write` returned for it


class Together(Generic[T, R]):
    """Writes items in groups. Thread-safe. Nothing returns before its item is written."""

    def __init__(self, write: Write[T, R]) -> None:
        self._write = write
        self._waiting: list[_Turn[T, R]] = []
        self._somebody_writes = False
        self._crowd = 1.0  # how many came at a time, lately
        self._lock = threading.Lock()

    def __call__(self, item: T) -> R:
        """Write an item; returns its result or raises its error. A group that fails, fails for all."""
        mine: _Turn[T, R] = _Turn(item)
        with self._lock:
            self._waiting.append(mine)
            must_wait, self._somebody_writes = self._somebody_writes, True
        if must_wait:
            mine.wait()
        if not mine.is_written:
            self._write_group()
        return mine.result()

    def _write_group(self) -> None:
        if self._crowd > _CROWD and len(self._waiting) == 1:
            time.sleep(GATHER_SECONDS)
        with self._lock:
            group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        self._crowd += _LATELY * (len(group) - self._crowd)
        try:
            ends: Sequence[R | BaseException] = self._write([turn.item for turn in group])
        except BaseException as failed:  # noqa: BLE001 - each thread raises it where it waits
            ends = [copy.copy(failed) for _ in group]
        for turn, end in zip(group, ends, strict=True):
            turn.ended, turn.is_written = end, True
        with self._lock:
            next_writer = self._waiting[0] if self._waiting else None
            self._somebody_writes = next_writer is not None
        for turn in group[1:]:  # the first is the writer's own
            turn.wake()
        if next_writer is not None:
            next_writer.wake()
