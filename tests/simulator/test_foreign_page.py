"""A web page in a browser on this machine reads nothing from the simulator's control port and changes nothing there."""

from collections.abc import Iterator

import httpx
import pytest

from bpjs_simulator.server import Simulator

FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Host": "evil.example"},
    {"Host": "evil.example:4011"},
]
OURS: list[dict[str, str]] = [
    {},
    {"Sec-Fetch-Site": "none"},
    {"Host": "localhost:4011"},
    {"Host": "[::1]:4011"},
]


@pytest.fixture
def control() -> Iterator[httpx.Client]:
    with Simulator() as simulator, httpx.Client(base_url=simulator.control_url) as client:
        yield client


@pytest.mark.parametrize("headers", FOREIGN)
def test_another_site_is_refused(control: httpx.Client, headers: dict[str, str]) -> None:
    text = {**headers, "Content-Type": "text/plain"}
    assert control.post("/control/outage", content=b'{"on": true}', headers=text).status_code == 403
    assert control.get("/ledger", headers=headers).status_code == 403


@pytest.mark.parametrize("headers", OURS)
def test_a_program_of_this_machine_is_answered(control: httpx.Client, headers: dict[str, str]) -> None:
    assert control.get("/ledger", headers=headers).status_code == 200
    assert control.post("/control/reset", content=b"{}", headers=headers).status_code == 200
