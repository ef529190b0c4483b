"""`bpjs send` and `bpjs dispatch`: what is due reaches BPJS, and nothing is lost where Prefect is not there."""

import json
import signal
from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from bpjs_simulator.sample_day import sample_day
from bpjs_simulator.server import Simulator
from database import Database, enqueue_lines
from database.storage.models import Job
from tests.cli.terminal import Terminal
from tests.flows.prefect_server import PrefectServer

TOTALS = {"terkirim", "gagal", "tidak_pasti", "menunggu", "seconds", "jobs_per_second"}


@pytest.fixture
def hand_over(kept: Database) -> Callable[[int], list[int]]:
    """Hands over so many queue entries that BPJS will take, each of its own patient; gives their ids."""

    def enqueue(count: int) -> list[int]:
        day = sample_day(date.today())
        good = [
            json.dumps(line)
            for line, expected in zip(day.lines, day.expected, strict=True)
            if (line["jenis"], expected) == ("tambah-antrean", "terkirim")
        ]
        return [int(str(answer["id"])) for answer in enqueue_lines(good[:count], database=kept)]

    return enqueue


def statuses(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Job.status).order_by(Job.id)))


@pytest.mark.long
def test_without_a_prefect_server_it_brings_its_own_and_returns_when_all_is_sent(
    at_work: Terminal, hand_over: Callable[[int], list[int]], kept: Database, simulator: Simulator
) -> None:
    hand_over(3)
    ran = at_work("send", "--until-empty", "--json")
    assert ran.code == 0, ran.err
    assert ran.json.keys() == TOTALS
    assert (ran.json["terkirim"], ran.json["gagal"], ran.json["menunggu"]) == (3, 0, 0)
    assert ran.json["jobs_per_second"] > 0
    assert statuses(kept) == ["terkirim"] * 3
    assert len(simulator.ledger()["antrean"]) == 3


@pytest.mark.long
def test_a_person_reads_the_totals_in_one_line(
    at_work: Terminal, hand_over: Callable[[int], list[int]], prefect: PrefectServer
) -> None:
    hand_over(2)
    ran = at_work("send", PREFECT_API_URL=prefect.api_url)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("Terkirim 2 · Gagal 0 · Tidak pasti 0 · Menunggu 0   (")
    assert ran.out.count("\n") == 1
    assert ran.err == ""


def test_where_nothing_is_due_it_returns_at_once_with_zeroes(at_work: Terminal) -> None:
    ran = at_work("send", "--json", PREFECT_API_URL="http://127.0.0.1:9/api")  # not even Prefect is asked
    assert ran.code == 0
    assert {name: ran.json[name] for name in TOTALS - {"seconds"}} == dict.fromkeys(TOTALS - {"seconds"}, 0)


@pytest.mark.long
@pytest.mark.parametrize("options", [(), ("--json",), ("--until-empty", "--processes", "2")])
def test_a_prefect_server_that_does_not_answer_is_one_sentence_and_the_jobs_still_wait(
    at_work: Terminal, hand_over: Callable[[int], list[int]], kept: Database, options: tuple[str, ...]
) -> None:
    hand_over(1)
    ran = at_work("send", *options, PREFECT_API_URL="http://127.0.0.1:9/api")
    assert "pekerjaan tetap tersimpan dan menunggu" in ran.complaint
    assert statuses(kept) == ["menunggu"]


def test_the_dispatcher_delivers_what_comes_later_and_finishes_what_is_in_flight(
    at_work: Terminal,
    hand_over: Callable[[int], list[int]],
    kept: Database,
    simulator: Simulator,
    prefect: PrefectServer,
) -> None:
    with at_work.running("dispatch", "--concurrency", "2", PREFECT_API_URL=prefect.api_url) as dispatcher:
        dispatcher.wait_until(lambda: "Dispatcher berjalan" in dispatcher.said)
        hand_over(1)
        dispatcher.wait_until(lambda: statuses(kept) == ["terkirim"])

        simulator.set_options(latency_ms=2000)
        hand_over(2)
        dispatcher.wait_until(lambda: simulator.double.holdings.in_flight == 1)
        assert dispatcher.stop() == 0
    assert statuses(kept) == ["terkirim"] * 2
    assert len(simulator.ledger()["antrean"]) == 2
    assert "yang sedang dikirim sudah diselesaikan" in dispatcher.said
    assert "Traceback" not in dispatcher.said


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("options", [(), ("--processes", "2")], ids=["alone", "two processes"])
def test_send_that_is_stopped_finishes_what_is_in_flight_and_claims_no_more(  # noqa: PLR0917
    at_work: Terminal,
    hand_over: Callable[[int], list[int]],
    kept: Database,
    simulator: Simulator,
    prefect: PrefectServer,
    options: tuple[str, ...],
    number: int,
) -> None:
    hand_over(20)
    simulator.set_options(latency_ms=1500)
    command = ("send", "--until-empty", "--concurrency", "2", *options)
    with at_work.running(*command, PREFECT_API_URL=prefect.api_url) as sender:
        sender.wait_until(lambda: simulator.double.holdings.in_flight >= 1)
        assert sender.stop(number) == 0
    ended = Counter(statuses(kept))
    assert ended.keys() == {"terkirim", "menunggu"}
    assert 1 <= ended["terkirim"] <= 6
    assert len(simulator.ledger()["antrean"]) == ended["terkirim"]
    assert "Traceback" not in sender.said


@pytest.mark.long
def test_the_dispatcher_waits_for_a_prefect_server_that_is_not_there(
    at_work: Terminal, hand_over: Callable[[int], list[int]], kept: Database
) -> None:
    hand_over(1)
    with at_work.running("dispatch", PREFECT_API_URL="http://127.0.0.1:9/api") as dispatcher:
        dispatcher.wait_until(lambda: "delivery pauses" in dispatcher.said)
        assert dispatcher.stop() == 0
    assert statuses(kept) == ["menunggu"]
    assert "Traceback" not in dispatcher.said


TO_BPJS = [
    "send",
    "dispatch",
    "sync poli",
    "resend 1",
    "peserta 0001234567890",
    "rujukan --subspesialis 3",
]


@pytest.mark.parametrize("command", TO_BPJS)
def test_a_credential_that_is_not_filled_in_is_refused_before_anything_starts(
    terminal: Terminal, command: str
) -> None:
    named = {
        "BPJS_PCARE_BASE_URL": "https://bpjs.example/pcare-rest",
        "BPJS_ANTREAN_BASE_URL": "https://bpjs.example/antreanfktp",
        "BPJS_CONS_ID": "12345",
    }
    complaint = terminal(*command.split(), **named).complaint
    assert complaint.startswith("Belum diisi di .env: BPJS_ANTREAN_USER_KEY, ")
    assert "BPJS_CONS_ID" not in complaint
