"""The table that a sync leaves in Prefect: how every reference stands, with links to run and form.

A run that reads two references leaves the table of all of them, for that is what staff look up there.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from prefect.artifacts import create_table_artifact

from bpjs_client.references import BY_NAME
from database import Database
from database.faskes_name import shortened
from database.references.store import Synced, last_syncs
from tasks.decimal_words import decimal
from tasks.prefect_ui.links import flow_run_link, form_link, task_run_link
from tasks.prefect_ui.markdown import words

KEY = "referensi"
_DEPLOYMENT = "sync-referensi/sync-referensi"
_FORM_NAME = "referensi"  # of the flow's parameter
_MOST_ROWS = 400
_LONGEST_ERROR = 300  # characters


@dataclass(frozen=True)
class _Line:
    """One reference of one clinic: how its newest run went, when, and the page of that run."""

    synced: Synced
    at: datetime
    link: str | None


def leave_table(database: Database, done: Mapping[UUID, Synced], clinics: Collection[str]) -> None:
    """Leave the table: what this run brought, by task run, and what earlier ones did, of these clinics.

    Of very many (all clinics in an outage) it holds the first, those that failed before all others.
    Raises DatabaseUnavailable.
    """
    lines = _lines(database, done, clinics)
    failed_first = sorted(lines, key=lambda line: line.synced.error is None)
    shown = lines if len(lines) <= _MOST_ROWS else failed_first[:_MOST_ROWS]
    missing = f"; {len(lines) - len(shown)} baris lain tidak ikut" if len(lines) > len(shown) else ""
    table = [_row(database, line) for line in shown]
    create_table_artifact(key=KEY, table=table, description=f"Keadaan data referensi BPJS{missing}")


def _lines(database: Database, done: Mapping[UUID, Synced], clinics: Collection[str]) -> list[_Line]:
    """By clinic, in the order of the names."""
    lines = {
        (last.synced.faskes, last.synced.name): _Line(
            last.synced, last.at, flow_run_link(last.flow_run_id) if last.flow_run_id else None
        )
        for last in last_syncs(database)
        if last.synced.faskes in clinics
    }
    for task_run_id, synced in done.items():  # also what could not be stored
        lines[synced.faskes, synced.name] = _Line(synced, database.clock(), task_run_link(task_run_id))
    in_order = ((clinic, name) for clinic in clinics for name in BY_NAME)
    return [lines[which] for which in in_order if which in lines]


def _row(database: Database, line: _Line) -> dict[str, object]:
    synced = line.synced
    form = form_link(_DEPLOYMENT, {_FORM_NAME: [synced.name], "faskes": synced.faskes})
    return {
        "Referensi": f"[{synced.full_name}]({line.link})" if line.link else synced.full_name,
        "Baris": synced.count,
        "Baru": synced.added,
        "Berubah": synced.changed,
        "Hilang": synced.removed,
        "Detik": decimal(synced.seconds),
        "Dibaca": f"{line.at.astimezone(database.timezone):%d-%m-%Y %H:%M}",
        "Perbarui": f"[Perbarui lagi]({form})" if form else "",
        "Keterangan": _outcome(synced),
    }


def _outcome(synced: Synced) -> str:
    return f"Gagal · {words(shortened(synced.error, _LONGEST_ERROR))}" if synced.error else "Selesai"
