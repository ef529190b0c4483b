"""Who may what: every operation of the API, drawn from its own document, against every kind of token."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest

from database import Database
from database.people.tokens import Ability, all_tokens, make_token, revoke_token
from tests.conftest import SQLITE
from tests.database.clinic import FakeClock
from tests.web.api.served import Served, line, problem, serving
from web.api.app import api
from web.api.bearer import InFlight

# What each operation needs. One that is added and not named here fails the test.
NEEDS = {
    ("post", "/pekerjaan"): Ability.SUBMIT,
    ("post", "/pekerjaan/banyak"): Ability.SUBMIT,
    ("post", "/pemeriksaan"): Ability.SUBMIT,
    ("get", "/pekerjaan"): Ability.READ,
    ("get", "/pekerjaan/{id}"): Ability.READ,
    ("get", "/perubahan"): Ability.READ,
}
BODIES: dict[tuple[str, str], Any] = {
    ("post", "/pekerjaan"): line(),
    ("post", "/pekerjaan/banyak"): {"pekerjaan": [line()]},
    ("post", "/pemeriksaan"): line(),
}


def call(client: httpx.Client, operation: tuple[str, str]) -> httpx.Response:
    method, path = operation
    return client.request(
        method,
        path.format(id=1),
        params={"kunci": "x"} if method == "get" else {},
        json=BODIES.get(operation),
    )


@SQLITE
def test_every_operation_has_a_rule(database: Database) -> None:
    paths = api(database).openapi()["paths"]
    assert {(method, path) for path, methods in paths.items() for method in methods} == set(NEEDS)


def test_each_token_may_what_it_was_made_for(served: Served, database: Database, clock: FakeClock) -> None:
    expired = make_token(database, "utama", abilities=list(Ability), lasts=timedelta(seconds=1))[1]
    clock.advance(seconds=1)
    revoked = served.token()
    revoke_token(database, revoked.split("_")[1])
    right = served.token()
    tokens: dict[str, tuple[str, set[Ability]]] = {
        "nonsense": ("x", set()),
        "a wrong secret": (f"{right[:-1]}{'0' if right[-1] != '0' else '1'}", set()),
        "expired": (expired, set()),
        "revoked": (revoked, set()),
        "hands over": (served.token("utama", Ability.SUBMIT), {Ability.SUBMIT}),
        "reads": (served.token("utama", Ability.READ), {Ability.READ}),
        "both": (right, {Ability.SUBMIT, Ability.READ}),
    }
    for name, (token, may) in tokens.items():
        with served.caller(token) as client:
            for operation, needed in NEEDS.items():
                answer = call(client, operation)
                if needed in may:
                    assert answer.status_code in {200, 201, 404}, (name, operation, answer.text)
                    continue
                refused = problem(answer)
                assert refused["status"] == (403 if may else 401), (name, operation)
                assert token not in answer.text or token == "x"
                assert ("www-authenticate" in answer.headers) is (refused["status"] == 401)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (None, "Sertakan header"),
        ("", "Sertakan header"),
        ("Basic YTpi", "Sertakan header"),
        ("bpjs_x", "Sertakan header"),
        ("Bearer", "Sertakan header"),
        ("Bearer \xff\xfe", "tidak dikenal"),
        (f"Bearer bpjs_{'0' * 12}_{'0' * 64}", "tidak dikenal"),
    ],
)
def test_what_is_no_token_is_one_sentence(served: Served, header: str | None, said: str) -> None:
    headers = [] if header is None else [(b"Authorization", header.encode("latin-1"))]
    answer = httpx.get(f"{served.url}/perubahan", headers=headers, trust_env=False)
    assert answer.status_code == 401
    assert said in problem(answer)["message"]


def test_nobody_without_a_token_may_send_a_body(served: Served) -> None:
    answer = httpx.post(f"{served.url}/pekerjaan", content=b"x" * 2_000_000, trust_env=False)
    assert answer.status_code == 401


def test_the_use_of_a_token_is_noted(served: Served, caller: httpx.Client, clock: FakeClock) -> None:
    caller.get("/perubahan")
    assert {token.last_used_at for token in all_tokens(served.database)} == {clock()}


def test_of_one_token_only_so_many_requests_are_served_at_a_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, go_on = threading.Semaphore(0), threading.Event()

    def slow(*_: object, **__: object) -> None:
        inside.release()
        assert go_on.wait(20)

    monkeypatch.setattr("web.api.jobs.by_kunci", slow)
    with serving(database, InFlight(2)) as served, served.caller() as mine, served.caller() as others:
        with ThreadPoolExecutor(2) as threads:
            waiting = [threads.submit(mine.get, "/pekerjaan", params={"kunci": "x"}) for _ in range(2)]
            for _ in waiting:
                assert inside.acquire(timeout=20)
            too_many = mine.get("/perubahan")
            assert others.get("/perubahan").status_code == 200
            go_on.set()
            assert {each.result().status_code for each in waiting} == {404}
        assert too_many.status_code == 429
        assert too_many.headers["retry-after"] == "1"
        assert "2 permintaan sekaligus" in problem(too_many)["message"]
        assert json.loads(mine.get("/perubahan").text)["pekerjaan"] == []
