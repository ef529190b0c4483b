"""Whatever BPJS answers to one job, one endpoint or one clinic, everything else goes on."""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import httpx
import pytest

from bpjs_client.jenis import Service
from database import Database
from database.services.pauses import resume
from database.views.needs_person import needing_somebody
from tests.conftest import SQLITE
from tests.database.clinic import FakeClock
from tests.tasks.day import NET_ERROR, Answer, Bpjs, Day, card_of, page
from tests.tasks.desk import antrean, pcare

pytestmark = SQLITE
MINUTE, HOUR = 60, 3600
POISON = 1
OTHERS = range(2, 14)
NOT_GRANTED = pcare(404, "Unauthorized! You are not registered for this service!")
NO_ROUTE = {"message": "no Route matched with those values"}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def day(database: Database, clock: FakeClock) -> Callable[[Answer], Day]:
    return lambda odd: Day(database, clock, Bpjs(odd))


def to_visits_of(number: int, answer: httpx.Response) -> Answer:
    """Every `POST kunjungan/v1` of one card is answered so."""
    card = f"0001{number:09}"
    return lambda r: (
        answer if r.method == "POST" and "kunjungan" in r.url.path and card_of(r) == card else None
    )


def to_all(method: str, part: str, answer: httpx.Response) -> Answer:
    """Every request of this method to paths with this part is answered so."""
    return lambda r: answer if r.method == method and part in r.url.path else None


POISONS: list[tuple[str, httpx.Response, str]] = [
    ("a .NET error", NET_ERROR, "Object reference not set to an instance of an object."),
    ("an index out of range", pcare(500, "Index was out of range.", []), "Index was out of range."),
    ("a page with status 200", page(200), "HTTP 200"),
    ("a page with status 502", page(502), "HTTP 502"),
    ("an empty 200", httpx.Response(200), "HTTP 200"),
]


@pytest.mark.parametrize(("_why", "answer", "words"), POISONS, ids=[why for why, *_ in POISONS])
def test_one_visit_that_pcare_always_fails_stops_nobody_and_ends_with_bpjs_words(
    day: Callable[[Answer], Day], _why: str, answer: httpx.Response, words: str
) -> None:
    here = day(to_visits_of(POISON, answer))
    registration, poison = here.visit(POISON)
    here.pass_time(10)
    others = [job_id for number in OTHERS for job_id in here.visit(number)]
    here.pass_time(5)
    assert here.statuses(others) == {"terkirim": len(others)}

    here.pass_time(20 * MINUTE)

    job = here.job(poison)
    assert (job.status, job.reason) == ("gagal", "gangguan-bpjs")
    assert 3 <= here.bpjs.writes["kunjungan", "0001000000001"] <= 4
    assert poison in needing_somebody(here.database, limit=9)
    assert here.held() == {}
    assert here.job(registration).status == "terkirim"


def test_its_attempts_come_at_growing_intervals(day: Callable[[Answer], Day]) -> None:
    here = day(to_visits_of(POISON, NET_ERROR))
    _, poison = here.visit(POISON)
    here.pass_time(12 * HOUR)  # nobody else comes: it may be all visits
    history = [attempt.started_at for attempt in here.desk.history(poison) if attempt.outcome == "unknown"]
    waits = [(after - before).total_seconds() for before, after in pairwise(history)]
    assert waits[:5] == sorted(waits[:5])  # then the longest repeats, give or take a fifth
    assert 10 < len(waits) < 30
    assert here.job(poison).status == "tidak_pasti"
    assert needing_somebody(here.database, limit=9) == [poison]


def test_what_waits_uncertain_for_less_than_an_hour_needs_nobody_yet(day: Callable[[Answer], Day]) -> None:
    here = day(to_visits_of(POISON, NET_ERROR))
    here.visit(POISON)
    here.pass_time(50 * MINUTE)
    assert needing_somebody(here.database, limit=9) == []


