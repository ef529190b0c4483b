"""What belongs to one BPJS is not sent to another, and a clinic without a credential is refused at hand-over."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from bpjs_simulator.sample_day import sample_day
from bpjs_simulator.server import Simulator
from tests.cli.conftest import Line
from tests.cli.terminal import Terminal
from tests.flows.prefect_server import PrefectServer


def entry(number: int, **frame: Any) -> bytes:
    """A queue entry that BPJS takes, of another patient for each number."""
    day = sample_day(date.today())
    good = [
        line
        for line, expected in zip(day.lines, day.expected, strict=True)
        if (line["jenis"], expected) == ("tambah-antrean", "terkirim")
    ]
    return json.dumps({**good[number], **frame}).encode()


@pytest.fixture(autouse=True)
def told_of_prefect(terminal: Terminal, prefect: PrefectServer) -> None:
    terminal.environ["PREFECT_API_URL"] = prefect.api_url


@pytest.fixture
def other_bpjs() -> Iterator[dict[str, str]]:
    with Simulator() as simulator:
        yield {"BPJS_PCARE_BASE_URL": simulator.pcare_url, "BPJS_ANTREAN_BASE_URL": simulator.antrean_url}
        assert simulator.ledger()["writes"] == []


@pytest.mark.long
def test_a_database_that_one_bpjs_served_is_refused_at_another(
    at_work: Terminal, other_bpjs: dict[str, str]
) -> None:
    at_work("enqueue", "-", stdin=entry(0))
    assert at_work("send", "--json").json["terkirim"] == 1
    at_work("enqueue", "-", stdin=entry(1))
    for command in (["send"], ["dispatch"], ["resend", "2"], ["sync"]):
        complaint = at_work(*command, **other_bpjs).complaint
        assert complaint.startswith("Basis data ini milik BPJS di 127.0.0.1:")
        assert "pindah-bpjs" in complaint
    doctor = at_work("doctor", "--json", **other_bpjs)
    assert "milik BPJS di" in {each["what"]: each["found"] for each in doctor.json["findings"]}["Basis data"]


@pytest.mark.long
def test_what_may_be_at_one_bpjs_is_not_looked_for_at_another(
    at_work: Terminal, simulator: Simulator, other_bpjs: dict[str, str]
) -> None:
    """Nothing was delivered yet: a request that may have arrived is enough to tie the database."""
    simulator.set_faults({"firewall-200": 1})
    at_work("enqueue", "-", stdin=entry(0))
    assert at_work("send", "--json").json["terkirim"] == 0
    assert at_work("send", **other_bpjs).complaint.startswith("Basis data ini milik BPJS di 127.0.0.1:")


@pytest.mark.long
def test_a_mistyped_address_is_mended_in_the_settings(at_work: Terminal) -> None:
    mistyped = dict.fromkeys(
        ["BPJS_PCARE_BASE_URL", "BPJS_ANTREAN_BASE_URL"], "http://127.0.0.1:9/antreanfktp"
    )
    at_work("enqueue", "-", stdin=entry(0))
    assert at_work("send", "--json", **mistyped).json["terkirim"] == 0
    ran = at_work("send", "--json")  # what waits for its next try goes on waiting; nothing is refused
    assert (ran.code, ran.err) == (0, "")


@pytest.mark.long
def test_a_bpjs_that_moved_is_said_once(at_work: Terminal) -> None:
    at_work("enqueue", "-", stdin=entry(0))
    assert at_work("send", "--json").json["terkirim"] == 1
    with Simulator() as moved:
        there = {"BPJS_PCARE_BASE_URL": moved.pcare_url, "BPJS_ANTREAN_BASE_URL": moved.antrean_url}
        said = at_work("pindah-bpjs", "--reason", "edaran", "--by", "Sari", **there)
        assert said.code == 0
        assert said.out.startswith("Dicatat: 127.0.0.1:")
        at_work("enqueue", "-", stdin=entry(1))
        assert at_work("send", "--json", **there).json["terkirim"] == 1


@pytest.mark.long
def test_a_clinic_without_a_credential_is_refused_at_hand_over(terminal: Terminal, line: Line) -> None:
    lines = "\n".join([line(), line(faskes="cabang")]).encode()
    ran = terminal("enqueue", "-", stdin=lines)
    assert ran.code == 1
    assert ran.answers[0]["new"] is True
    assert ran.answers[1]["error"] == (
        "faskes cabang tidak dikenal: daftarkan di BPJS_FASKES_FILE,"
        " atau isi BPJS_SHARE_CREDENTIAL=true bila cabang memakai kredensial yang sama"
    )
    assert terminal("enqueue", "-", stdin=lines, BPJS_SHARE_CREDENTIAL="true").code == 0
    complaint = terminal("doctor", "--faskes", "cabang").complaint
    assert complaint.startswith("Faskes cabang tidak dikenal: daftarkan di BPJS_FASKES_FILE, atau isi BPJS_")


@pytest.mark.long
def test_what_was_handed_over_for_it_before_waits_and_is_not_sent(
    at_work: Terminal, simulator: Simulator
) -> None:
    at_work("enqueue", "-", stdin=entry(0, faskes="cabang"), BPJS_SHARE_CREDENTIAL="true")
    sent = at_work("send", "--json")
    assert (sent.code, sent.json["menunggu"]) == (0, 1)
    assert simulator.ledger()["writes"] == []
    assert at_work("resume", "--faskes", "cabang", BPJS_SHARE_CREDENTIAL="true").code == 0
    assert at_work("send", "--json", BPJS_SHARE_CREDENTIAL="true").json["terkirim"] == 1
    assert json.dumps(simulator.ledger()["writes"]).count('"committed": true') == 1
