"""Doors: a clinic's way to one of its services. Which have something to do, and how much each may take.

Claiming goes door by door, so that a clinic with ten thousand jobs waiting takes no more of the dispatchers
than its neighbour with three, and a closed door costs one look however many jobs wait behind it.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.orm import Session

from database.storage.models import UtcDateTime


class Door(NamedTuple):
    """A clinic and one of the two services it calls."""

    faskes: str
    service: str


# Given a door and how many of its jobs are in hand, at whichever dispatcher: how many more may be taken.
Room = Callable[[Door, int], int]


def without_limit(_door: Door, _in_hand: int) -> int:
    """As many as there are."""
    return 1_000_000


@dataclass(frozen=True)
class Limit:
    """What may not be claimed of a clinic's service, or only so.

    `half_open`: one job at a time in all. `never`: jenis of which nothing is taken; `looked_up`: of which
    only uncertain jobs are, to be looked up and not sent; `alone`: of which one is. `but`: jobs to pass by.
    """

    half_open: bool = False
    never: frozenset[str] = frozenset()
    looked_up: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()
    but: frozenset[int] = frozenset()

    def __or__(self, other: "Limit") -> "Limit":
        """Both limits at once."""
        return Limit(
            self.half_open or other.half_open,
            self.never | other.never,
            self.looked_up | other.looked_up,
            self.alone | other.alone,
            self.but | other.but,
        )


NO_LIMIT = Limit()


# Given a door: the jenis of which its caller takes nothing now, or one at a time.
LimitOf = Callable[[Door], Limit]


def no_limit(_door: Door) -> Limit:
    """Whatever is due."""
    return NO_LIMIT


# The clinics are found by jumping from one to the next in the index, not by reading what waits.
_OPEN_DOORS: TextClause = text(
    """
    WITH RECURSIVE clinics(faskes) AS (
        SELECT min(faskes) FROM jobs WHERE status IN ('menunggu', 'tidak_pasti')
        UNION ALL
        SELECT (
            SELECT min(jobs.faskes) FROM jobs
            WHERE jobs.status IN ('menunggu', 'tidak_pasti') AND jobs.faskes > clinics.faskes
        )
        FROM clinics WHERE clinics.faskes IS NOT NULL
    ),
    held AS (
        SELECT faskes, service, count(*) AS jobs FROM jobs WHERE status = 'proses' GROUP BY faskes, service
    )
    SELECT doors.faskes, doors.service, coalesce(held.jobs, 0)
    FROM (
        SELECT clinics.faskes, kinds.service
        FROM clinics CROSS JOIN (SELECT 'pcare' AS service UNION ALL SELECT 'antrean') AS kinds
        WHERE clinics.faskes IS NOT NULL
    ) AS doors
    LEFT JOIN held ON held.faskes = doors.faskes AND held.service = doors.service
    LEFT JOIN services ON services.faskes = doors.faskes AND services.service = doors.service
        AND services.jenis = ''
    WHERE coalesce(services.state, 'closed') NOT IN ('open', 'paused')
        AND (services.asked_until IS NULL OR services.asked_until <= :now)
        AND NOT (coalesce(services.state, 'closed') = 'half-open' AND coalesce(held.jobs, 0) > 0)
        AND (
            SELECT min(jobs.due_at) FROM jobs
            WHERE jobs.status IN ('menunggu', 'tidak_pasti')
                AND jobs.faskes = doors.faskes AND jobs.service = doors.service
        ) <= :now
    """
).bindparams(bindparam("now", type_=UtcDateTime))


def open_doors(session: Session, now: datetime) -> dict[Door, int]:
    """The doors that are not closed and behind which something is due, with how many jobs are in hand."""
    rows = session.execute(_OPEN_DOORS, {"now": now})
    return {Door(faskes, service): held for faskes, service, held in rows}


class Shares:
    """Shares out jobs among doors: who has least in hand is asked first, among equals chance decides."""

    def __init__(self, doors: Mapping[Door, int], limit: int, room: Room) -> None:
        waiting = random.sample(sorted(doors), len(doors))
        self._waiting = sorted(waiting, key=doors.__getitem__)
        self._room = {door: room(door, doors[door]) for door in waiting}
        self._left = limit

    def rounds(self) -> Iterator[dict[Door, int]]:
        """The doors to ask next and for how many jobs, until there are enough or none has more.

        Call `gave` after each round.
        """
        while self._left > 0:
            self._waiting = [door for door in self._waiting if self._room[door] > 0]
            if not self._waiting:
                return
            share = max(1, self._left // len(self._waiting))
            asked, self._waiting = self._waiting[: self._left], self._waiting[self._left :]
            self._asked = {door: min(share, self._room[door]) for door in asked}
            yield self._asked

    def gave(self, given: Iterable[Door]) -> None:
        """Once for each job that a door gave; a door that gave less than it was asked for has no more."""
        counts = dict.fromkeys(self._asked, 0)
        for door in given:
            counts[door] += 1
            self._room[door] -= 1
            self._left -= 1
        self._waiting += [door for door, count in counts.items() if count == self._asked[door]]
