"""The clinics' services share the dispatchers: which have something to do, and how many jobs each may take.

Claiming goes service by service, so that a clinic with ten thousand jobs waiting takes no more of the
dispatchers than its neighbour with three, and a service that is down costs one look however many jobs wait
for it.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.orm import Session

from database.services.clinic_service import ClinicService
from database.storage.models import UtcDateTime

# Told a clinic's service and how many of its jobs are in hand, at whichever dispatcher, a Room answers how
# many more may be taken.
Room = Callable[[ClinicService, int], int]


def without_limit(_clinic_service: ClinicService, _in_hand: int) -> int:
    """A Room that lets a service have all its jobs taken."""
    return 1_000_000


@dataclass(frozen=True)
class Limit:
    """The jobs of a clinic's service that may not be claimed, or only under a condition.

    `half_open`: the service has one job in hand at a time. `never`: of these jenis nothing is taken.
    `looked_up`: of these only uncertain jobs are, to be looked up and not sent. `alone`: of each of these one
    is. `but`: these jobs are passed by.
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


# Told a clinic's service, a LimitOf answers of which jenis the caller takes nothing now, or one at a time.
LimitOf = Callable[[ClinicService], Limit]


def no_limit(_clinic_service: ClinicService) -> Limit:
    """A LimitOf that lets a service have whatever is due taken."""
    return NO_LIMIT


# The clinics are found by jumping from one to the next in the index, not by reading what waits.
_CLAIMABLE_SERVICES: TextClause = text(
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
    SELECT called.faskes, called.service, coalesce(held.jobs, 0)
    FROM (
        SELECT clinics.faskes, kinds.service
        FROM clinics CROSS JOIN (SELECT 'pcare' AS service UNION ALL SELECT 'antrean') AS kinds
        WHERE clinics.faskes IS NOT NULL
    ) AS called
    LEFT JOIN held ON held.faskes = called.faskes AND held.service = called.service
    LEFT JOIN services ON services.faskes = called.faskes AND services.service = called.service
        AND services.jenis = ''
    WHERE coalesce(services.state, 'closed') NOT IN ('open', 'paused')
        AND (services.asked_until IS NULL OR services.asked_until <= :now)
        AND NOT EXISTS (
            SELECT 1 FROM holds
            WHERE holds.faskes = called.faskes AND holds.service = called.service AND holds.jenis = ''
                AND holds.lifted_at IS NULL AND (holds.ends_at IS NULL OR holds.ends_at > :now)
        )
        AND NOT (coalesce(services.state, 'closed') = 'half-open' AND coalesce(held.jobs, 0) > 0)
        AND (
            SELECT min(jobs.due_at) FROM jobs
            WHERE jobs.status IN ('menunggu', 'tidak_pasti')
                AND jobs.faskes = called.faskes AND jobs.service = called.service
        ) <= :now
    """
).bindparams(bindparam("now", type_=UtcDateTime))


def claimable_services(session: Session, now: datetime) -> dict[ClinicService, int]:
    """The services that flow or are tried again and have a job that is due; of each, how many are in hand.

    A service that a person holds is not among them.
    """
    rows = session.execute(_CLAIMABLE_SERVICES, {"now": now})
    return {ClinicService(faskes, service): held for faskes, service, held in rows}


class Shares:
    """Jobs are shared out among services: the one with least in hand is asked first, chance decides a tie."""

    def __init__(self, services: Mapping[ClinicService, int], limit: int, room: Room) -> None:
        waiting = random.sample(sorted(services), len(services))
        self._waiting = sorted(waiting, key=services.__getitem__)
        self._room = {service: room(service, services[service]) for service in waiting}
        self._left = limit

    def rounds(self) -> Iterator[dict[ClinicService, int]]:
        """The services to ask next and for how many jobs, until there are enough or none has more.

        Call `gave` after each round.
        """
        while self._left > 0:
            self._waiting = [service for service in self._waiting if self._room[service] > 0]
            if not self._waiting:
                return
            share = max(1, self._left // len(self._waiting))
            asked, self._waiting = self._waiting[: self._left], self._waiting[self._left :]
            self._asked = {service: min(share, self._room[service]) for service in asked}
            yield self._asked

    def gave(self, given: Iterable[ClinicService]) -> None:
        """Note each job that a service gave; one that gave less than it was asked for has no more."""
        counts = dict.fromkeys(self._asked, 0)
        for service in given:
            counts[service] += 1
            self._room[service] -= 1
            self._left -= 1
        self._waiting += [service for service, count in counts.items() if count == self._asked[service]]
