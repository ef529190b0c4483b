"""What an answer tells about Prefect's server."""

from json import JSONDecodeError

import httpx
import pytest

from tasks.prefect_server.trouble import answered

ANSWERS = [
    (httpx.Response(401, json={"exception_message": "Unauthorized"}), "menolak kata sandi (HTTP 401)"),
    (httpx.Response(401, html="<html>"), "menolak kata sandi (HTTP 401)"),
    (httpx.Response(403, html="<html>"), "menolak kata sandi (HTTP 403)"),
    (httpx.Response(407, html="<html>"), "bukan yang menjawab, melainkan proxy atau server lain (HTTP 407)"),
    (httpx.Response(502, html="<html>"), "bukan yang menjawab, melainkan proxy atau server lain (HTTP 502)"),
    (httpx.Response(404, json={}), "bukan yang menjawab, melainkan proxy atau server lain (HTTP 404)"),
    (httpx.Response(503, json={}), "menjawab dengan galat (HTTP 503)"),
]


@pytest.mark.parametrize(("response", "found"), ANSWERS)
def test_the_true_cause_is_named(response: httpx.Response, found: str) -> None:
    request = httpx.Request("GET", "http://u:rahasia@127.0.0.1/api")
    trouble = answered(httpx.HTTPStatusError("rahasia", request=request, response=response))
    assert trouble is not None
    assert str(trouble).startswith(f"Server Prefect {found}; ")
    assert trouble.lasting is ("kata sandi" in found)


def test_a_page_instead_of_json_is_somebody_elses() -> None:
    trouble = answered(JSONDecodeError("Expecting value", "<html>", 0))
    assert trouble is not None
    assert "jawabannya bukan JSON" in trouble.found


def test_silence_tells_nothing() -> None:
    assert answered(httpx.ConnectError("refused")) is None
