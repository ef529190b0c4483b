"""The page from which staff start in Prefect: today's counts, each a link, and what waits for somebody.

It is written together with the lists behind its numbers, from one look at the database.
"""

import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager
from textwrap import shorten
from uuid import UUID

from prefect import get_client
from prefect.client.orchestration import SyncPrefectClient

from bpjs_client.identifiers import without_identifiers
from bpjs_client.jenis import Jenis
from bpjs_client.wire_fields import write_pcare_date
from database import Database, DatabaseError
from database.faskes_name import Known
from database.status import CARDS, FINAL, Status
from database.views.day_lists import DayLists, day_lists
from database.views.in_brief import JobInBrief, in_brief
from database.views.monitor import Filter, look
from database.views.needs_person import needing_somebody
from tasks.composition import Composition
from tasks.prefect_server.recording import PREFECT_UNAVAILABLE
from tasks.prefect_ui.day_pages import MOST_LISTED, list_key, list_pages
from tasks.prefect_ui.job_page_text import DEPLOYMENT, form_parameters, note_key
from tasks.prefect_ui.job_pages import JobPages
from tasks.prefect_ui.kept_artifacts import Page, keep_pages, newest
from tasks.prefect_ui.links import artifact_link, form_link, page_link, task_runs_link
from tasks.prefect_ui.markdown import row, ruled, words
from tasks.repeating import repeatedly
from tasks.states import WORDS

logger = logging.getLogger(__name__)

KEY = "beranda"
TITLE = "Mulai di sini: pekerjaan hari ini dan yang menunggu tindakan"
REPORT = "laporan-monitoring/laporan-monitoring"
BULK_RESEND = "kirim-ulang-massal/kirim-ulang-massal"
_REPORT_PAGE, _REFERENCES = "laporan", "referensi"  # the keys of their artifacts
MOST_ROWS = 50
_MESSAGE = 80  # characters of a message in the table; its page has all
# Pages of jobs that one writing may make at the most: by default two a second, from one look to the next.
MOST_PAGES = 50
_HEADINGS = ("Jenis", "Total", "Menunggu", "Berhasil", "Gagal")


def landing(database: Database, *, named: bool, known: Known = None) -> str:
    """The page in Markdown; `named`: whether norms may stand in it, `known`: the clinics in the file.

    Raises DatabaseUnavailable, and what Prefect's client raises when its server cannot be reached.
    """
    return _page(database, day_lists(database, most=MOST_LISTED), {}, named=named, known=known).whole


def _page(
    database: Database, day: DayLists, places: Mapping[str, UUID], *, named: bool, known: Known
) -> Page:
    """`places`: where the pages are that it leads to; one that is not there yet is found by its key."""
    links = {key: page_link(place) for key, place in places.items()}
    seen = look(database, Filter(tanggal=day.day), limit=1, known=known)
    before = seen.open_before
    parts = [
        f"# Pekerjaan hari ini, {day.day:%d-%m-%Y}",
        *(f"> {words(without_identifiers(line))}" for line in seen.stopped_lines),
        _actions(links),
        "\n".join(_today(day, links)),
        # Beneath the numbers of today: above them it was read as one of these.
        f"Tersisa: {before['gagal']} gagal, {before['menunggu']} menunggu dari hari sebelumnya.",
        *_for_patient(seen.for_patient),
        "## Menunggu tindakan",
        "\n".join(_waiting(database, links, named=named)),
    ]
    return Page("\n\n".join(parts), TITLE, _made(database))


def _for_patient(jobs: int) -> list[str]:
    if not jobs:
        return []
    link = form_link(BULK_RESEND, {"tanggal": "semua", "menunggu_pasien": True})
    again = f" **[Periksa lagi]({link})**" if link else ""
    return [f"Menunggu pasien mengisi skrining kesehatan: {jobs}.{again}"]


def _made(database: Database) -> str:
    return f"Dibuat {database.clock().astimezone(database.timezone):%d-%m-%Y %H:%M:%S}."


def leave_landing(database: Database, *, named: bool, known: Known = None) -> UUID:
    """Write page and lists anew, always in the same place; the page's id is returned. Raises as `landing`."""
    return _leave(database, JobPages(), named=named, known=known)[0]


def _leave(database: Database, job_pages: JobPages, *, named: bool, known: Known) -> tuple[UUID, bool]:
    """The id of the page, and whether pages of jobs are still to be made."""
    day = day_lists(database, most=MOST_LISTED)
    with get_client(sync_client=True) as client:
        unfinished = job_pages.renew(client, database, day.jobs, most=MOST_PAGES, named=named)
        lists = list_pages(day, job_pages.link, _made(database), named=named)
        # The lists first: whoever sees a number finds its jobs behind it.
        places = keep_pages(client, dict(lists))
        page = _page(database, day, places | _newest_pages(client, database), named=named, known=known)
        place = keep_pages(client, {KEY: page}, also_same=True)[KEY]  # as of now, whoever asked for it
    return place, unfinished


