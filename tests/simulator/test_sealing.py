"""Which payloads are encrypted: successful reads and creates of PCare, Antrean's references, nothing else."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator.caller import (
    CARD,
    DAY,
    QUEUE_DAY,
    Caller,
    Reply,
    add,
    kunjungan,
    opened,
    panggil,
    pendaftaran,
)

Request = Callable[[Caller], Reply]


def pcare(method: str, path: str, body: Any = None) -> Request:
    return lambda clinic: clinic.pcare(method, path, body)


def antrean(method: str, path: str, body: Any = None) -> Request:
    return lambda clinic: clinic.antrean(method, path, body)


def deleted_visit(clinic: Caller) -> Reply:
    clinic.register()
    return clinic.pcare("DELETE", f"kunjungan/{clinic.visit()}")


def deleted_registration(clinic: Caller) -> Reply:
    number = clinic.register()
    path = f"pendaftaran/peserta/{CARD}/tglDaftar/{DAY}/noUrut/{number}/kdPoli/001"
    return clinic.pcare("DELETE", path)


def created_visit(clinic: Caller) -> Reply:
    clinic.register()
    return clinic.pcare("POST", "kunjungan/v1", kunjungan())


SEALED: dict[str, Request] = {
    "a reference": pcare("GET", "kesadaran"),
    "a reference without count": pcare("GET", "prognosa"),
    "a member": pcare("GET", f"peserta/{CARD}"),
    "a new registration": pcare("POST", "pendaftaran", pendaftaran()),
    "a new visit": created_visit,
    "Antrean's poli": antrean("GET", f"ref/poli/tanggal/{QUEUE_DAY}"),
    "Antrean's doctors": antrean("GET", f"ref/dokter/kodepoli/001/tanggal/{QUEUE_DAY}"),
}
# What the payload is then.
PLAIN: dict[str, tuple[Request, Any]] = {
    "no data": (pcare("GET", "obat/kunjungan/X"), None),
    "a wrong field": (
        pcare("POST", "pendaftaran", pendaftaran(kdPoli="077")),
        [{"field": "kdPoli", "message": "Tidak sesuai dengan referensi sistem."}],
    ),
    "a .NET text": (pcare("POST", "kunjungan/v1", kunjungan(kdStatusPulang="4")), []),
    "an unknown path": (pcare("GET", "tidak/ada"), None),
    "a deleted registration": (deleted_registration, ""),
    "a deleted visit": (deleted_visit, None),
    "a number to delete that is not there": (pcare("DELETE", "kunjungan/X"), None),
    "a queue entry": (antrean("POST", "antrean/add", add()), None),
    "a refused queue entry": (antrean("POST", "antrean/panggil", panggil()), None),
    "no schedule": (antrean("GET", f"ref/dokter/kodepoli/021/tanggal/{QUEUE_DAY}"), None),
}


@pytest.mark.parametrize("name", SEALED)
def test_a_payload_that_tells_something_is_sealed(clinic: Caller, name: str) -> None:
    reply = SEALED[name](clinic)

    assert reply.sealed
    assert reply.response


@pytest.mark.parametrize("name", PLAIN)
def test_everything_else_is_plain(clinic: Caller, name: str) -> None:
    request, payload = PLAIN[name]

    assert request(clinic).envelope["response"] == payload


@pytest.mark.parametrize(
    ("request_", "key"), [(SEALED["a reference"], "metaData"), (PLAIN["a queue entry"][0], "metadata")]
)
def test_each_service_spells_its_envelope_its_own_way(clinic: Caller, request_: Request, key: str) -> None:
    envelope = request_(clinic).envelope

    assert set(envelope) == {"response", key}
    assert {name: type(value) for name, value in envelope[key].items()} == {"message": str, "code": int}


def test_a_payload_opens_with_the_timestamp_of_its_own_request_alone(clinic: Caller) -> None:
    headers, other = clinic.headers("pcare"), clinic.headers("pcare", at=time.time() - 60)

    sealed = clinic.raw("pcare", "GET", "kesadaran", headers=headers).json()["response"]

    assert opened(sealed, clinic.clinic, headers["X-timestamp"])["count"] == 4
    with pytest.raises(ValueError):  # padding or decoding, by chance
        opened(sealed, clinic.clinic, other["X-timestamp"])
