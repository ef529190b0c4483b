"""The dispatcher's watch: signs of life, and events about what somebody should be told.

An event is sent for as long as its cause lasts; the automations (automations.py) tell once. However many
clinics are in trouble, each look sends only a few.
"""

import logging
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from prefect.events import emit_event

from bpjs_client.identifiers import without_identifiers
from database.services.stopped_groups import as_one_outage, summaries
from database.services.stopped_lines import say_stopped
from database.services.stopped_services import stopped_services
from database.storage.engine import said_skew
from database.views.alarms import long_waits, many_failures
from tasks.alerts.cause_news import cause_news
from tasks.alerts.mute_words import mute_words
from tasks.alerts.settings import AlertSettings, summary_time
from tasks.alerts.subjects import RESOURCE, SINCE, outage, together
from tasks.alerts.summary import SUMMARY, summary_to_send
from tasks.composition import Composition
from tasks.repeating import repeatedly

logger = logging.getLogger(__name__)

ALIVE = "bpjs.dispatcher.berdetak"
STOPPED = "bpjs.layanan.berhenti"
LONG_WAIT = "bpjs.pekerjaan.menunggu-lama"
_SUMMARY = "bpjs.ringkasan"
MANY_FAILURES = "bpjs.pekerjaan.banyak-gagal"
CAUSE_CAME = "bpjs.sebab.datang"


@dataclass(frozen=True)
class News:
    """One event: its name, what it is about, and what is said, in Indonesian and without patients."""

    event: str
    resource: Mapping[str, str]
    said: str


Tell = Callable[[News], None]
# Keeps a daily summary where people of Prefect's UI find it.
Leave = Callable[[str], None]


def emit(news: News) -> None:
    """Send it to Prefect's server, in the background."""
    emit_event(news.event, resource=dict(news.resource), payload={"pesan": mute_words(news.said)})


def leave_nothing(_said: str) -> None:
    """Keep no summary."""


def keep_watch(
    at: Composition, settings: AlertSettings, tell: Tell = emit, leave: Leave = leave_nothing
) -> AbstractContextManager[None]:
    """Look and tell every `watch_seconds`, from a thread of its own."""
    return repeatedly(
        "watch", partial(look_and_tell, at, settings, tell, leave), every=settings.watch_seconds
    )


def look_and_tell(at: Composition, settings: AlertSettings, tell: Tell, leave: Leave = leave_nothing) -> None:
    """Once. A part that fails silences none of the others; raises what it raised, as DatabaseUnavailable."""
    host, skew = socket.gethostname(), said_skew(at.database)
    if skew:
        logger.warning("%s", skew)
    said = " ".join([f"Dispatcher di {host} bekerja.", *([skew] if skew else [])])
    tell(News(ALIVE, _resource(f"bpjs.dispatcher.{host}"), said))
    failures: list[Exception] = []
    for part in (_stopped, _waiting, _failing, _causes, partial(_summary, leave=leave)):
        try:
            for news in part(at, settings):
                tell(news)
        except Exception as error:  # noqa: BLE001 - whatever it is
            failures.append(error)
    if failures:
        raise failures[0]


def _stopped(at: Composition, _settings: AlertSettings) -> Iterator[News]:
    for stopped in summaries(stopped_services(at.database), at.clinics.known, alike=as_one_outage):
        said = say_stopped(at.database, stopped, at.clinics.known)
        if said:
            yield News(STOPPED, outage(stopped, at.clinics.names), without_identifiers(said))


def _waiting(at: Composition, settings: AlertSettings) -> Iterator[News]:
    minutes = settings.alert_waiting_minutes
    waits = sorted(long_waits(at.database, timedelta(minutes=minutes)), key=lambda wait: -wait.jobs)
    for group in together(waits, at.clinics):
        jobs, oldest = sum(wait.jobs for wait in group.found), min(wait.since for wait in group.found)
        since = f"{oldest.astimezone(at.database.timezone):%d-%m-%Y %H:%M}"
        said = f"{jobs} pekerjaan{group.whose} menunggu lebih dari {minutes} menit, terlama sejak {since}."
        yield News(LONG_WAIT, _resource(group.resource), said)


def _failing(at: Composition, settings: AlertSettings) -> Iterator[News]:
    failures = many_failures(at.database, settings.alert_failure_percent / 100)
    for group in together(sorted(failures, key=lambda many: -many.failed), at.clinics):
        failed, ended = sum(many.failed for many in group.found), sum(many.ended for many in group.found)
        said = f"{failed} dari {ended} pekerjaan{group.whose} hari ini gagal."
        yield News(MANY_FAILURES, _resource(group.resource), said)


def _causes(at: Composition, _settings: AlertSettings) -> Iterator[News]:
    for about, said in cause_news(at):
        yield News(CAUSE_CAME, about, said)


def _summary(at: Composition, settings: AlertSettings, leave: Leave) -> Iterator[News]:
    hours = at.settings.opening_hours
    sent = summary_time(settings, hours.closes)
    made = summary_to_send(at.database, sent, at.clinics.known, opens=hours.opens) if sent else None
    if made is not None and made.said is not None:
        yield News(SUMMARY, {RESOURCE: _SUMMARY, SINCE: made.day.isoformat()}, made.said)
        leave(made.said)


def _resource(name: str) -> dict[str, str]:
    return {RESOURCE: name}
