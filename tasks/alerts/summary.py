"""The day's summary at closing time: what was delivered, waits and failed, why, and what needs somebody."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bpjs_client.identifiers import without_identifiers
from database import Database
from database.faskes_name import UTAMA, Known, said_name, shortened
from database.jobs.daily_summaries import Made, summary_of
from database.views.failing_causes import LOOKED_AT, MOST_FAILED, STRANGERS, Failing, by_key, failing_causes
from database.views.monitor import Filter, Monitor, look, today
from database.views.needs_person import needing_somebody
from tasks.alerts.cause_news import SERVICES

SUMMARY = "bpjs.ringkasan.harian"
# A summary that is due for longer is not made any more: the next one tells what is left.
LATEST = timedelta(hours=12)
# So long it is sent anew, under the same name: an event may be lost, and the same one counts once.
SENT_FOR = timedelta(minutes=10)
_MOST_CAUSES, _MOST_CLINICS, _MOST_COUNTED, _LONGEST = 5, 5, 1_000, 300
_DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")


_A_DAY = timedelta(days=1)


def due_day(now: datetime, at: time, opens: time) -> date | None:
    """The day whose summary is due at a moment of the clinic's own time; None when it is too late for it.

    `at` is when it is sent; before the clinic `opens` it is about the day before.
    """
    last = now.date() if now.time() >= at else now.date() - _A_DAY
    if now - datetime.combine(last, at, now.tzinfo) >= LATEST:
        return None
    return last if at > opens else last - _A_DAY


def summary_to_send(database: Database, at: time, known: Known, opens: time = time()) -> Made | None:
    """The summary that is due, for ten minutes after it was made; None when there is nothing to send.

    Raises DatabaseUnavailable.
    """
    day = due_day(database.clock().astimezone(database.timezone), at, opens)
    if day is None:
        return None
    made = summary_of(database, day, lambda: summary(database, day, known))
    is_new = made.made_at > database.clock() - SENT_FOR
    return made if made.said is not None and is_new else None


@dataclass(frozen=True)
class _Day:
    """What a summary tells of."""

    day: date
    now: datetime
    seen: Monitor
    failing: Failing
    needing: int
    known: Known
    is_today: bool


def summary(database: Database, day: date, known: Known) -> str | None:
    """The text, in plain Indonesian and without patients; None for a day without work with nothing open.

    Raises DatabaseUnavailable.
    """
    told = _Day(
        day,
        database.clock().astimezone(database.timezone),
        look(database, Filter(tanggal=day), limit=1, known=known),
        failing_causes(database, known),
        len(needing_somebody(database, limit=_MOST_COUNTED)),
        known,
        day == today(database),
    )
    open_before = sum(told.seen.open_before.values())
    if not any((told.seen.cards["total"], open_before, told.needing, told.seen.for_patient)):
        return None
    return without_identifiers("\n".join(_lines(told)))


def _lines(told: _Day) -> Iterator[str]:
    yield f"Ringkasan {_DAYS[told.day.weekday()]} {told.day:%d-%m-%Y} (dibuat {told.now:%d-%m-%Y %H:%M})"
    yield ""
    yield from _counts(told)
    yield ""
    yield from _failures(told)
    yield from _clinics(told)
    yield ""
    yield from _to_do(told)


def _counts(told: _Day) -> Iterator[str]:
    cards, before = told.seen.cards, told.seen.open_before
    if cards["total"]:
        yield (
            f"{cards['total']} pekerjaan: {cards['berhasil']} terkirim ke BPJS,"
            f" {cards['menunggu']} masih menunggu, {cards['gagal']} gagal."
        )
    else:
        yield "Tidak ada pekerjaan hari itu."
    if told.is_today and any(before.values()):
        yield f"Dari hari-hari sebelumnya tersisa {before['gagal']} gagal dan {before['menunggu']} menunggu."
    if told.seen.for_patient:
        yield f"Menunggu pasien mengisi skrining kesehatan: {told.seen.for_patient}."


def _failures(told: _Day) -> Iterator[str]:
    groups = list(by_key(told.failing.causes).values())
    if not groups:
        yield f"Tidak ada yang gagal dalam {LOOKED_AT.days} hari terakhir."
        return
    newest = "" if told.failing.is_whole else f"; {MOST_FAILED} kegagalan terbaru saja"
    yield f"Yang gagal menurut sebab ({LOOKED_AT.days} hari terakhir, belum diselesaikan{newest}):"
    for number, group in enumerate(groups[:_MOST_CAUSES], start=1):
        first, jobs = group[0], sum(each.jobs for each in group)
        clinics = f" di {len(group)} faskes" if len(group) > 1 else ""
        yield f"{number}. {jobs} pekerjaan {SERVICES[first.service]}{clinics}: {_brief(first.words)}"
        yield f"   Yang perlu dilakukan: {first.todo}"
    if len(groups) > _MOST_CAUSES:
        rest = sum(each.jobs for group in groups[_MOST_CAUSES:] for each in group)
        yield f"… dan {len(groups) - _MOST_CAUSES} sebab lain, {rest} pekerjaan."


def _brief(words: str) -> str:
    return f"{shortened(words, _LONGEST).rstrip('.')}."


def _clinics(told: _Day) -> Iterator[str]:
    """Of several clinics those with the most failed jobs."""
    failed: dict[str, int] = {}
    for cause in told.failing.causes:
        failed[cause.faskes] = failed.get(cause.faskes, 0) + cause.jobs
    if len(failed) < 2 and set(failed) <= {UTAMA}:  # noqa: PLR2004 - one clinic needs no list
        return
    most = sorted(failed, key=lambda faskes: (-failed[faskes], faskes))
    named = ", ".join(f"{_name(faskes, told.known)} {failed[faskes]}" for faskes in most[:_MOST_CLINICS])
    more = f", dan {len(most) - _MOST_CLINICS} faskes lain" if len(most) > _MOST_CLINICS else ""
    yield f"Gagal menurut faskes: {named}{more}."


def _name(faskes: str, known: Known) -> str:
    return "faskes yang tidak dikenal" if faskes == STRANGERS else said_name(faskes, known)


def _to_do(told: _Day) -> Iterator[str]:
    """What needs somebody."""
    if not told.needing and not told.seen.stopped_lines:
        yield "Tidak ada yang perlu ditindaklanjuti."
        return
    if told.needing:
        count = f"{told.needing} pekerjaan" if told.needing < _MOST_COUNTED else "1.000 pekerjaan atau lebih"
        yield f"Perlu ditindaklanjuti: {count}. Buka tab Monitoring, kelompok Sebab; atau beranda di Prefect."
    yield from told.seen.stopped_lines
