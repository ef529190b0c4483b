"""A few lines in Indonesian say which services are down or paused, however many clinics stopped."""

from collections.abc import Callable, Collection, Mapping

from sqlalchemy import ColumnElement, func, select, text

from database.faskes_name import UNREADABLE, UTAMA, Known, foreign_name, said_name, shortened, some_names
from database.local_time import local_time
from database.services.hold_words import hold_lines
from database.services.state_words import named, state_words
from database.services.stopped_groups import Kind, Stopped, summaries
from database.services.stopped_services import stopped_services
from database.storage.engine import Database
from database.storage.models import WAITING, Job

_LONGEST_REASON = 160  # characters
_MOST_ASKED = 500  # names in one query


def stopped_lines(database: Database, known: Known, *, clinics: Collection[str] | None = None) -> list[str]:
    """A line for each hold of a person, and for each group of services that stopped.

    `clinics`: only those of these.
    Raises DatabaseUnavailable.
    """
    rows = [row for row in stopped_services(database) if clinics is None or row.faskes in clinics]
    lines = [say_stopped(database, stopped, known) for stopped in summaries(rows, known)]
    return [*hold_lines(database, known, clinics=clinics), *(line for line in lines if line)]


def say_stopped(database: Database, stopped: Stopped, known: Known) -> str:
    """Which services, whose, since when, why, and when they are tried again.

    Empty for unknown clinics of which no job waits any more. Raises DatabaseUnavailable.
    """
    return _SAYINGS[stopped.kind](database, stopped, known)


def _alike(database: Database, stopped: Stopped, known: Known) -> str:
    longest = "" if len(stopped.faskes) == 1 else ", paling lama"
    since = f"{longest} sejak {local_time(database, stopped.first)}"
    probe = f" Dicoba lagi {local_time(database, stopped.probe_at)}." if stopped.probe_at else ""
    is_so = f"{_whose(stopped, known)} {state_words(stopped.jenis, stopped.state)}{since}"
    return f"{_capital(named(stopped.service, stopped.jenis))}{is_so}: {_why(stopped)}.{probe}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _whose(stopped: Stopped, known: Known) -> str:
    if len(stopped.faskes) > 1:
        return f" di {_clinics(stopped, known)}"
    (faskes,) = stopped.faskes
    return "" if faskes == UTAMA else f" ({said_name(faskes, known)})"


def _clinics(stopped: Stopped, known: Known) -> str:
    return f"{len(stopped.faskes)} faskes ({some_names(stopped.faskes, known)})"


def _why(stopped: Stopped) -> str:
    others = f" (dan {stopped.reasons - 1} alasan lain)" if stopped.reasons > 1 else ""
    return shortened(stopped.reason, _LONGEST_REASON).rstrip(".") + others


def _others(database: Database, stopped: Stopped, known: Known) -> str:
    since = local_time(database, stopped.first)
    whose = f"{len(stopped.rows)} layanan lain di {_clinics(stopped, known)}"
    return f"{whose} berhenti dengan {stopped.reasons} alasan, paling lama sejak {since}."


def _strangers(database: Database, stopped: Stopped, known: Known) -> str:
    jobs, clinics = _waiting(database, _of(stopped, known))
    example = next((name for name in map(foreign_name, stopped.faskes) if name != UNREADABLE), UNREADABLE)
    of = f"{clinics} faskes yang tidak dikenal, misalnya “{example}”"
    return f"{jobs} pekerjaan menunggu dari {of}: tidak ada di BPJS_FASKES_FILE." if jobs else ""


def _of(stopped: Stopped, known: Known) -> ColumnElement[bool]:
    # A query cannot take as many names as a clinic's system may invent; those of the file it can.
    if len(stopped.faskes) <= _MOST_ASKED:
        return Job.faskes.in_(stopped.faskes)
    return Job.faskes.not_in(list(known or ()))


def _waiting(database: Database, whose: ColumnElement[bool]) -> tuple[int, int]:
    """How many jobs wait, of how many clinics."""
    counted = select(func.count(), func.count(Job.faskes.distinct())).where(text(f"jobs.{WAITING}"), whose)
    with database.read() as session:
        jobs, clinics = session.execute(counted).one()
        return jobs, clinics


_SAYINGS: Mapping[Kind, Callable[[Database, Stopped, Known], str]] = {
    Kind.ALIKE: _alike,
    Kind.OTHERS: _others,
    Kind.STRANGERS: _strangers,
}
