"""Whatever is sent gets a problem document: no traceback, no echo of what was sent, nothing in the log."""

import json
import logging
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, text

from database import Database
from database.storage.models import Job
from tests.conftest import POSTGRESQL, SQLITE
from tests.leaks import leaks
from tests.tasks.bodies import CARD, NIK
from tests.web.api.served import Served, line, problem

JSON = {"Content-Type": "application/json"}
POSTS = ("/pekerjaan", "/pekerjaan/banyak", "/pemeriksaan")

NO_JSON: dict[str, bytes] = {
    "nothing": b"",
    "words": b"halo",
    "half of it": b'{"jenis": "tambah',
    "a list": b"[]",
    "a text": b'"x"',
    "null": b"null",
    "not a number": b'{"norm": NaN}',
    "infinity": b'{"body": {"a": -Infinity}}',
    "no UTF-8": b'{"norm": "\xff\xfe"}',
    "UTF-16": '{"norm": "x"}'.encode("utf-16"),
    "nested too deep": b'{"body": ' + b"[" * 200_000,
    "nested too deep, and closed": b'{"body": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
    "NUL": b"\x00",
}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("sent", NO_JSON)
def test_what_is_no_json_object_is_400(caller: httpx.Client, path: str, sent: str) -> None:
    refused = problem(caller.post(path, content=NO_JSON[sent], headers=JSON))
    assert (refused["status"], refused["type"]) == (400, "urn:bpjs-fktp:bukan-json")


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_what_does_not_say_that_it_is_json_is_415(
    caller: httpx.Client, path: str, headers: dict[str, str]
) -> None:
    assert problem(caller.post(path, content=b"{}", headers=headers))["status"] == 415


def test_a_charset_and_a_byte_order_mark_are_no_mistake(caller: httpx.Client) -> None:
    sent = b"\xef\xbb\xbf" + httpx.Request("POST", "http://x", json=line()).content
    headers = {"Content-Type": "Application/JSON; charset=UTF-8"}
    assert caller.post("/pekerjaan", content=sent, headers=headers).status_code == 201


@pytest.mark.parametrize("path", POSTS)
def test_more_than_a_mebibyte_is_413_told_or_untold(caller: httpx.Client, path: str) -> None:
    def untold() -> Iterator[bytes]:
        for _ in range(64):
            yield b" " * 65_536

    for content in (b" " * ((1 << 20) + 1), untold()):
        assert problem(caller.post(path, content=content, headers=JSON))["status"] == 413


def test_a_length_that_is_told_is_refused_before_anything_is_read(served: Served) -> None:
    address = httpx.URL(served.url)
    head = (
        f"POST /api/v1/pekerjaan HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.token()}\r\n"
        "Content-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n"
    )
    with socket.create_connection((address.host, address.port or 0), timeout=10) as connection:
        connection.sendall(head.encode())
        assert b" 413 " in connection.recv(4096)


def test_a_body_that_does_not_come_is_408(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.api.request_body.LONGEST_SECONDS", 0.2)
    address = httpx.URL(served.url)
    head = (
        f"POST /api/v1/pekerjaan HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.token()}\r\n"
        "Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{"
    )
    with socket.create_connection((address.host, address.port or 0), timeout=10) as connection:
        connection.sendall(head.encode())
        assert b" 408 " in connection.recv(4096)


def test_a_caller_who_leaves_is_no_error_of_ours(
    served: Served, caller: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    address = httpx.URL(served.url)
    head = (
        f"POST /api/v1/pekerjaan HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.token()}\r\n"
        "Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{"
    )
    with caplog.at_level(logging.INFO):
        with socket.create_connection((address.host, address.port or 0), timeout=10) as connection:
            connection.sendall(head.encode())
        assert caller.get("/perubahan").status_code == 200
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CUCI"])
def test_another_method_is_405_with_those_that_are_allowed(caller: httpx.Client, method: str) -> None:
    answer = caller.request(method, "/pekerjaan")
    assert problem(answer)["status"] == 405
    assert answer.headers["allow"] == "GET, POST"
    assert caller.request(method, "/perubahan").headers["allow"] == "GET"


@pytest.mark.parametrize("path", ["/", "/docs", "/redoc", "/pekerjaan/", "/lain", "/pekerjaan/1/2", "/%00"])
def test_another_address_is_404(caller: httpx.Client, path: str) -> None:
    assert problem(caller.get(path))["status"] == 404


@pytest.mark.parametrize("job_id", ["0", "-1", "x", "1.5", "9" * 30, "%00", CARD * 2, "1e3"])
def test_an_id_that_is_none_is_422_and_not_echoed(caller: httpx.Client, job_id: str) -> None:
    answer = caller.get(f"/pekerjaan/{job_id}")
    assert (answer.status_code, set(problem(answer)["errors"])) == (422, {"id"})
    assert leaks(answer.text) == set()


@pytest.mark.parametrize("kunci", ["", "x" * 201, None])
def test_a_kunci_that_is_none_is_422(caller: httpx.Client, kunci: str | None) -> None:
    answer = caller.get("/pekerjaan", params={} if kunci is None else {"kunci": kunci})
    assert (answer.status_code, set(problem(answer)["errors"])) == (422, {"kunci"})


@pytest.mark.parametrize("kunci", ["%00", "%ff%fe", "%ed%a0%bd", "%F0%9F%98%80", "' OR 1=1 --", "%25"])
def test_any_other_kunci_is_merely_unknown(caller: httpx.Client, kunci: str) -> None:
    assert problem(caller.get(f"/pekerjaan?kunci={kunci}"))["status"] == 404


ODD: dict[str, dict[str, Any]] = {
    "NUL and half letters": {"norm": "RM\x00\ud83d1", "nama_pasien": "A\x00\ud83d", "kunci": "k\x00\ud83d"},
    "in the body": {"body": {**line()["body"], "keterangan": "\x00\ud83d", "\x00\ud83d": "\x00"}},
    "numbers without end": {"body": {**line()["body"], "angkaantrean": 10**4000}},
    "a name of a prototype": {"body": {**line()["body"], "__proto__": {"a": 1}, "constructor": {}}},
    "letters that turn round": {"nama_pasien": "\u202egnp.exe", "norm": "\U0001f600" * 64},
}


@pytest.mark.parametrize("odd", ODD)
def test_odd_texts_are_taken_and_read_back(caller: httpx.Client, odd: str) -> None:
    sent = json.dumps(line(**ODD[odd])).encode()  # httpx itself writes no half letters
    taken = caller.post("/pekerjaan", content=sent, headers=JSON)
    assert taken.status_code == 201, taken.text
    assert caller.get(f"/pekerjaan/{taken.json()['id']}").status_code == 200
    assert caller.post("/pekerjaan", content=sent, headers=JSON).status_code == 200


def test_an_endless_number_is_a_wrong_field(caller: httpx.Client) -> None:
    raw = httpx.Request("POST", "http://x", json=line()).content.replace(
        b'"angkaantrean":7', b'"angkaantrean":1e999'
    )
    assert b"1e999" in raw
    taken = caller.post("/pekerjaan", content=raw, headers=JSON)
    assert (taken.status_code, set(taken.json()["errors"])) == (201, {"body.angkaantrean"})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("abc-123_x.y", True),
        ("550e8400-e29b-41d4-a716-44665544abcd", True),
        ("x" * 65, False),
        ("", False),
        ("a b", False),
        ("é", False),
        (CARD, False),
        (f"visit-{NIK}", False),
        ("<script>", False),
    ],
)
def test_a_request_id_is_kept_when_it_is_harmless(caller: httpx.Client, given: str, kept: bool) -> None:
    answer = caller.get("/perubahan", headers=[(b"X-Request-Id", given.encode("latin-1"))])
    assert (answer.headers["x-request-id"] == given) is kept
    assert len(answer.headers["x-request-id"]) > 0


