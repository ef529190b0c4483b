"""Tells somebody of a cause of failures that is new, or comes again after it was resolved."""

from collections.abc import Iterator, Mapping, Sequence

from bpjs_client.identifiers import without_identifiers
from database.faskes_name import UTAMA, Known, some_names
from database.jobs.cause_watch import REST, CauseAlert, alerts_to_send, note_causes
from database.storage.models import CauseWatch
from database.views.failing_causes import STRANGERS, failing_causes
from tasks.alerts.subjects import RESOURCE, SINCE, Subject
from tasks.composition import Composition

_CAUSE = "bpjs.sebab"
_MOST_NAMED = 3  # causes that one alert for many names
SERVICES: Mapping[str, str] = {"pcare": "PCare", "antrean": "Antrean"}


def cause_news(at: Composition) -> Iterator[tuple[Subject, str]]:
    """What is to be told now, and what it is about: the same for as long as it is sent.

    Raises DatabaseUnavailable.
    """
    failing = failing_causes(at.database, at.clinics.known)
    note_causes(at.database, failing.causes, is_whole=failing.is_whole)
    for alert in alerts_to_send(at.database):
        name = _CAUSE if alert.name == REST else f"{_CAUSE}.{alert.name}"
        yield {RESOURCE: name, SINCE: alert.told_at.isoformat()}, said(alert, at.clinics.known)


def said(alert: CauseAlert, known: Known) -> str:
    """In Indonesian, what fails, where, how often and what to do."""
    text = _of_many(alert, known) if alert.name == REST else _of_one(alert, known)
    return without_identifiers(text)


def _of_one(alert: CauseAlert, known: Known) -> str:
    first = alert.rows[0]
    how = (
        "kembali setelah selesai"
        if alert.returned
        else "kini juga di faskes ini"
        if alert.also_elsewhere
        else "baru"
    )
    return (
        f"Sebab kegagalan {how} di {SERVICES[first.service]}: {_sentence(first.words)}"
        f" {_jobs(alert.rows)}{_whose(alert.rows, known)}. Yang perlu dilakukan: {first.todo}"
    )


def _of_many(alert: CauseAlert, known: Known) -> str:
    causes: dict[str, CauseWatch] = {}
    for row in alert.rows:
        causes.setdefault(row.key, row)
    named = "; ".join(
        f"{SERVICES[row.service]}: {row.words.rstrip('.')}" for row in [*causes.values()][:_MOST_NAMED]
    )
    more = "; dan lainnya" if len(causes) > _MOST_NAMED else ""
    return (
        f"{len(causes)} sebab kegagalan baru atau kembali{_whose(alert.rows, known)},"
        f" {_jobs(alert.rows)}: {named}{more}. Lihat Sebab di tab Monitoring."
    )


def _sentence(words: str) -> str:
    return f"{words.rstrip('.')}."


def _jobs(rows: Sequence[CauseWatch]) -> str:
    return f"{sum(row.jobs for row in rows)} pekerjaan"


def _whose(rows: Sequence[CauseWatch], known: Known) -> str:
    faskes = list(dict.fromkeys(row.faskes for row in rows))
    if faskes == [UTAMA] and known is None:
        return ""
    named = [each for each in faskes if each != STRANGERS]
    parts = [
        *([f"{len(named)} faskes ({some_names(named, known)})"] if named else []),
        *(["faskes yang tidak dikenal"] if STRANGERS in faskes else []),
    ]
    return f" di {' dan '.join(parts)}"
