"""The lists behind the numbers of the landing page: the very jobs that each number counts."""

from collections.abc import Callable, Iterator
from textwrap import shorten

from bpjs_client.identifiers import without_identifiers
from bpjs_client.jenis import Jenis
from database.faskes_name import UTAMA
from database.status import CARDS, Status
from database.views.day_lists import DayLists, ListedJob
from tasks.prefect_ui.job_page_text import DEPLOYMENT
from tasks.prefect_ui.kept_artifacts import Page
from tasks.prefect_ui.links import artifact_link, form_link
from tasks.prefect_ui.markdown import row, ruled, words
from tasks.states import WORDS

# Of each type and state; who has more of them looks through them in the terminal.
MOST_LISTED = 100
LinkOf = Callable[[int], str | None]  # where the page of a job is, if it has one
_MESSAGE = 80  # characters of a message in the table; its page has all
_FILTER_WORDS = {
    "total": "semua",
    "menunggu": "belum-diproses",
    "berhasil": "terkirim",
    "gagal": "tidak-terkirim",
}


def list_key(card: str, jenis: Jenis | None = None) -> str:
    """The key under which the list behind a number is found in Prefect."""
    return f"daftar-{card}" if jenis is None else f"daftar-{card}-{jenis}"


def list_pages(day: DayLists, link_of: LinkOf, made: str, *, named: bool) -> Iterator[tuple[str, Page]]:
    """All lists of the day by their keys; `link_of`: where a job's page is, `named`: whether norms
    may stand in them. Raises what Prefect's client raises when its server cannot be reached.
    """
    for card in CARDS:
        for jenis in (None, *Jenis):
            count = day.count(card, jenis)
            title = f"{card.title()} hari ini, {day.day:%d-%m-%Y}{f' · {jenis}' if jenis else ''}: {count}"
            jobs = day.listed(card, jenis)[:MOST_LISTED]
            table = _table(jobs, link_of, all_types=jenis is None, named=named)
            text = "\n\n".join([f"# {title}", _BACK, table, *_rest(card, jenis, count, len(jobs))])
            yield list_key(card, jenis), Page(text, title, made)


_BACK = f"[Beranda]({artifact_link('beranda')})"


def _rest(card: str, jenis: Jenis | None, count: int, shown: int) -> list[str]:
    if shown == count:
        return []
    which = f" --jenis {jenis}" if jenis else ""
    return [f"{shown} terbaru dari {count}; semuanya: `bpjs monitor{which} --status {_FILTER_WORDS[card]}`."]


def _table(jobs: list[ListedJob], link_of: LinkOf, *, all_types: bool, named: bool) -> str:
    if not jobs:
        return "Tidak ada."
    headings = (
        "Pekerjaan",
        *(["Jenis"] if all_types else []),
        *(["Norm"] if named else []),
        "Status",
        "Aksi",
        "Pesan",
    )
    rows = [_row(job, link_of(job.id), all_types=all_types, named=named) for job in jobs]
    return "\n".join([*ruled(headings), *rows])


def _row(job: ListedJob, link: str | None, *, all_types: bool, named: bool) -> str:
    norm = words(job.norm) if job.faskes == UTAMA else words(f"{job.norm} ({job.faskes})")
    return row(
        [
            f"[{job.id}]({link})" if link else str(job.id),
            *([job.jenis.value] if all_types else []),
            *([norm] if named else []),
            WORDS[job.status],
            _action(job),
            words(shorten(without_identifiers(job.message), _MESSAGE, placeholder=" …")),
        ]
    )


def _action(job: ListedJob) -> str:
    if job.status is not Status.GAGAL:
        return ""
    again = form_link(DEPLOYMENT, {"pekerjaan_id": str(job.id), "versi": str(job.version)})
    return f"[Kirim ulang]({again})" if again else f"`bpjs resend {job.id}`"
