"""The table that a sync leaves in Prefect: what each reference brought, with links to run and form."""

from collections.abc import Mapping
from uuid import UUID

from prefect.artifacts import create_table_artifact

from database.faskes_name import shortened
from database.references import Synced
from tasks.decimal_words import decimal
from tasks.markdown import words
from tasks.ui_links import form_link, task_run_link

KEY = "referensi"
_DEPLOYMENT = "sync-referensi/sync-referensi"
_FORM_NAME = "referensi"  # of the flow's parameter
_MOST_ROWS = 400
_LONGEST_ERROR = 300  # characters


def leave_table(done: Mapping[UUID, Synced]) -> None:
    """Leave the table, by task run; it shows under Artifacts and on the page of the flow's run.

    Of very many (all clinics in an outage) it holds the first, those that failed before all others.
    """
    failed_first = sorted(done.items(), key=lambda each: each[1].error is None)
    shown = list(done.items()) if len(done) <= _MOST_ROWS else failed_first[:_MOST_ROWS]
    missing = f"; {len(done) - len(shown)} baris lain tidak ikut" if len(done) > len(shown) else ""
    table = [_row(task_run_id, synced) for task_run_id, synced in shown]
    create_table_artifact(key=KEY, table=table, description=f"Hasil pembaruan data referensi BPJS{missing}")


def _row(task_run_id: UUID, synced: Synced) -> dict[str, object]:
    form = form_link(_DEPLOYMENT, {_FORM_NAME: [synced.name], "faskes": synced.faskes})
    return {
        "Referensi": f"[{synced.full_name}]({task_run_link(task_run_id)})",
        "Baris": synced.count,
        "Baru": synced.added,
        "Berubah": synced.changed,
        "Hilang": synced.removed,
        "Detik": decimal(synced.seconds),
        "Perbarui": f"[Perbarui lagi]({form})" if form else "",
        "Keterangan": _outcome(synced),
    }


def _outcome(synced: Synced) -> str:
    return f"Gagal · {words(shortened(synced.error, _LONGEST_ERROR))}" if synced.error else "Selesai"