@pytest.mark.long
def test_a_visit_endpoint_that_is_broken_for_everybody_holds_visits_alone_and_none_of_them_fails(
    day: Callable[[Answer], Day],
) -> None:
    broken = to_all("POST", "kunjungan", page(502))
    here = day(broken)
    pairs = [here.visit(number) for number in OTHERS]
    registrations, visits = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    here.pass_time(10)
    assert here.statuses(registrations) == {"terkirim": len(OTHERS)}
    assert here.held() == {("pcare", "tambah-kunjungan"): "open"}

    here.pass_time(2 * HOUR)
    assert set(here.statuses(visits)) <= {"menunggu", "tidak_pasti"}
    last_hour = sum(here.bpjs.writes[name] for name in here.bpjs.writes if name[0] == "kunjungan")
    assert last_hour <= 2 * 60 + 20  # one a minute, and the first ones

    here.bpjs.odd = lambda _request: None
    here.pass_time(2 * MINUTE)
    assert here.statuses(visits) == {"terkirim": len(OTHERS)}
    assert here.held() == {}


@pytest.mark.long
@pytest.mark.parametrize("jenis", ["tambah-kunjungan", "tambah-pendaftaran"])
def test_an_endpoint_that_is_not_granted_holds_its_jenis_after_three_tries(
    day: Callable[[Answer], Day], jenis: str
) -> None:
    name = jenis.partition("-")[2]
    here = day(to_all("POST", f"pcare-rest/{name}" if name == "pendaftaran" else name, NOT_GRANTED))
    pairs = [here.visit(number) for number in OTHERS]
    calls = [here.hand_over("tambah-antrean", number) for number in OTHERS]
    here.pass_time(MINUTE)
    mine = [pair[name == "kunjungan"] for pair in pairs]
    assert here.statuses(mine) == {"menunggu": len(OTHERS)}
    assert here.statuses(calls) == {"terkirim": len(OTHERS)}
    assert sum(count for (what, _), count in here.bpjs.writes.items() if what == name) <= 3
    assert here.held() == {("pcare", jenis): "paused"}
    assert "not registered" in (here.job(mine[0]).message or "")

    here.bpjs.odd = lambda _request: None
    resume(here.database, "utama", Service.PCARE)
    here.pass_time(MINUTE)
    assert here.statuses([job for pair in pairs for job in pair]) == {"terkirim": 2 * len(OTHERS)}


def test_a_deletion_that_is_not_granted_holds_deletions_alone(day: Callable[[Answer], Day]) -> None:
    here = day(to_all("DELETE", "kunjungan", NOT_GRANTED))
    visits = [job for number in OTHERS for job in here.visit(number)]
    here.pass_time(10)
    removals = [here.hand_over("hapus-kunjungan", number) for number in OTHERS]
    more = [job for number in range(20, 24) for job in here.visit(number)]
    here.pass_time(MINUTE)
    assert here.statuses(visits + more) == {"terkirim": len(visits) + len(more)}
    assert here.statuses(removals) == {"menunggu": len(OTHERS)}
    assert here.held() == {("pcare", "hapus-kunjungan"): "paused"}


ALONE: list[tuple[str, httpx.Response]] = [
    ("a firewall's 400 page", page(400)),
    ("a firewall's 403 page", page(403)),
    ("a gateway's 404", httpx.Response(404, json=NO_ROUTE)),
    ("a gateway's 400", httpx.Response(400, json={"message": "Bad Request"})),
    ("a gateway's 405", httpx.Response(405, json=NO_ROUTE)),
    ("a gateway's 409", httpx.Response(409, json=NO_ROUTE)),
    ("forbidden", httpx.Response(403, json={"message": "Forbidden"})),
    ("a 401 of its own", pcare(401, "Peserta tidak berhak")),
    ("credential words under 412", pcare(412, "Username atau password PCare salah")),
    ("not registered", NOT_GRANTED),
]


