"""What no look can settle, and BPJS fails time after time while it serves others, is put before a person."""

import httpx
import pytest

from database import Database
from tests.conftest import SQLITE
from tests.database.clinic import FakeClock
from tests.tasks.day import page
from tests.tasks.desk import antrean, pcare
from tests.tasks.simulated import BABY, SharedDay, SimulatedBpjs

pytestmark = SQLITE
HOUR = 3600
NET_ERROR = "Object reference not set to an instance of an object."
FAILURES: list[tuple[httpx.Response, str]] = [
    (pcare(500, NET_ERROR, []), NET_ERROR),
    (page(200), "Request Rejected"),
    (page(502), "Request Rejected"),
]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def here(database: Database, clock: FakeClock) -> SharedDay:
    return SharedDay(database, clock, SimulatedBpjs())


def a_day_with_others(here: SharedDay, other: str) -> None:
    """Every hour somebody else's job of this jenis passes."""
    for hour in range(24):
        here.give(other, BABY, f"RM-{hour}")
        here.pass_time(HOUR)


@pytest.mark.parametrize(("answer", "words"), FAILURES)
def test_a_correction_that_no_list_shows(here: SharedDay, answer: httpx.Response, words: str) -> None:
    visit = here.visited()
    puts: list[int] = []

    def fails(request: httpx.Request) -> httpx.Response | None:
        if request.method != "PUT":
            return None
        puts.append(1)
        return answer

    here.bpjs.odd = fails
    correction = here.again(visit, keluhan="demam").job_id
    a_day_with_others(here, "tambah-pendaftaran")
    assert here.ends(correction) == ("tidak_pasti", "perlu-orang")
    assert words in (here.job(correction).message or "")
    assert 3 <= len(puts) <= 6

    here.bpjs.odd = lambda _request: None
    here.again(correction)
    here.pass_time(HOUR)
    assert here.job(correction).status == "terkirim"
    assert here.bpjs.held_visits()[here.number(visit)]["keluhan"] == "demam"


def test_a_queue_entry_that_always_fails(here: SharedDay) -> None:
    ours: list[int] = []

    def fails(request: httpx.Request) -> httpx.Response | None:
        if "antrean/add" not in request.url.path:
            return None
        if BABY in request.content.decode():
            return antrean(200)
        ours.append(1)
        return antrean(500, NET_ERROR)

    here.bpjs.odd = fails
    entry = here.give("tambah-antrean")
    a_day_with_others(here, "tambah-antrean")
    assert here.ends(entry) == ("tidak_pasti", "perlu-orang")
    assert NET_ERROR in (here.job(entry).message or "")
    assert 3 <= len(ours) <= 6