def _newest_pages(client: SyncPrefectClient, database: Database) -> dict[str, UUID]:
    """The ids of the pages that it leads to beside its lists: one click instead of two."""
    waiting = needing_somebody(database, limit=MOST_ROWS)
    keys = [_REPORT_PAGE, _REFERENCES, *map(note_key, waiting)]
    return {found.key: found.latest_id for found in newest(client, keys)}


def refresh_landing(at: Composition, job_pages: JobPages | None = None) -> bool:
    """Write it anew where it is no matter if that fails: the next report does it again.

    Returns whether more of it is to be written soon: pages of jobs, or all of it.
    """
    named, known = at.settings.run_names == "norm", at.clinics.known
    try:
        return _leave(at.database, job_pages or JobPages(), named=named, known=known)[1]
    except (DatabaseError, *PREFECT_UNAVAILABLE) as error:
        logger.warning("landing page not renewed (%s)", type(error).__name__)
        return True


def keep_landing(at: Composition, *, every: float) -> AbstractContextManager[None]:
    """Write it anew whenever something changed, from a thread of its own, looking every so many seconds."""
    shown: list[object] = []
    job_pages = JobPages()

    def look_again() -> None:
        day = day_lists(at.database, most=MOST_LISTED)
        seen = look(at.database, Filter(tanggal=day.day), limit=1, known=at.clinics.known)
        waiting = needing_somebody(at.database, limit=MOST_ROWS)
        now: list[object] = [day, seen.open_before, seen.stopped_lines, seen.for_patient, waiting]
        if now != shown:
            unfinished = refresh_landing(at, job_pages)
            shown[:] = [] if unfinished else now

    return repeatedly("landing", look_again, every=every)


def _actions(places: Mapping[str, str]) -> str:
    links = {
        "Gagal hari ini": _link(places, list_key("gagal")),
        "Perbarui Data": form_link(REPORT, {}),
        "Reset Filter": task_runs_link(),
        "Kirim ulang massal": form_link(BULK_RESEND, {"tanggal": "semua"}),
    }
    said = [f"**[{name}]({link})**" for name, link in links.items() if link]
    return " · ".join((*said, _report(places), f"**[Referensi]({_link(places, _REFERENCES)})**"))


def _report(places: Mapping[str, str]) -> str:
    """A link to the newest report; before the first one Prefect would show an empty page."""
    place = places.get(_REPORT_PAGE)
    if not place:
        return "Laporan (belum ada; dibuat tiap jam, atau sekarang dengan Perbarui Data)"
    return f"**[Laporan]({place})**"


def _today(day: DayLists, places: Mapping[str, str]) -> list[str]:
    """The four cards for each job type, every count a link to the jobs that it counts."""
    rows = [_row(jenis.value, day, places, jenis) for jenis in Jenis]
    return [*ruled(_HEADINGS), *rows, _row("**Semua**", day, places, None)]


def _row(name: str, day: DayLists, places: Mapping[str, str], jenis: Jenis | None) -> str:
    links = {card: _link(places, list_key(card, jenis)) for card in CARDS}
    return row([name, *(f"[{day.count(card, jenis)}]({link})" for card, link in links.items())])


def _link(places: Mapping[str, str], key: str) -> str:
    return places.get(key) or artifact_link(key)


def _waiting(database: Database, places: Mapping[str, str], *, named: bool) -> list[str]:
    """One row for each job that waits for a person; its page tells why, its link sends it again."""
    ids = needing_somebody(database, limit=MOST_ROWS + 1)
    if not ids:
        return ["Tidak ada."]
    headings = ("Tanggal", "Pekerjaan", "Jenis", *(["Norm"] if named else []), "Status", "Aksi", "Pesan")
    rows = [row(_job(job, places, named=named)) for job in in_brief(database, ids[:MOST_ROWS])]
    more = (
        []
        if len(ids) <= MOST_ROWS
        else ["", f"Hanya {MOST_ROWS} terbaru; semuanya: `bpjs monitor --tanggal semua`."]
    )
    return [*ruled(headings), *rows, *more]


def _job(job: JobInBrief, places: Mapping[str, str], *, named: bool) -> list[str]:
    return [
        write_pcare_date(job.tanggal),
        f"[{job.id}]({_link(places, note_key(job.id))})",
        job.jenis,
        *([words(job.norm)] if named else []),
        WORDS[Status(job.status)],
        _to_do(job),
        words(shorten(without_identifiers(job.message or "", job.request), _MESSAGE, placeholder=" …")),
    ]


def _to_do(job: JobInBrief) -> str:
    if Status(job.status) in FINAL:  # only what a late answer contradicts
        return f"`bpjs tutup {job.id}`"
    again = form_link(DEPLOYMENT, form_parameters(job))
    return f"[Kirim ulang]({again})" if again else f"`bpjs resend {job.id}`"