@pytest.mark.long
@pytest.mark.parametrize(("_why", "answer"), ALONE, ids=[why for why, _ in ALONE])
def test_a_refusal_of_one_job_while_a_harmless_read_is_accepted_is_that_jobs_alone(
    day: Callable[[Answer], Day], _why: str, answer: httpx.Response
) -> None:
    here = day(to_visits_of(POISON, answer))
    _, refused = here.visit(POISON)
    here.pass_time(5)
    others = [job_id for number in OTHERS for job_id in here.visit(number)]
    here.pass_time(MINUTE)
    assert here.statuses(others) == {"terkirim": len(others)}
    assert (here.job(refused).status, here.job(refused).reason) == ("gagal", "ditolak-sendiri")
    assert here.bpjs.writes["kunjungan", "0001000000001"] == 1
    assert here.held() == {}
    resume(here.database, "utama", Service.PCARE)
    here.pass_time(MINUTE)
    assert here.bpjs.writes["kunjungan", "0001000000001"] == 1


CREDENTIAL: list[tuple[str, Service, httpx.Response]] = [
    ("PCare 403", Service.PCARE, pcare(403, "Maaf Cek Kembali Password Pcare Anda")),
    ("PCare 412", Service.PCARE, pcare(412, "Username atau password PCare salah")),
    ("code 403 under 200", Service.PCARE, pcare(403, "Authentication failed: invalid credential", http=200)),
    ("raw 401", Service.PCARE, pcare(401, "UNAUTHORIZED, because username/password PCare salah")),
    ("Antrean 201", Service.ANTREAN, antrean(201, "Signature tidak sesuai")),
    ("a gateway's 404", Service.PCARE, httpx.Response(404, json=NO_ROUTE)),
    ("a gateway's 404 at Antrean", Service.ANTREAN, httpx.Response(404, json=NO_ROUTE)),
    ("a 403 page", Service.PCARE, page(403)),
]


@pytest.mark.parametrize(("_why", "service", "answer"), CREDENTIAL, ids=[why for why, *_ in CREDENTIAL])
def test_a_refused_credential_pauses_its_service_in_whatever_clothes_and_fails_nobody(
    day: Callable[[Answer], Day], _why: str, service: Service, answer: httpx.Response
) -> None:
    here = day(lambda r: answer if ("antrean" in r.url.path) == (service is Service.ANTREAN) else None)
    jenis = "tambah-antrean" if service is Service.ANTREAN else "tambah-pendaftaran"
    jobs = [here.hand_over(jenis, number) for number in OTHERS]
    here.pass_time(10)
    assert here.statuses(jobs) == {"menunggu": len(OTHERS)}
    assert here.held() == {(service.value, ""): "paused"}
    assert sum(here.bpjs.writes.values()) <= 3


MAY_HAVE_ACTED: list[tuple[str, httpx.Response]] = [
    ("a breakdown that speaks of a login", pcare(500, "Authentication failed for the request")),
    ("a gateway's 200", httpx.Response(200, json={"message": "Unauthorized"})),
]


@pytest.mark.parametrize(("_why", "answer"), MAY_HAVE_ACTED, ids=[why for why, _ in MAY_HAVE_ACTED])
@pytest.mark.parametrize("took", [True, False])
def test_a_refusal_that_may_have_acted_is_looked_up(
    day: Callable[[Answer], Day], _why: str, answer: httpx.Response, took: bool
) -> None:
    here = day(lambda _request: None)
    sent: list[httpx.Request] = []

    def odd(request: httpx.Request) -> httpx.Response | None:
        if request.method == "GET" or sent:
            return None
        sent.append(request)
        if took:
            here.bpjs.registrations[card_of(request)] = "A1"
        return answer

    here.bpjs.odd = odd
    job_id = here.hand_over("tambah-pendaftaran", POISON)
    here.pass_time(MINUTE)
    assert here.job(job_id).status == "terkirim"
    assert here.bpjs.writes["pendaftaran", "0001000000001"] == (1 if took else 2)


def test_a_gateway_that_knows_its_routes_again_is_noticed_by_itself(day: Callable[[Answer], Day]) -> None:
    here = day(lambda _request: httpx.Response(404, json=NO_ROUTE))
    jobs = [here.hand_over("tambah-pendaftaran", number) for number in OTHERS]
    here.pass_time(MINUTE)
    here.bpjs.odd = lambda _request: None
    here.pass_time(2 * MINUTE)
    assert here.statuses(jobs) == {"terkirim": len(OTHERS)}


