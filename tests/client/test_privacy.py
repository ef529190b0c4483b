"""Patients' numbers and secrets stay out of logs, error texts and reprs."""

import logging
import traceback

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpjs_client.errors import BpjsError
from bpjs_client.jenis import Jenis, Service

from .samples import BODIES, CARD, NIK, PHONE, answering, body, clinic, confirmed, envelope
from .samples import settings as clinic_settings

SECRETS = ("rahasia-simulator", "kunci-pcare-simulator", "kunci-antrean-simulator", "Sandi#Simulator1")
IDENTIFIERS = (CARD, NIK, PHONE)

numbers = st.from_regex(r"[0-9]{13}|[0-9]{16}|08[0-9]{8,11}", fullmatch=True)


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(Jenis),
    st.sampled_from([200, 201, 401, 404, 412, 429, 500, 504]),
    numbers,
    st.sampled_from(["%s", "Peserta %s tidak aktif", "noKartu=%s;", "x%sx", "%s %s"]),
    st.booleans(),
)
def test_no_error_shows_a_patients_number(
    jenis: Jenis, code: int, number: str, wording: str, in_fields: bool
) -> None:
    told = wording.replace("%s", number)
    response = [{"field": f"noKartu {number}", "message": told}] if in_fields else None
    status = code if jenis.service is Service.PCARE else 200
    handler = answering(status, envelope(jenis.service, code, told, response))
    card = "noKartu" if jenis.service is Service.PCARE else "nomorkartu"

    try:
        receipt = clinic(handler).send(jenis, body(jenis, **{card: number[:13].zfill(13)}))
    except BpjsError as error:
        shown = "".join(traceback.format_exception(error)) + repr(error) + error.reason + str(error.fields)
        # The lines of this file, which a traceback quotes, hold no drawn number.
        assert number not in shown
        assert repr(error.exchange) in repr(error)
    else:
        assert number not in repr(receipt)


@pytest.mark.parametrize("phone", ["+62 812-0000-0001", "0812"])
def test_an_identifier_with_an_unusual_spelling_is_masked_too(phone: str) -> None:
    handler = answering(200, envelope(Service.ANTREAN, 201, f"Nomor {phone} salah"))

    with pytest.raises(BpjsError) as caught:
        clinic(handler).send(Jenis.TAMBAH_ANTREAN, body(Jenis.TAMBAH_ANTREAN, nohp=phone))

    assert str(caught.value) == "Nomor ••• salah"


def test_what_staff_need_to_read_stays_readable() -> None:
    words = "kdPoli 001 tidak melayani tanggal 14-09-2026 jam 08:00-12:00, kuota 25"
    handler = answering(200, envelope(Service.ANTREAN, 201, words))

    with pytest.raises(BpjsError) as caught:
        clinic(handler).send(Jenis.TAMBAH_ANTREAN, BODIES[Jenis.TAMBAH_ANTREAN])

    assert str(caught.value) == words


@pytest.mark.parametrize("jenis", Jenis)
def test_nothing_is_logged_about_a_request(jenis: Jenis, caplog: pytest.LogCaptureFixture) -> None:
    bpjs = clinic(answering(200, confirmed(jenis)))
    with caplog.at_level(logging.DEBUG):
        bpjs.send(jenis, BODIES[jenis])

    assert [
        record for record in caplog.records if record.name.startswith(("httpx", "httpcore", "bpjs"))
    ] == []


@pytest.mark.parametrize("jenis", Jenis)
def test_the_exchange_of_a_job_hides_the_patient(jenis: Jenis) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(500, text=f"{CARD} {NIK}")

    with pytest.raises(BpjsError) as caught:
        clinic(handle).send(jenis, BODIES[jenis])

    shown = repr(caught.value.exchange) + repr(caught.value) + str(caught.value)
    assert not any(number in shown for number in IDENTIFIERS)
    assert caught.value.exchange.raw == f"{CARD} {NIK}"


def test_settings_show_no_secret() -> None:
    assert not any(secret in repr(clinic_settings()) for secret in SECRETS)
