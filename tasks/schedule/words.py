"""The schedule's changes and gaps in Indonesian, the same on the page, in the terminal and in Prefect."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from bpjs_client.identifiers import without_identifiers
from database.references.schedule_days import Session
from tasks.schedule.changes import Change, Kind
from tasks.schedule.own_codes import OwnCode
from tasks.schedule.week import Week

_DAY_WORDS = ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min")
_MOST_CODES, _MOST_DAYS = 6, 3
UNREAD = "Jadwal belum pernah dibaca dari BPJS."


def day_words(day: date) -> str:
    """`Sen 14-09`."""
    return f"{_DAY_WORDS[day.weekday()]} {day:%d-%m}"


def session_words(session: Session) -> str:
    """`08:00-12:00 dr. Sari (200101), kuota 60`."""
    quota = f", kuota {session.quota}" if session.quota else ""
    return without_identifiers(f"{session.hours} {session.name} ({session.doctor}){quota}")


def change_mark(change: Change) -> str:
    """What stands beside the session: `baru`, `jam berubah, dulu 07:00-12:00`."""
    was = change.before
    if was is None or change.kind is Kind.GONE:
        return change.kind.value
    before = {
        Kind.HOURS: was.hours,
        Kind.QUOTA: was.quota or "tanpa kuota",
        Kind.DOCTOR: f"{was.name} ({was.doctor})",
    }
    return without_identifiers(f"{change.kind.value}, dulu {before[change.kind]}")


def changes_in_lines(changes: Sequence[Change]) -> list[str]:
    """A line for each change, with all the days that it is told of, in the order of poli and hours.

    `poli 001: 09:00-12:00 dr. Sari (7), kuota 60: jam berubah, dulu 08:00-12:00 (Sel 15-09, Rab 16-09)`.
    """
    days: dict[tuple[str, Session, str], list[date]] = {}
    for change in changes:
        days.setdefault((change.poli, change.session, change_mark(change)), []).append(change.day)
    return [
        f"poli {poli}: {session_words(session)}: {mark} ({_days(on)})"
        for (poli, session, mark), on in sorted(days.items())
    ]


def _days(days: Sequence[date]) -> str:
    named = ", ".join(map(day_words, days[:_MOST_DAYS]))
    return named if len(days) <= _MOST_DAYS else f"{named} … {len(days)} hari"


def own_words(own: OwnCode) -> str:
    """`poli 003 POLI KIA`."""
    return without_identifiers(f"{own.what.value} {own.code} {own.name}".rstrip())


def used_words(own: OwnCode) -> str:
    """Where the clinic's own code stands: `12 pekerjaan antrean, terakhir 26-11-2026`."""
    found = [
        *([f"{own.antrean_jobs} pekerjaan antrean"] if own.antrean_jobs else []),
        *([f"{own.pcare_jobs} pekerjaan PCare"] if own.pcare_jobs else []),
        *(["ada di referensi PCare"] if own.in_pcare else []),
    ]
    last = f", terakhir {own.last:%d-%m-%Y}" if own.last else ""
    return ", ".join(found) + last


def compared_words(week: Week) -> str:
    """Since when the changes are told: `kemarin`, else `24-11-2026`; empty where nothing can be compared."""
    day = week.compared_with
    if day is None:
        return ""
    return "kemarin" if day == week.days[0] - timedelta(days=1) else f"{day:%d-%m-%Y}"


def counted(changes: Sequence[Change]) -> str:
    """`3 sesi baru, 1 sesi hilang, 2 sesi jam berubah`."""
    kinds = Counter(change.kind for change in changes)
    return ", ".join(f"{kinds[kind]} sesi {kind.value}" for kind in Kind if kinds[kind])


def codes_in_short(codes: Sequence[OwnCode]) -> str:
    """`poli 003, dokter 200104 dan 2 lain`."""
    named = ", ".join(f"{own.what.value} {own.code}" for own in codes[:_MOST_CODES])
    more = len(codes) - _MOST_CODES
    return without_identifiers(f"{named} dan {more} lain" if more > 0 else named)


def summary(week: Week) -> str:
    """One sentence or two on how a clinic's schedule stands."""
    if week.read_at is None:
        return UNREAD
    gaps = week.missing_at_antrean
    said = [
        f"Tanpa sesi tujuh hari ke depan: {codes_in_short(gaps)}."
        if gaps
        else "Semua poli dan dokter antrean punya sesi.",
        f"Berubah: {counted(week.changes)}." if week.changes else "Tidak ada yang berubah.",
    ]
    if week.unclear:
        said[0] = said[0] if gaps else ""
        said.insert(1, f"Belum diketahui karena belum terbaca: {codes_in_short(week.unclear)}.")
    return " ".join(filter(None, said))