def test_a_refused_login_is_asked_no_more_until_somebody_resumes(day: Callable[[Answer], Day]) -> None:
    """BPJS may lock the account."""
    here = day(lambda _request: pcare(401, "Username atau password PCare salah"))
    here.hand_over("tambah-pendaftaran", 1)
    here.pass_time(10)
    asked = Counter(here.bpjs.reads)
    here.pass_time(HOUR)
    assert here.bpjs.reads == asked


def test_a_harmless_read_that_is_out_of_order_alone_stops_nothing(day: Callable[[Answer], Day]) -> None:
    """Also when it is the reference that we would ask."""
    for answer in (page(503), NOT_GRANTED, httpx.Response(403, json={"message": "Forbidden"})):
        odd = to_visits_of(POISON, page(403))

        def out_of_order(asked: httpx.Request, odd: Answer = odd, answer: httpx.Response = answer) -> Any:
            return answer if "kesadaran" in asked.url.path else odd(asked)

        here = day(out_of_order)
        here.visit(POISON)
        others = [job_id for number in OTHERS for job_id in here.visit(number)]
        here.pass_time(30)
        assert here.statuses(others) == {"terkirim": len(others)}
        assert here.held() == {}


def test_three_poisoned_visits_hold_up_no_visit(day: Callable[[Answer], Day]) -> None:
    poisoned = {f"0001{number:09}" for number in (1, 2, 3)}
    here = day(
        lambda r: (
            NET_ERROR if r.method == "POST" and "kunjungan" in r.url.path and card_of(r) in poisoned else None
        )
    )
    visits = {number: here.visit(number)[1] for number in range(1, 25)}
    here.pass_time(30)
    good = [job for number, job in visits.items() if number > 3]
    assert here.statuses(good) == {"terkirim": len(good)}
    here.pass_time(30 * MINUTE)
    assert here.statuses([visits[number] for number in (1, 2, 3)]) == {"gagal": 3}
    assert max(here.bpjs.writes["kunjungan", card] for card in poisoned) <= 6
    assert here.held() == {}


@pytest.mark.long
def test_outages_in_between_do_not_let_a_poisoned_visit_begin_anew(day: Callable[[Answer], Day]) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    odd = to_visits_of(POISON, NET_ERROR)
    here = day(odd)
    _, poison = here.visit(POISON)
    here.pass_time(1)
    for first in range(2, 62, 3):
        here.bpjs.odd = refuse
        here.visit(first), here.visit(first + 1)
        here.pass_time(2)
        here.bpjs.odd = odd
        here.visit(first + 2)
        here.pass_time(10)
    job = here.job(poison)
    assert (job.status, job.reason) == ("gagal", "gangguan-bpjs")
    assert here.bpjs.writes["kunjungan", "0001000000001"] <= 6


def test_an_outage_is_an_outage_still(day: Callable[[Answer], Day]) -> None:
    """No attempt is spent, one question at a time is asked, and the backlog drains oldest first."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    here = day(refuse)
    jobs = [here.hand_over("tambah-pendaftaran", number) for number in OTHERS]
    here.pass_time(30 * MINUTE)
    assert here.held() == {("pcare", ""): "open"}
    assert sum(here.job(job_id).attempts for job_id in jobs) == 0
    assert sum(here.bpjs.writes.values()) <= 3
    assert sum(here.bpjs.reads.values()) <= 40
    here.bpjs.odd = lambda _request: None
    before = len(here.desk.requests)
    here.pass_time(2 * MINUTE)
    assert here.statuses(jobs) == {"terkirim": len(OTHERS)}
    cards = [card_of(request) for request in here.desk.requests[before:] if request.method == "POST"]
    assert cards == sorted(cards)


@pytest.mark.long
def test_an_outage_of_writes_alone_holds_each_jenis_and_fails_none(day: Callable[[Answer], Day]) -> None:
    here = day(lambda r: page(504) if r.method != "GET" else None)
    jobs = [job for number in OTHERS for job in here.visit(number)]
    here.pass_time(HOUR)
    assert set(here.statuses(jobs)) <= {"menunggu", "tidak_pasti"}
    here.bpjs.odd = lambda _request: None
    here.pass_time(3 * MINUTE)
    assert here.statuses(jobs) == {"terkirim": len(jobs)}
