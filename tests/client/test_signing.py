"""Each request is signed as it leaves, with the credential of its service."""

import httpx
import pytest

from bpjs_client.errors import Unauthorized
from bpjs_client.jenis import Jenis, Service

from .samples import BODIES, Handler, answering, clinic, encrypted, envelope


def recording(seen: list[httpx.Request], answer: Handler) -> Handler:
    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answer(request)

    return handle


def test_every_attempt_carries_the_time_of_that_attempt() -> None:
    seen: list[httpx.Request] = []
    ticks = iter([100.0, 200.9])
    handler = recording(seen, answering(200, envelope(Service.ANTREAN, 200, "Ok")))
    bpjs = clinic(handler, clock=lambda: next(ticks))

    for _ in range(2):
        bpjs.send(Jenis.BATAL_ANTREAN, BODIES[Jenis.BATAL_ANTREAN])

    assert [request.headers["X-timestamp"] for request in seen] == ["100", "200"]
    assert seen[0].headers["X-signature"] != seen[1].headers["X-signature"]


def test_the_answer_is_opened_with_the_timestamp_that_was_sent() -> None:
    ticks = iter([100.0, 5000.0, 9000.0])

    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=envelope(Service.PCARE, 200, "OK", encrypted([{"a": 1}], request)))

    assert clinic(handle, clock=lambda: next(ticks)).read(Service.PCARE, "kesadaran").response == [{"a": 1}]


@pytest.mark.parametrize(
    ("service", "key"), [(Service.PCARE, "kunci-pcare"), (Service.ANTREAN, "kunci-antrean")]
)
def test_each_service_gets_its_own_user_key(service: Service, key: str) -> None:
    seen: list[httpx.Request] = []
    handler = recording(seen, answering(200, envelope(service, 200, "OK", [])))

    clinic(handler, pcare_user_key="kunci-pcare", antrean_user_key="kunci-antrean").probe(service)

    assert seen[0].headers["user_key"] == key
    assert seen[0].headers["X-cons-id"] == "12345"
    assert seen[0].headers["X-authorization"].startswith("Basic ")


@pytest.mark.parametrize("jenis", [Jenis.TAMBAH_PENDAFTARAN, Jenis.TAMBAH_ANTREAN])
def test_an_expired_service_gets_exactly_one_freshly_signed_second_try(jenis: Jenis) -> None:
    seen: list[httpx.Request] = []
    ticks = iter([100.0, 200.0, 300.0, 400.0])
    answer = answering(401, envelope(jenis.service, 401, "Service Expired"))
    bpjs = clinic(recording(seen, answer), clock=lambda: next(ticks))

    with pytest.raises(Unauthorized, match="jam komputer") as caught:
        bpjs.send(jenis, BODIES[jenis])

    assert caught.value.expired
    assert len({request.headers["X-timestamp"] for request in seen}) == 2
    assert len(seen) == 2


def test_a_second_try_after_expiry_may_succeed() -> None:
    answers = iter([(401, "Service Expired"), (200, "Ok")])

    def handle(request: httpx.Request) -> httpx.Response:
        code, message = next(answers)
        return httpx.Response(200, json=envelope(Service.ANTREAN, code, message))

    receipt = clinic(handle).send(Jenis.BATAL_ANTREAN, BODIES[Jenis.BATAL_ANTREAN])

    assert receipt.exchange.meta_code == "200"
