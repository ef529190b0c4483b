"""The landing page's table of jobs that wait for somebody costs one question, however many there are."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from sqlalchemy import event

from database import Database
from database.jobs.resend import Resend, ask_again
from database.local_time import local_date
from database.views.detail import show
from database.views.in_brief import in_brief
from database.views.needs_person import needing_somebody
from tasks.prefect_ui.landing import landing
from tests.tasks.desk import Desk, pcare


@contextmanager
def asked(database: Database) -> Iterator[list[str]]:
    """The statements that the database is asked meanwhile."""
    said: list[str] = []

    def note(*call: Any) -> None:
        said.append(str(call[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def refused(here: Desk, norm: str, *, times: int) -> int:
    """A registration that BPJS refused so often, each time with another poli."""
    here.deliver(job_id := here.hand_over("tambah-pendaftaran", norm))
    for poli in range(1, times):
        ask_again(here.database, job_id, Resend(by="Sari", reason="lagi", patch={"kdPoli": f"{poli:03}"}))
        here.deliver(job_id)
    return job_id


def answer(_request: httpx.Request) -> httpx.Response:
    return pcare(412, "PRECONDITION_FAILED", [{"field": "kdPoli", "message": "Tidak sesuai."}])


def test_more_jobs_with_longer_histories_cost_no_more_statements(database: Database) -> None:
    here = Desk(database, answer)
    refused(here, "RM-1", times=1)
    with asked(database) as for_one:
        landing(database, named=True)
    for norm in ("RM-2", "RM-3", "RM-4"):
        refused(here, norm, times=3)
    with asked(database) as for_four:
        page = landing(database, named=True)

    assert all(f"| {norm} |" in page for norm in ("RM-1", "RM-2", "RM-3", "RM-4"))
    assert len(for_four) == len(for_one)


def test_a_row_says_what_the_job_itself_says(database: Database) -> None:
    here = Desk(database, answer)
    sent = [refused(here, "RM-1", times=3), refused(here, "RM-2", times=1)]
    never_sent = here.hand_over("tambah-pendaftaran", "RM-3", kdPoli=7)

    briefs = in_brief(database, [*sent, 404, never_sent])

    assert [brief.id for brief in briefs] == [*sent, never_sent]
    for brief in briefs:
        whole = show(database, brief.id)
        assert {name: getattr(whole, name) for name in vars(brief)} == vars(brief)
    assert briefs[0].request["kdPoli"] == "002"
    assert sorted(needing_somebody(database, limit=9)) == sorted([*sent, never_sent])
    assert "RM-1" not in repr(briefs[0])


def test_what_waits_for_its_patient_has_a_line_of_its_own_and_is_no_failure(database: Database) -> None:
    here = Desk(database, lambda _: pcare(401, "Anda belum melakukan skrining kesehatan."))
    today = f"{local_date(database, database.clock()):%d-%m-%Y}"
    assert "Menunggu pasien" not in landing(database, named=True)
    here.deliver(here.hand_over("tambah-pendaftaran", tglDaftar=today))
    page = landing(database, named=True)
    assert "Menunggu pasien mengisi skrining kesehatan: 1." in page
    assert "## Menunggu tindakan\n\nTidak ada." in page


def test_a_report_that_no_run_has_made_yet_is_said_and_is_no_link(database: Database) -> None:
    page = landing(database, named=True)
    assert "Laporan (belum ada; dibuat tiap jam, atau sekarang dengan Perbarui Data)" in page
    assert "artifacts/key/laporan" not in page
