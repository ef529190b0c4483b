"""What leaves for BPJS: method, path, headers and body of each job."""

import json
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from bpjs_client.errors import Rejected
from bpjs_client.jenis import Jenis, Service
from bpjs_client.jobs import prepare

from .samples import BODIES, CARD, answering, body, clinic, confirmed, envelope

UNREGISTER_PATH = f"/pcare-rest/pendaftaran/peserta/{CARD}/tglDaftar/14-09-2026/noUrut/B12/kdPoli/001"
SENT = [
    (Jenis.TAMBAH_ANTREAN, "POST", "/antreanfktp/antrean/add", "application/json"),
    (Jenis.PANGGIL_ANTREAN, "POST", "/antreanfktp/antrean/panggil", "application/json"),
    (Jenis.BATAL_ANTREAN, "POST", "/antreanfktp/antrean/batal", "application/json"),
    (Jenis.TAMBAH_PENDAFTARAN, "POST", "/pcare-rest/pendaftaran", "text/plain"),
    (Jenis.TAMBAH_KUNJUNGAN, "POST", "/pcare-rest/kunjungan/v1", "text/plain"),
    (Jenis.HAPUS_PENDAFTARAN, "DELETE", UNREGISTER_PATH, "application/json; charset=utf-8"),
    (
        Jenis.HAPUS_KUNJUNGAN,
        "DELETE",
        "/pcare-rest/kunjungan/012345670926Y000123",
        "application/json; charset=utf-8",
    ),
]


def sent_by(jenis: Jenis, request_body: dict[str, Any]) -> httpx.Request:
    seen = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=confirmed(jenis))

    clinic(handle).send(jenis, request_body)
    return seen[0]


@pytest.mark.parametrize(("jenis", "method", "path", "content_type"), SENT)
def test_each_job_becomes_the_request_of_the_contract(
    jenis: Jenis, method: str, path: str, content_type: str
) -> None:
    request = sent_by(jenis, BODIES[jenis])

    assert (request.method, request.url.raw_path.decode()) == (method, path)
    assert request.headers["Content-Type"] == content_type
    assert request.content == b"" if method == "DELETE" else json.loads(request.content) == BODIES[jenis]


def test_unknown_fields_and_unusual_letters_pass_through_unchanged() -> None:
    told = body(Jenis.TAMBAH_KUNJUNGAN, keluhan="nyeri “dada” 😀 é", fieldBaru={"a": [1, None]})

    assert json.loads(sent_by(Jenis.TAMBAH_KUNJUNGAN, told).content.decode("utf-8")) == told


@pytest.mark.parametrize(
    ("jenis", "changes"),
    [
        (Jenis.TAMBAH_KUNJUNGAN, {"sistole": "120", "beratBadan": "60,5", "kdTacc": "-1"}),
        (Jenis.TAMBAH_KUNJUNGAN, {"kdTacc": ..., "suhu": "36.5"}),
        (Jenis.TAMBAH_PENDAFTARAN, {"heartRate": "080", "tinggiBadan": "165.50"}),
        (Jenis.TAMBAH_ANTREAN, {"nik": "", "nohp": "+62 812-0000-0001"}),
    ],
)
def test_what_was_handed_over_as_text_leaves_as_that_text(jenis: Jenis, changes: dict[str, Any]) -> None:
    told = body(jenis, **changes)

    assert json.loads(sent_by(jenis, told).content) == told


@pytest.mark.parametrize("value", ["a/b", "../../peserta", "..", ".", "a?b=c", "a#b", "%2F", "é\\"])
def test_no_value_can_change_the_path(value: Any) -> None:
    request = sent_by(Jenis.HAPUS_PENDAFTARAN, body(Jenis.HAPUS_PENDAFTARAN, noUrut=value))
    parts = request.url.raw_path.decode().split("/")

    assert [*parts[:8], "B12", *parts[9:]] == UNREGISTER_PATH.split("/")
    assert unquote(parts[8]) == value
    assert (request.url.query, request.url.fragment) == (b"", "")


@pytest.mark.parametrize("value", ["a b", "B12\t", " B12"])
def test_a_number_with_a_space_never_leaves(value: str) -> None:
    with pytest.raises(Rejected, match="tanpa spasi"):
        sent_by(Jenis.HAPUS_PENDAFTARAN, body(Jenis.HAPUS_PENDAFTARAN, noUrut=value))


@pytest.mark.parametrize("jenis", Jenis)
def test_wrong_data_never_leave(jenis: Jenis) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        pytest.fail("a wrong body reached BPJS")

    with pytest.raises(Rejected) as caught:
        clinic(handle).send(jenis, {})

    assert caught.value.fields
    assert caught.value.exchange.http_code is None


@pytest.mark.parametrize("jenis", Jenis)
def test_a_request_can_be_stored_before_it_leaves_and_then_delivered(jenis: Jenis) -> None:
    request = prepare(jenis, BODIES[jenis])
    receipt = clinic(answering(200, confirmed(jenis))).deliver(jenis, request)

    assert (receipt.exchange.path, receipt.exchange.request) == (request.path, request.json)
    assert CARD not in repr(request)


@pytest.mark.parametrize("service", Service)
def test_a_redirect_is_not_followed(service: Service) -> None:
    seen = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return httpx.Response(307, headers={"Location": "http://lain.test/"})

    with pytest.raises(Exception, match="bermasalah"):
        clinic(handle, antrean_base_url="https://bpjs.test/antreanfktp").probe(service)

    assert seen == ["bpjs.test"]


@pytest.mark.parametrize(
    ("service", "path"),
    [(Service.PCARE, "/pcare-rest/kesadaran"), (Service.ANTREAN, "/antreanfktp/ref/poli/tanggal/2026-09-14")],
)
def test_a_probe_only_reads(service: Service, path: str) -> None:
    seen = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, request.url.path))
        return httpx.Response(200, json=envelope(service, 200, "OK", []))

    clinic(handle).probe(service)

    assert seen == [("GET", path)]
