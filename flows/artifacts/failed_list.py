"""The list of failed jobs that a bulk resend leaves in Prefect, with the form that sends just them."""

from collections.abc import Sequence

from bpjs_client.dates import shown_date
from bpjs_client.identifiers import without_identifiers
from database.views.failed import FailedJob
from tasks.prefect_ui.job_page_text import note_key
from tasks.prefect_ui.links import artifact_link, form_link
from tasks.prefect_ui.markdown import row, ruled, words

DEPLOYMENT = "kirim-ulang-massal/kirim-ulang-massal"
_LISTED = 500
_LONGEST_LINK = 4_000  # characters of job numbers that an address still holds


def failed_list(jobs: Sequence[FailedJob], title: str, *, ids: str, named: bool) -> str:
    """The page in Markdown; `ids` are all of the jobs, `named`: whether norms may stand in it.

    Raises what Prefect's client raises when its server cannot be reached.
    """
    headings = ["Id", "Tanggal", "Jenis", *(["Norm"] if named else []), "Pesan"]
    rows = [row(_cells(job, named=named)) for job in jobs[:_LISTED]]
    more = [f"… dan {len(jobs) - _LISTED} lagi."] if len(jobs) > _LISTED else []
    table = ["\n".join([*ruled(headings), *rows])] if jobs else []
    return "\n\n".join([f"# {words(title)}", *_offer(ids, len(jobs)), *table, *more])


def _offer(ids: str, count: int) -> list[str]:
    """A link to the form, filled in so that it really sends."""
    if not count or len(ids) > _LONGEST_LINK:
        return []
    link = form_link(DEPLOYMENT, {"pekerjaan_id": ids, "hanya_hitung": False})
    return [f"**[Kirim ulang {count} pekerjaan ini]({link})**"] if link else []


def _cells(job: FailedJob, *, named: bool) -> list[str]:
    said = words(without_identifiers(job.message, job.body))
    page = f"[{job.id}]({artifact_link(note_key(job.id))})"
    return [page, shown_date(job.tanggal), job.jenis, *([words(job.norm)] if named else []), said]
