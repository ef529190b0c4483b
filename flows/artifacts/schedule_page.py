"""The page that a sync leaves in Prefect: how the antrean schedules stand, what changed, what lacks."""

from collections.abc import Collection, Sequence

from prefect.artifacts import create_markdown_artifact

from database import Database
from database.faskes_name import Known, said_name
from tasks.prefect_ui.markdown import row, ruled, words
from tasks.schedule.rows import HEADINGS, lines
from tasks.schedule.week import Week, week_of
from tasks.schedule.words import changes_in_lines, compared_words, own_words, summary, used_words

KEY = "jadwal-antrean"
_TITLE = "Jadwal antrean: kode klinik tanpa sesi, dan perubahan sejak kemarin"
# Of more clinics only those with something to tell have a part of their own, and no more than these.
FEW, _MOST_PARTS, _MOST_LINES = 3, 20, 20


def leave_schedule(database: Database, clinics: Collection[str], known: Known) -> None:
    """Leave the page of these clinics, always under the same key.

    Raises DatabaseUnavailable, and what Prefect's client raises.
    """
    page = schedule_page(database, clinics, known)
    create_markdown_artifact(page, key=KEY, description=_TITLE)


def schedule_page(database: Database, clinics: Collection[str], known: Known) -> str:
    """The page in Markdown; a clinic at a time is held in memory, whatever their number."""
    parts: list[str] = []
    quiet = left_out = 0
    for faskes in clinics:
        week = week_of(database, faskes)
        if len(clinics) > FEW and not _has_news(week):
            quiet += 1
        elif len(parts) >= _MOST_PARTS:
            left_out += 1
        else:
            parts.append(_part(database, week, known, whole=len(clinics) <= FEW))
    tail = [
        *([f"Tanpa kekurangan dan perubahan: {quiet} faskes."] if quiet else []),
        *([f"{left_out} faskes lain tidak ikut; `bpjs jadwal --faskes …`."] if left_out else []),
    ]
    return "\n\n".join([f"# {_TITLE}", *parts, *tail])


def _has_news(week: Week) -> bool:
    return bool(week.read_at is None or week.changes or week.missing_at_antrean or week.unclear)


def _part(database: Database, week: Week, known: Known, *, whole: bool) -> str:
    read = f" Dibaca {week.read_at.astimezone(database.timezone):%d-%m-%Y %H:%M}." if week.read_at else ""
    codes = [f"{own_words(own)}: {used_words(own)}" for own in week.missing_at_antrean]
    changed = changes_in_lines(week.changes)
    parts = [
        f"## {words(said_name(week.faskes, known))}",
        words(f"{summary(week)}{read}"),
        *_list("Kode antrean klinik tanpa sesi", codes),
        *_list(f"Berubah sejak {compared_words(week)}", changed),
        *(["\n".join(_table(week))] if whole and week.read_at else []),
    ]
    return "\n\n".join(parts)


def _list(heading: str, found: Sequence[str]) -> list[str]:
    if not found:
        return []
    more = [f"- … dan {len(found) - _MOST_LINES} lain"] if len(found) > _MOST_LINES else []
    return [f"**{heading}**", "\n".join([*(f"- {words(each)}" for each in found[:_MOST_LINES]), *more])]


def _table(week: Week) -> list[str]:
    return [*ruled(HEADINGS), *(row([words(cell) for cell in line.cells]) for line in lines(week))]
