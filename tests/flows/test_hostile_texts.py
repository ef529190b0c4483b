"""Whatever a clinic's system or BPJS wrote stands as words in every page and table that Prefect shows."""

import json
from datetime import datetime
from typing import Any

import httpx
import pytest

from database.views.day_lists import day_lists
from database.views.detail import show
from database.views.failed import failed_jobs
from database.views.monitor import Filter
from flows.artifacts.failed_list import failed_list
from flows.laporan_monitoring import laporan_monitoring
from tasks.prefect_ui.day_pages import list_key, list_pages
from tasks.prefect_ui.job_page_text import Seen, note
from tasks.prefect_ui.landing import landing
from tests.conftest import SQLITE
from tests.flows.prefect_server import PrefectServer
from tests.flows.test_report_flow import artifacts
from tests.tasks.desk import Desk, pcare
from tests.tasks.test_detail_note import WIB
from tests.tasks.test_markdown import HOSTILE, READER

EVIL = "[Kirim ulang](https://evil.example/a) ![x](https://evil.example/b) <img src=https://evil.example/c> | # x"


def leads_to(markdown: str) -> set[str]:
    """The addresses of its links and pictures, and any raw HTML."""
    found = set()
    for token in READER.parse(markdown):
        for inner in (token, *(token.children or ())):
            found |= {str(value) for value in inner.attrs.values()}
            found |= {inner.content} if inner.type in {"html_inline", "html_block"} else set()
    return {address for address in found if "evil" in address or "<" in address}


@pytest.fixture
def hostile(desk: Any) -> tuple[Desk, int]:
    """A job with hostile texts wherever there is room for them, refused by BPJS in hostile words."""

    def answer(request: httpx.Request) -> httpx.Response:
        return pcare(412, EVIL, [{"field": EVIL, "message": EVIL}])

    here = desk(answer)
    job_id = here.hand_over("tambah-pendaftaran", EVIL[:64], keluhan=EVIL, kdPoli="`x|y`", **{EVIL: EVIL})
    here.deliver(job_id)
    return here, job_id


@SQLITE
def test_a_jobs_page_and_the_lists_hold_no_link_of_somebody_else(hostile: tuple[Desk, int]) -> None:
    here, job_id = hostile
    assert here.job(job_id).status == "gagal"
    seen = Seen(datetime.now(WIB), named=True)
    lists = dict(list_pages(day_lists(here.database, most=9), lambda _: "/halaman", "", named=True))
    pages = (
        note(show(here.database, job_id), "/kirim", WIB, seen),
        lists[list_key("gagal")].whole,
        landing(here.database, named=True),
        failed_list(failed_jobs(here.database, Filter()), EVIL, ids="1", named=True),
    )
    for page in pages:
        assert "evil" in page
        assert leads_to(page) == set()


@SQLITE
def test_the_reports_tables_and_pages_hold_none_either(
    hostile: tuple[Desk, int], prefect: PrefectServer
) -> None:
    state = laporan_monitoring(return_state=True)
    left = artifacts(prefect, state.state_details.flow_run_id)
    cells = [str(cell) for name in left for cell in _cells(left[name])]
    assert any("x" in cell and "y" in cell for cell in cells)
    for cell in cells:
        assert leads_to(cell) == set()
        assert "`x" not in cell.replace("\\`", "")


def _cells(data: Any) -> list[object]:
    table = json.loads(data) if isinstance(data, str) and data.startswith("[") else None
    return [value for row in table for value in row.values()] if table else [data]


@pytest.mark.parametrize("text", HOSTILE)
@SQLITE
def test_a_norm_is_words_on_the_landing_page(desk: Any, text: str) -> None:
    here = desk(lambda request: pcare(412, "Ditolak"))
    here.deliver(here.hand_over("tambah-pendaftaran", text))
    assert leads_to(landing(here.database, named=True)) == set()
