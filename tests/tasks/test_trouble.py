"""What becomes of jobs while a service, a credential or our own database is in trouble."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from database import Database
from database.errors import DatabaseUnavailable
from database.jobs.moves import move
from database.services.stopped_services import stopped_services
from tasks.delivery import deliver as delivery
from tasks.dispatch.probing import probe_due
from tests.tasks.desk import Answer, Desk, antrean, pcare

NO_URUT = {"field": "noUrut", "message": "B12"}
REFUSED = antrean(201, "Antrean tidak ditemukan")
LOGIN = pcare(401, "Username atau password salah")


@pytest.fixture
def now() -> list[datetime]:
    return [datetime(2026, 9, 14, 1, 0, tzinfo=UTC)]


@pytest.fixture
def clock(now: list[datetime]) -> Callable[[], datetime]:
    return lambda: now[0]


@pytest.fixture
def desk(database: Database) -> Callable[[Answer], Desk]:
    return lambda answer: Desk(database, answer)


def sent_ok(request: httpx.Request) -> httpx.Response:
    return antrean(200) if "antrean" in request.url.path else pcare(201, "CREATED", NO_URUT)


def raising(error: type[httpx.TransportError]) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error("cut", request=request)

    return answer


LOST, UNREACHABLE = raising(httpx.ReadTimeout), raising(httpx.ConnectError)
TELL_NOTHING: list[tuple[str, Answer]] = [
    ("it never left", UNREACHABLE),
    ("BPJS put it off", lambda request: httpx.Response(429)),
    ("the credential was refused", lambda request: antrean(401, "Signature Service Tidak Sesuai")),
]


@pytest.mark.parametrize(("_why", "answer"), TELL_NOTHING, ids=[why for why, _ in TELL_NOTHING])
def test_a_repeat_that_tells_nothing_leaves_the_first_write_uncertain(
    desk: Any, now: list[datetime], _why: str, answer: Answer
) -> None:
    """The refusal of the next repeat may be due to the first one having been taken."""
    here = desk(LOST)
    job_id = here.hand_over("panggil-antrean")
    for each in (LOST, answer):
        here.answer = each
        here.deliver(job_id)
        now[0] += timedelta(hours=1)
        here.resume()
    here.answer = lambda request: REFUSED

    here.deliver(job_id)

    assert (here.job(job_id).status, here.job(job_id).reason) == ("tidak_pasti", "perlu-orang")


def test_an_earlier_uncertainty_that_was_settled_counts_no_more(desk: Any, now: list[datetime]) -> None:
    here = desk(LOST)
    job_id = here.hand_over("tambah-pendaftaran")
    here.deliver(job_id)
    now[0] += timedelta(hours=1)
    here.answer = lambda request: (
        pcare(200, "OK", {"list": []}) if request.method == "GET" else pcare(412, "Salah")
    )
    here.deliver(job_id)
    assert here.job(job_id).status == "gagal"

    here.reopen(job_id)
    here.requests.clear()
    here.answer = sent_ok
    here.deliver(job_id)

    assert [request.method for request in here.requests] == ["POST"]


def test_a_look_whose_credential_is_refused_pauses_the_service_and_stays_uncertain(
    desk: Any, now: list[datetime]
) -> None:
    here = desk(LOST)
    job_id = here.hand_over("tambah-kunjungan")
    here.deliver(job_id)
    now[0] += timedelta(hours=1)
    here.answer = lambda request: LOGIN

    here.deliver(job_id)

    assert here.job(job_id).status == "tidak_pasti"
    assert here.state_of("pcare") == "paused"


def test_what_bpjs_keeps_putting_off_needs_a_person_after_the_last_wait(
    desk: Any, now: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BPJS_TRY_SECONDS", "60, 120")
    here = desk(lambda request: httpx.Response(429))
    job_id = here.hand_over("tambah-pendaftaran")
    waited = []
    while here.job(job_id).status == "menunggu":
        here.deliver(job_id)
        waited.append(round((here.job(job_id).due_at - now[0]).total_seconds(), -1))
        now[0] += timedelta(hours=1)

    assert (here.job(job_id).status, here.job(job_id).attempts) == ("gagal", 3)
    assert (here.job(job_id).message or "").startswith("3 kali dicoba tanpa hasil")
    assert 48 <= waited[0] <= 72
    assert 96 <= waited[1] <= 144


def test_an_outage_never_makes_a_job_fail(
    desk: Any, now: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BPJS_TRY_SECONDS", "60")
    here = desk(UNREACHABLE)
    job_id = here.hand_over("tambah-pendaftaran")
    for _ in range(9):
        here.deliver(job_id)
        now[0] += timedelta(hours=1)
        here.let_one_through()

    assert (here.job(job_id).status, here.job(job_id).attempts) == ("menunggu", 0)


def test_a_database_that_hiccups_after_the_answer_does_not_make_it_uncertain(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([DatabaseUnavailable("penuh"), DatabaseUnavailable("penuh")])

    def hiccup(*arguments: Any, **settings: Any) -> None:
        failure = next(failures, None)
        if failure is not None:
            raise failure
        move(*arguments, **settings)

    monkeypatch.setattr(delivery, "move", hiccup)
    here = desk(sent_ok)

    here.deliver(job_id := here.hand_over("tambah-pendaftaran"))

    assert (here.job(job_id).status, len(here.requests)) == ("terkirim", 1)


PROBES: list[tuple[str, Answer, str | None]] = [
    ("answered: one job may try", lambda request: pcare(200, "OK", None), "half-open"),
    ("refused for the data: it is up", lambda request: pcare(412, "Tidak tersedia"), "half-open"),
    ("busy: it is up", lambda request: httpx.Response(429), "half-open"),
    ("a page instead of an answer, twice", lambda request: httpx.Response(503, text="<html>"), "open"),
    ("still unreachable", UNREACHABLE, "open"),
    ("the credential is refused", lambda request: LOGIN, "paused"),
]


@pytest.mark.parametrize(("_why", "answer", "state"), PROBES, ids=[why for why, *_ in PROBES])
def test_a_probe_is_one_harmless_read(
    desk: Any, now: list[datetime], _why: str, answer: Answer, state: str
) -> None:
    here = desk(UNREACHABLE)
    for norm in ("RM-1", "RM-2"):
        here.deliver(here.hand_over("tambah-pendaftaran", norm))
    here.requests.clear()
    here.answer = answer
    probe_due(here.at)
    assert here.requests == []
    now[0] += timedelta(seconds=5)

    probe_due(here.at)

    assert {request.method for request in here.requests} == {"GET"}
    assert len(here.requests) == (2 if "twice" in _why else 1)
    assert here.state_of("pcare") == state


def test_a_wrong_clock_is_told_with_its_skew(desk: Any) -> None:
    dated = {"Date": "Mon, 14 Sep 2026 01:00:00 GMT"}

    def expired(request: httpx.Request) -> httpx.Response:
        body = {"response": None, "metadata": {"code": 401, "message": "Service Expired"}}
        return httpx.Response(200, json=body, headers=dated)

    here = desk(expired)
    here.clock = lambda: datetime(2026, 9, 14, 1, 12, 30, tzinfo=UTC).timestamp()

    here.deliver(job_id := here.hand_over("tambah-antrean"))

    (stopped,) = stopped_services(here.database)
    assert "Jam komputer 750 detik lebih cepat dari jam BPJS" in (stopped.reason or "")
    # The job and the harmless read that was asked before the service was judged, each signed anew once.
    assert (here.job(job_id).status, here.job(job_id).attempts, len(here.requests)) == ("menunggu", 0, 4)


def test_a_lost_write_is_looked_up_although_a_step_before_it_failed_since(
    desk: Any, now: list[datetime]
) -> None:
    """And is sent again only when its turn has come."""
    here = desk(LOST)
    visit = here.hand_over("tambah-kunjungan")
    here.deliver(visit)
    here.answer = lambda request: pcare(412, "Salah")
    here.deliver(registration := here.hand_over("tambah-pendaftaran"))
    assert (here.job(visit).status, here.job(registration).status) == ("tidak_pasti", "gagal")
    now[0] += timedelta(hours=1)
    here.requests.clear()
    here.answer = lambda request: pcare(200, "OK", {"list": []})

    delivered = here.deliver(visit)

    assert [request.method for request in here.requests] == ["GET"]
    assert (here.job(visit).status, delivered.text) == (
        "menunggu",
        f"menunggu tambah-pendaftaran #{registration} (gagal)",
    )