def test_every_answer_has_an_id_of_its_own_and_is_kept_by_nobody(caller: httpx.Client) -> None:
    answers = [
        caller.get("/perubahan"),
        caller.get("/lain"),
        caller.get("/openapi.json"),
        caller.post("/pekerjaan", json=line()),
        caller.post("/pekerjaan", content=b"x"),
        httpx.get(f"{caller.base_url}perubahan", trust_env=False),
    ]
    assert len({answer.headers["x-request-id"] for answer in answers}) == len(answers)
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_no_log_holds_a_body_a_number_or_a_token(
    served: Served, caller: httpx.Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(f"kartu {CARD}")

    ids = []
    with caplog.at_level(logging.DEBUG):
        caplog.clear()
        logging.getLogger("httpx").setLevel(logging.CRITICAL)  # the caller's own
        logging.getLogger("httpcore").setLevel(logging.CRITICAL)
        ids.append(caller.post("/pekerjaan", json=line(kunci="K")))
        ids.append(caller.post("/pekerjaan", json=line(kunci="K", norm="lain")))
        ids.append(caller.post("/pekerjaan", json={**line(), CARD: NIK}))
        ids.append(caller.get("/pekerjaan", params={"kunci": CARD}))
        ids.append(caller.get(f"/pekerjaan/{CARD}{CARD}"))
        ids.append(caller.get(f"/{CARD}"))
        monkeypatch.setattr("web.api.jobs.by_kunci", broken)
        failed = caller.get("/pekerjaan", params={"kunci": "K"})
        ids.append(failed)
    assert problem(failed)["type"] == "urn:bpjs-fktp:kesalahan-kami"
    assert failed.status_code == 500
    written = caplog.text
    assert leaks(written) == set()
    assert leaks("".join(answer.text for answer in ids)) == set()
    assert caller.headers["authorization"].rpartition("_")[2] not in written
    assert "Pasien Contoh" not in written
    assert "Traceback" not in written
    for answer in ids:
        assert answer.headers["x-request-id"] in written
    assert "RuntimeError at broken:" in written


def count(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Job)) or 0


@POSTGRESQL
def test_a_database_that_is_away_is_503_until_it_is_back(caller: httpx.Client, database: Database) -> None:
    assert caller.post("/pekerjaan", json=line(kunci="a")).status_code == 201
    with database.engine.connect() as held:  # whoever asks for the table waits, and is not served
        held.execute(text("LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE"))
        database.engine.dispose()
        answer = caller.post("/pekerjaan", json=line(kunci="b"))
    away = problem(answer)
    assert (away["status"], answer.headers["retry-after"]) == (503, "5")
    assert "BPJS_DATABASE_URL" not in answer.text
    assert caller.post("/pekerjaan", json=line(kunci="b")).status_code == 201
    assert count(database) == 2


@SQLITE
def test_a_database_without_its_tables_is_503(caller: httpx.Client, database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE tokens RENAME TO away"))
    for answer in (
        caller.post("/pekerjaan", json=line()),
        caller.post("/pekerjaan/banyak", json={"pekerjaan": [line()]}),
        caller.post("/pemeriksaan", json=line()),
        caller.get("/perubahan"),
        caller.get("/pekerjaan/1"),
        caller.get("/pekerjaan", params={"kunci": "x"}),
    ):
        assert problem(answer)["status"] == 503
        assert answer.headers["retry-after"] == "5"
