"""The states of a clinic's services, and the one table of the moves between them.

A row of `services` speaks for a whole service (its `jenis` is empty) or for one job type at it; all
dispatchers share it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Whether jobs are claimed for a service or a jenis."""

    CLOSED = "closed"  # as a circuit is: jobs flow
    OPEN = "open"  # down: nothing is claimed until a probe succeeds
    HALF_OPEN = "half-open"  # one job at a time, until one is answered
    PAUSED = "paused"  # refused: nothing is claimed until the credential changes or a person resumes it


class Move(StrEnum):
    """What can become of a service or a jenis."""

    OPENED = "opened"
    PAUSED = "paused"
    HALF_OPENED = "half-opened"
    REOPENED = "reopened"
    CLOSED = "closed"
    RESUMED = "resumed"


@dataclass(frozen=True)
class Step:
    """One move: from which states, to which, who makes it, and what was asked before it."""

    before: frozenset[State]
    after: State
    by: str
    asked: str


DOWN = frozenset({State.OPEN, State.HALF_OPEN})
_STOPPED = DOWN | {State.PAUSED}
# The table, with its words, stands in docs/job-states.md too.
MOVES: Mapping[Move, Step] = {
    Move.OPENED: Step(
        frozenset({State.CLOSED}),
        State.OPEN,
        "delivery",
        "a harmless read fails; of a jenis: it is accepted, and three jobs failed",
    ),
    Move.PAUSED: Step(
        frozenset({State.CLOSED}) | DOWN,
        State.PAUSED,
        "delivery, probe",
        "a harmless read is refused; of a jenis: it is accepted, and three jobs were refused",
    ),
    Move.HALF_OPENED: Step(
        _STOPPED, State.HALF_OPEN, "probe", "a harmless read is accepted; of a jenis: nothing but time"
    ),
    Move.REOPENED: Step(
        frozenset({State.HALF_OPEN}),
        State.OPEN,
        "delivery, probe",
        "a harmless read fails too; of a jenis: nothing more",
    ),
    Move.CLOSED: Step(
        DOWN, State.CLOSED, "delivery, probe", "the job let through was answered, or none waits"
    ),
    Move.RESUMED: Step(
        _STOPPED,
        State.CLOSED,
        "a person (`bpjs resume`, form `lanjutkan`), or a replaced credential",
        "nothing",
    ),
}
