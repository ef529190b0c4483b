"""Whatever a body holds, the simulator answers as BPJS would and stays up."""

import json
from typing import Any

import httpx
import pytest

from tests.simulator.caller import Caller, add, batal, kunjungan, panggil, pendaftaran

BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("pcare", "pendaftaran"): pendaftaran(),
    ("pcare", "kunjungan/v1"): kunjungan(),
    ("antrean", "antrean/add"): add(),
    ("antrean", "antrean/panggil"): panggil(),
    ("antrean", "antrean/batal"): batal(),
}
NONSENSE: list[Any] = [
    None, [], {}, [["x"]], True, -1, 1.5, 10**30, "", " ", "x" * 5000, "9" * 5000, "\ud800", "\x00"
]  # fmt: skip
JVALUE = "Newtonsoft"


@pytest.mark.parametrize(("service", "path"), BODIES)
def test_a_nonsensical_field_is_answered_and_noted(clinic: Caller, service: str, path: str) -> None:
    body = BODIES[service, path]
    sent = [body | {field: value} for field in body for value in NONSENSE]
    with httpx.Client(trust_env=False, verify=False, headers=clinic.headers(service)) as client:
        url = f"{getattr(clinic.simulator, f'{service}_url')}/{path}"
        answers = [client.post(url, content=json.dumps(one)) for one in sent]

    assert [
        answer.text for answer in answers if answer.status_code >= 500 and JVALUE not in answer.text
    ] == []
    assert all("metadata" in {key.lower() for key in answer.json()} for answer in answers)
    ledger = httpx.get(f"{clinic.simulator.control_url}/ledger", trust_env=False, verify=False).json()
    assert len(ledger["writes"]) == len(sent)


def test_a_nonsensical_field_of_an_edit_is_answered(clinic: Caller) -> None:
    clinic.register()
    body = kunjungan(noKunjungan=clinic.visit())

    answers = [
        clinic.raw("pcare", "PUT", "kunjungan/v1", json.dumps(body | {field: value}).encode())
        for field in ("noKunjungan", "noKartu", "tglDaftar", "kdPoli", "kdStatusPulang", "sistole")
        for value in NONSENSE
    ]

    assert [a.text for a in answers if a.status_code >= 500 and JVALUE not in a.text] == []
    assert all("metaData" in answer.json() for answer in answers)


@pytest.mark.parametrize(("service", "path"), BODIES)
@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"noKartu": ' * 50_000, b"NaN", b"\x00"])
def test_a_body_that_cannot_be_read_is_refused(
    clinic: Caller, service: str, path: str, content: bytes
) -> None:
    assert clinic.raw(service, "POST", path, content).status_code == 400


@pytest.mark.parametrize(
    "path", ["diagnosa/J/0/" + "9" * 5000, "dokter/" + "9" * 5000 + "/1", "%00", "%ff", "a" * 7000]
)
def test_a_nonsensical_path_has_no_mapping(clinic: Caller, path: str) -> None:
    assert clinic.raw("pcare", "GET", path).status_code == 404
