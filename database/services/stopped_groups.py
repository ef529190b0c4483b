"""Services that are down or paused are grouped: however many clinics stop, a few groups hold them all."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from itertools import chain

from database.faskes_name import Known, is_stranger
from database.services.states import State
from database.storage.models import ServiceState

MOST = 5  # groups of clinics that are known

# A function of a service; two services for which it answers the same are in one group.
Alike = Callable[[ServiceState], Hashable]


class Kind(Enum):
    """What the services of a group have in common."""

    ALIKE = auto()  # they stopped alike
    OTHERS = auto()  # they are the smallest groups, too many to be told one by one
    STRANGERS = auto()  # their clinic is unknown


@dataclass(frozen=True)
class Stopped:
    """Services that one sentence tells of: at least one, and the one that stopped last comes first."""

    kind: Kind
    rows: tuple[ServiceState, ...] = field(repr=False)

    @property
    def service(self) -> str:
        """`pcare` or `antrean`; only of services that stopped alike is it the same for all."""
        return self.rows[0].service

    @property
    def jenis(self) -> str:
        """The held job type, empty for a whole service; only of those that stopped alike the same for all."""
        return self.rows[0].jenis

    @property
    def state(self) -> str:
        """The state of most of them."""
        return self._most_frequent()[0]

    @property
    def reason(self) -> str:
        """Why most of them stopped."""
        return self._most_frequent()[1]

    @property
    def reasons(self) -> int:
        """How many different reasons there are."""
        return len({row.reason for row in self.rows})

    @property
    def faskes(self) -> list[str]:
        """The clinics, each once, the one that stopped last first."""
        return list(dict.fromkeys(row.faskes for row in self.rows))

    @property
    def first(self) -> datetime:
        """When the first of them stopped."""
        return self.rows[-1].since

    @property
    def last(self) -> datetime:
        """When the last of them stopped."""
        return self.rows[0].since

    @property
    def probe_at(self) -> datetime | None:
        """When the next of them is asked again; None when that waits for a person."""
        return min((row.probe_at for row in self.rows if row.probe_at), default=None)

    def _most_frequent(self) -> tuple[str, str]:
        ((found, _),) = Counter((row.state, row.reason or "") for row in self.rows).most_common(1)
        return found


def word_for_word(row: ServiceState) -> Hashable:
    """Alike is what reads the same: for lists that people look at."""
    return row.service, row.jenis, row.state, row.reason


def as_one_outage(row: ServiceState) -> Hashable:
    """Alike is what began alike: for alerts, which tell of an outage once.

    A service that is down gives another reason from probe to probe, and is no other outage by that.
    """
    paused = row.state == State.PAUSED
    return row.service, row.jenis, paused, row.reason if paused else None


def summaries(rows: Iterable[ServiceState], known: Known, *, alike: Alike = word_for_word) -> list[Stopped]:
    """At most MOST groups, the largest first, then one of all clinics that are unknown.

    Of more groups the last holds all that are left. Whatever the rows say, there are never more.
    """
    groups: defaultdict[Hashable, list[ServiceState]] = defaultdict(list)
    strangers: list[ServiceState] = []
    for row in _last_first(rows):
        (strangers if is_stranger(row.faskes, known) else groups[alike(row)]).append(row)
    ranked = sorted(groups.values(), key=_rank)
    told = len(ranked) if len(ranked) <= MOST else MOST - 1
    found = [(Kind.ALIKE, group) for group in ranked[:told]]
    found += [(Kind.OTHERS, _last_first(chain(*ranked[told:]))), (Kind.STRANGERS, strangers)]
    return [Stopped(kind, tuple(group)) for kind, group in found if group]


def _last_first(rows: Iterable[ServiceState]) -> list[ServiceState]:
    # By name, too: those that stopped in the same instant must not change places from look to look.
    return sorted(rows, key=lambda row: (row.since, row.faskes, row.service, row.jenis), reverse=True)


def _rank(group: list[ServiceState]) -> tuple[int, datetime, str, str]:
    return -len(group), group[-1].since, group[0].service, group[0].jenis
