"""The dispatcher's watch: signs of life, and events about what somebody should be told.

An event is sent for as long as its cause lasts; the automations (tasks/alerts.py) tell once.
"""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from prefect.events import emit_event

from bpjs_client.identifiers import without_identifiers
from database.alarms import long_waits, many_failures
from database.monitor import say_door
from database.services.holds import stopped
from tasks.alert_settings import AlertSettings
from tasks.composition import Composition
from tasks.repeating import repeatedly

ALIVE = "bpjs.dispatcher.berdetak"
STOPPED = "bpjs.layanan.berhenti"
LONG_WAIT = "bpjs.pekerjaan.menunggu-lama"
MANY_FAILURES = "bpjs.pekerjaan.banyak-gagal"
SINCE = "bpjs.sejak"  # tells one outage of a service from the next


@dataclass(frozen=True)
class News:
    """One event: its name, what it is about, and what is said, in Indonesian and without patients."""

    event: str
    resource: Mapping[str, str]
    said: str


Tell = Callable[[News], None]


def emit(news: News) -> None:
    """Send it to Prefect's server, in the background."""
    emit_event(news.event, resource=dict(news.resource), payload={"pesan": news.said})


def keep_watch(at: Composition, settings: AlertSettings, tell: Tell = emit) -> AbstractContextManager[None]:
    """Look and tell every `watch_seconds`, from a thread of its own."""
    return repeatedly("watch", partial(look_and_tell, at, settings, tell), every=settings.watch_seconds)


def look_and_tell(at: Composition, settings: AlertSettings, tell: Tell) -> None:
    """Once. Raises DatabaseUnavailable."""
    host = socket.gethostname()
    tell(News(ALIVE, _resource(f"bpjs.dispatcher.{host}"), f"Dispatcher di {host} bekerja."))
    for news in (*_stopped(at), *_waiting(at, settings), *_failing(at, settings)):
        tell(news)


def _stopped(at: Composition) -> Iterator[News]:
    for door in stopped(at.database):
        about = _resource(f"bpjs.layanan.{door.faskes}.{door.service}") | {SINCE: door.since.isoformat()}
        yield News(STOPPED, about, without_identifiers(say_door(at.database, door)))


def _waiting(at: Composition, settings: AlertSettings) -> Iterator[News]:
    minutes = settings.alert_waiting_minutes
    for wait in long_waits(at.database, timedelta(minutes=minutes)):
        since = f"{wait.since.astimezone(at.database.timezone):%d-%m-%Y %H:%M}"
        said = f"{wait.jobs} pekerjaan menunggu lebih dari {minutes} menit, terlama sejak {since}."
        yield News(LONG_WAIT, _resource(f"bpjs.faskes.{wait.faskes}"), said)


def _failing(at: Composition, settings: AlertSettings) -> Iterator[News]:
    for many in many_failures(at.database, settings.alert_failure_percent / 100):
        said = f"{many.failed} dari {many.ended} pekerjaan hari ini gagal."
        yield News(MANY_FAILURES, _resource(f"bpjs.faskes.{many.faskes}"), said)


def _resource(name: str) -> dict[str, str]:
    return {"prefect.resource.id": name}
