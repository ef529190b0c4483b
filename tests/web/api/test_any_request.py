"""Every operation of the API's own document, with whatever can be sent: never an error of ours, never undocumented.

Drawn from the document, so that a new operation is driven too.
"""

import json
import re
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database import Database
from tests.conftest import SQLITE
from tests.tasks.bodies import BODIES
from tests.web.api.served import problem
from web.api.app import api

DOCUMENT = api(None).openapi()  # type: ignore[arg-type] # the document needs no database
OPERATIONS = DOCUMENT["paths"]
CASES = [(method, path) for path, methods in OPERATIONS.items() for method in methods]

# Every letter that JSON knows, halves among them.
letters = st.characters(codec=None, exclude_categories=())
texts = st.text(letters, max_size=40)
numbers = st.integers() | st.floats() | st.just(10**400)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
FRAME = ("jenis", "norm", "nama_pasien", "body", "kunci", "rantai", "tanggal", "faskes", "lain")


@st.composite
def jobs(draw: st.DrawFn) -> Any:
    """A job that is right but for a few of its parts."""
    jenis = draw(st.sampled_from(sorted(BODIES)))
    body = {
        **BODIES[jenis],
        **draw(st.dictionaries(st.sampled_from(sorted(BODIES[jenis])) | texts, values, max_size=3)),
    }
    job = {"jenis": jenis, "norm": "RM-1", "nama_pasien": "Pasien Contoh", "body": body}
    return {**job, **draw(st.dictionaries(st.sampled_from(FRAME), values, max_size=2))}


documents = (
    jobs() | values | st.builds(lambda items: {"pekerjaan": items}, st.lists(jobs() | values, max_size=3))
)
bodies = documents.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=60)
in_headers = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=60
)
headers = st.fixed_dictionaries(
    {
        "Content-Type": st.sampled_from(
            ["application/json"] * 8 + ["text/plain", "application/json; charset=x"]
        )
    },
    optional={name: in_headers.map(str.strip) for name in ("Idempotency-Key", "X-Request-Id", "Accept")},
)
in_address = (
    st.integers(-5, 2**70).map(str) | texts | st.sampled_from(["1", "2", "0-0", "1789347600000000-3"])
)


@pytest.mark.parametrize(("method", "path"), CASES)
@SQLITE
@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_it_answers_as_it_says(
    caller: httpx.Client, database: Database, method: str, path: str, data: st.DataObject
) -> None:
    operation = OPERATIONS[path][method]
    told = operation.get("parameters", [])
    places = {each["name"]: quoted(data.draw(in_address)) for each in told if each["in"] == "path"}
    asked = {
        each["name"]: quoted(data.draw(in_address))
        for each in told
        if each["in"] == "query" and data.draw(st.booleans())
    }
    address = path.format(**{name: text or "0" for name, text in places.items()})
    query = "&".join(f"{name}={text}" for name, text in asked.items())
    sent = [(name.encode(), text.encode("latin-1")) for name, text in data.draw(headers).items()]
    content = data.draw(bodies) if "requestBody" in operation else None

    answer = caller.request(method, f"{address}?{query}", headers=sent, content=content)

    assert answer.status_code < 500, answer.text
    assert str(answer.status_code) in operation["responses"]
    if answer.status_code >= 400:
        problem(answer)
    else:
        assert answer.headers["content-type"] == "application/json"
        assert isinstance(answer.json(), dict)
    assert answer.headers["cache-control"] == "no-store"


def quoted(text: str) -> str:
    """For an address: whatever it is, as one part of it. With a line break it is no address of the API's any more."""
    return quote(text.replace("\n", "").encode("utf-8", "surrogatepass"), safe="")


def test_the_document_is_in_indonesian_and_says_what_each_needs() -> None:
    for path, methods in OPERATIONS.items():
        for operation in methods.values():
            assert operation["summary"].split()[0] in {
                "Menyerahkan",
                "Memeriksa",
                "Mencari",
                "Membaca",
                "Pekerjaan",
            }, path
            assert operation["description"].endswith((".", "lewat."))
            assert operation["security"] == [{"token": []}]
            assert {"401", "403", "422", "429", "503"} <= set(operation["responses"])


def test_what_the_document_refers_to_is_there() -> None:
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(DOCUMENT)))
    assert named
    assert named <= set(DOCUMENT["components"]["schemas"])
