"""The page from which staff start in Prefect: today's counts, each a link, and what waits for somebody."""

import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager
from textwrap import shorten
from typing import Any
from uuid import UUID

from prefect import get_client
from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate
from prefect.client.schemas.filters import ArtifactCollectionFilter, ArtifactCollectionFilterKey

from bpjs_client.dates import shown_date
from bpjs_client.identifiers import without_identifiers
from bpjs_client.jenis import Jenis
from database import Database, DatabaseError
from database.attention import needing_somebody
from database.detail import show
from database.faskes_name import Known
from database.monitor import Filter, look, today
from database.report import Scope, totals
from database.status import CARDS, FINAL, Status
from tasks.composition import Composition
from tasks.detail_note import DEPLOYMENT, form_parameters, note_key
from tasks.markdown import row, ruled, words
from tasks.recording import PREFECT_UNAVAILABLE
from tasks.repeating import repeatedly
from tasks.saved_searches import STATES
from tasks.states import WORDS
from tasks.ui_links import artifact_link, form_link, task_runs_link

logger = logging.getLogger(__name__)

KEY = "beranda"
TITLE = "Mulai di sini: pekerjaan hari ini dan yang menunggu tindakan"
REPORT = "laporan-monitoring/laporan-monitoring"
BULK_RESEND = "kirim-ulang-massal/kirim-ulang-massal"
MOST_ROWS = 50
_MESSAGE = 80  # characters of a message in the table; its page has all
_LISTS = (
    "Angka menghitung pekerjaan. Daftar di baliknya memuat setiap pengiriman,"
    " juga yang gagal lalu berhasil sesudahnya."
)
_HEADINGS = ("Jenis", "Total", "Menunggu", "Berhasil", "Gagal")


def landing(database: Database, *, named: bool, known: Known = None) -> str:
    """The page in Markdown; `named`: whether norms may stand in it, `known`: the clinics in the file.

    Raises DatabaseUnavailable, and what Prefect's client raises when its server cannot be reached.
    """
    seen = look(database, Filter(tanggal=today(database)), limit=1, known=known)
    before = seen.open_before
    parts = [
        f"# Pekerjaan hari ini, {today(database):%d-%m-%Y}",
        f"**{before['gagal']} gagal, {before['menunggu']} menunggu dari hari sebelumnya.**",
        *(f"> {words(without_identifiers(door))}" for door in seen.doors),
        _actions(),
        "\n".join(_today(database, seen.cards)),
        _LISTS,
        "## Menunggu tindakan",
        "\n".join(_waiting(database, named=named)),
        f"Dibuat {database.clock().astimezone(database.timezone):%d-%m-%Y %H:%M:%S}.",
    ]
    return "\n\n".join(parts)


def leave_landing(database: Database, *, named: bool, known: Known = None) -> UUID:
    """Write the page anew, always in the same place, whose id it returns. Raises as `landing`."""
    page = landing(database, named=named, known=known)
    with get_client(sync_client=True) as client:
        kept = client.read_latest_artifacts(
            artifact_filter=ArtifactCollectionFilter(key=ArtifactCollectionFilterKey(any_=[KEY]))
        )
        if not kept:
            new = ArtifactCreate(key=KEY, type="markdown", data=page, description=TITLE)
            return client.create_artifact(new).id
        client.update_artifact(kept[0].latest_id, ArtifactUpdate(data=page))
        return kept[0].latest_id


def refresh_landing(at: Composition) -> None:
    """Write it anew where it is no matter if that fails: the next report does it again."""
    try:
        leave_landing(at.database, named=at.settings.run_names == "norm", known=at.clinics.known)
    except (DatabaseError, *PREFECT_UNAVAILABLE) as error:
        logger.warning("landing page not renewed (%s)", type(error).__name__)


def keep_landing(at: Composition, *, every: float) -> AbstractContextManager[None]:
    """Write it anew whenever something changed, from a thread of its own, looking every so many seconds."""
    shown: list[object] = []

    def look_again() -> None:
        seen = look(at.database, Filter(tanggal=today(at.database)), limit=1, known=at.clinics.known)
        waiting = needing_somebody(at.database, limit=MOST_ROWS)
        now: list[object] = [today(at.database), seen.cards, seen.open_before, seen.doors, waiting]
        if now != shown:
            refresh_landing(at)
            shown[:] = now

    return repeatedly("landing", look_again, every=every)


def _actions() -> str:
    links = {
        "Gagal hari ini": task_runs_link(states=STATES["gagal"]),
        "Perbarui Data": form_link(REPORT, {}),
        "Reset Filter": task_runs_link(),
        "Kirim ulang massal": form_link(BULK_RESEND, {"tanggal": "semua"}),
        "Laporan": artifact_link("laporan"),
    }
    return " · ".join(f"**[{name}]({link})**" for name, link in links.items() if link)


def _today(database: Database, cards: Mapping[str, int]) -> list[str]:
    """The four cards for each job type, every count a link to its task runs."""
    found = totals(database, Scope(today(database), today(database)))
    rows = [_row(jenis.value, _counts(found[jenis]), search=jenis.value) for jenis in Jenis]
    return [*ruled(_HEADINGS), *rows, _row("**Semua**", cards, search="")]


def _counts(by_status: Mapping[str, int]) -> dict[str, int]:
    return {card: sum(by_status[status] for status in statuses) for card, statuses in CARDS.items()}


def _row(name: str, counts: Mapping[str, int], *, search: str) -> str:
    cells = [f"[{counts[card]}]({task_runs_link(states=STATES[card], name=search)})" for card in CARDS]
    return row([name, *cells])


def _waiting(database: Database, *, named: bool) -> list[str]:
    """One row for each job that waits for a person; its page tells why, its link sends it again."""
    ids = needing_somebody(database, limit=MOST_ROWS + 1)
    if not ids:
        return ["Tidak ada."]
    headings = ("Tanggal", "Pekerjaan", "Jenis", *(["Norm"] if named else []), "Status", "Aksi", "Pesan")
    rows = [row(_job(show(database, job_id), named=named)) for job_id in ids[:MOST_ROWS]]
    more = (
        []
        if len(ids) <= MOST_ROWS
        else ["", f"Hanya {MOST_ROWS} terbaru; semuanya: `bpjs monitor --tanggal semua`."]
    )
    return [*ruled(headings), *rows, *more]


def _job(job: Mapping[str, Any], *, named: bool) -> list[str]:
    number: int = job["id"]
    return [
        shown_date(job["tanggal"]),
        f"[{number}]({artifact_link(note_key(number))})",
        job["jenis"],
        *([words(job["norm"])] if named else []),
        WORDS[Status(job["status"])],
        _to_do(job),
        words(shorten(without_identifiers(job["message"] or "", job["request"]), _MESSAGE, placeholder=" …")),
    ]


def _to_do(job: Mapping[str, Any]) -> str:
    if Status(job["status"]) in FINAL:  # only what a late answer contradicts
        return f"`bpjs tutup {job['id']}`"
    again = form_link(DEPLOYMENT, form_parameters(job))
    return f"[Kirim ulang]({again})" if again else f"`bpjs resend {job['id']}`"
