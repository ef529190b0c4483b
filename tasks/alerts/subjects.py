"""Says what an event is about, so that Prefect can tell one trouble from the next.

Only names that the configuration knows are used for it, never text out of a row.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Generic, Protocol, TypeVar

from bpjs_client.jenis import Jenis, Service
from database.faskes_name import some_names
from database.services.stopped_groups import Kind, Stopped, as_one_outage
from database.storage.models import ServiceState
from tasks.clinics import Clinics

RESOURCE = "prefect.resource.id"
SINCE = "bpjs.sejak"  # tells one outage from the next
CAUSE = "bpjs.sebab"  # tells outages apart that began together
STRANGERS = "bpjs.faskes-tidak-dikenal"
_STOPPED = "bpjs.layanan"
_CLINIC = "bpjs.faskes"
_OTHERS = "bpjs.faskes-lain"  # served by the one credential, known by no name

# As long as so few clinics stop in an hour, each is news; of more the service is, once.
FEW = 3
AN_HOUR = timedelta(hours=1)
WINDOW = timedelta(minutes=10)
# So many clinics are told of one by one, each with what is wrong with it; more are told of together.
ALONE = 10

Subject = Mapping[str, str]


def outage(stopped: Stopped, names: Collection[str]) -> Subject:
    """The outage that these services are in; the same from look to look, whoever recovers meanwhile.

    Few at a time: the clinic that stopped last, so that each one that stops is a new outage. Many at a time:
    their service and the ten minutes in which most of them stopped, so that neither those that follow nor
    those that recover make a new one of it.
    """
    lately = [row for row in stopped.rows if row.since > stopped.last - AN_HOUR]
    if len(lately) <= FEW:
        return _subject(_about(stopped.kind, [stopped.rows[0]], names), stopped.last, "sendiri")
    return _subject(_about(stopped.kind, lately, names), _most_stopped(lately), _cause(stopped))


def _subject(resource: str, since: datetime, cause: str) -> Subject:
    return {RESOURCE: resource, SINCE: since.astimezone(UTC).isoformat(), CAUSE: cause}


def _cause(stopped: Stopped) -> str:
    """The key of these services' group; a mark instead of the reason, which is BPJS's own text."""
    if stopped.kind is not Kind.ALIKE:
        return stopped.kind.name.lower()
    return sha256(repr(as_one_outage(stopped.rows[0])).encode("utf-8", "replace")).hexdigest()[:12]


def _about(kind: Kind, rows: Sequence[ServiceState], names: Collection[str]) -> str:
    """`bpjs.layanan.klinik-a.pcare`; of several clinics or services without what they do not share."""
    if kind is Kind.STRANGERS:
        return STRANGERS
    shared = (
        _shared((row.faskes for row in rows), names),
        _shared((row.service for row in rows), list(Service)),
        _shared((row.jenis for row in rows), list(Jenis)),
    )
    return ".".join([_STOPPED, *filter(None, shared)])


def _shared(words: Iterator[str], vocabulary: Collection[str]) -> str:
    """The word that all of them are, when it is one of ours."""
    found = set(words)
    (word, *others) = found
    return word if not others and word in vocabulary else ""


def _most_stopped(rows: Sequence[ServiceState]) -> datetime:
    """The beginning of the ten minutes in which most of them stopped, of equals the later."""
    counted = Counter(int(row.since.timestamp() // WINDOW.total_seconds()) for row in rows)
    busiest = max(counted, key=lambda window: (counted[window], window))
    return datetime.fromtimestamp(busiest * WINDOW.total_seconds(), UTC)


class OfAClinic(Protocol):
    """A finding about one clinic."""

    @property
    def faskes(self) -> str:
        """The clinic whose it is."""


T = TypeVar("T", bound=OfAClinic)


@dataclass(frozen=True)
class Together(Generic[T]):
    """The content of one event: its resource, its clinics (` di 12 faskes (…)`), what was found of them.

    `whose` is empty where the resource names the one clinic.
    """

    resource: str
    whose: str
    found: Sequence[T]


def together(found: Sequence[T], clinics: Clinics) -> Iterator[Together[T]]:
    """Each clinic alone, or all in one when they are many; in one, too, those without a configured name."""
    names = set(clinics.names)
    named = [each for each in found if each.faskes in names]
    nameless = [each for each in found if each.faskes not in names]
    if len(named) <= ALONE:
        yield from (Together(f"{_CLINIC}.{each.faskes}", "", [each]) for each in named)
    else:
        yield Together(_CLINIC, f" di {_counted(named, clinics)}", named)
    if nameless and clinics.from_file:
        yield Together(STRANGERS, f" dari {_counted(nameless, clinics, ' yang tidak dikenal')}", nameless)
    elif nameless:
        yield Together(_OTHERS, f" di {_counted(nameless, clinics)}", nameless)


def _counted(found: Sequence[OfAClinic], clinics: Clinics, which: str = "") -> str:
    names = some_names([each.faskes for each in found], clinics.known)
    return f"{len(found)} faskes{which} ({names})"
