"""Every row of the code table decides what it says, and no row before it takes its answers.

What each should say is not told here, where the table is held against itself, but spelled out in test_answers.py
and test_suspects.py.
"""

from collections.abc import Iterable
from types import EllipsisType
from typing import Any

import pytest
from _pytest.mark import ParameterSet as Case

from bpjs_client.code_table import (
    EDIT,
    EMPTY_ROWS,
    GATEWAY_ROWS,
    NO_CODE,
    PAGE_ROWS,
    READ,
    ROWS,
    SUCCESS,
    Endpoint,
    Row,
)
from bpjs_client.errors import BpjsError, Unauthorized
from bpjs_client.jenis import Jenis, Service
from bpjs_client.jobs import Bpjs, Receipt

from .samples import BODIES, NUMBERS, Handler, answering, clinic, envelope

# A code that each pattern stands for.
CODES = {"*": "428", "5??": "503", "2??": "202", "4??": "410"}
PAGE = "<html><title>Runtime Error</title></html>"


NUMBER = "012345670926Y000001"


def is_at(endpoint: Endpoint, service: Service) -> bool:
    if endpoint == EDIT:
        return service is Service.PCARE
    return endpoint == READ or Jenis(endpoint).service is service


def send(bpjs: Bpjs, endpoint: Endpoint) -> Receipt:
    if endpoint == EDIT:
        visit = Jenis.TAMBAH_KUNJUNGAN
        return bpjs.send(visit, {**BODIES[visit], "noKunjungan": NUMBER})
    jenis = Jenis(endpoint)
    return bpjs.send(jenis, BODIES[jenis])


def cases(rows: Iterable[Row]) -> list[Case]:
    return [
        pytest.param(row, service, endpoint, id=f"{row.code or 'none'}-{row.text or ''}-{endpoint}")
        for row in rows
        for service in Service
        for endpoint in sorted(row.endpoints)
        if row.service in (None, service) and is_at(endpoint, service)
    ]


def outcome(service: Service, endpoint: Endpoint, handler: Handler) -> BpjsError:
    bpjs = clinic(handler)
    with pytest.raises(BpjsError) as caught:
        bpjs.read(service, "kesadaran") if endpoint == READ else send(bpjs, endpoint)
    return caught.value


def spoken(row: Row, service: Service, code: str | EllipsisType = ...) -> Handler:
    """The answer in which BPJS says what a row matches, with HTTP's status as that service sends it."""
    said = CODES.get(row.code, row.code) if code is ... else code
    mirrored = service is Service.PCARE and len(said) == 3
    status = int(said) if mirrored else 200
    return answering(status, envelope(service, int(said) if said else None, (row.text or "").upper()))


@pytest.mark.parametrize(("row", "service", "endpoint"), cases(ROWS))
def test_bpjs_own_codes_and_texts_mean_what_their_row_says(
    row: Row, service: Service, endpoint: Endpoint
) -> None:
    error = outcome(service, endpoint, spoken(row, service))

    assert type(error) is row.error
    assert row.reason in (None, error.reason)


def bare_cases(rows: Iterable[Row], *contents: Any) -> list[Case]:
    return [pytest.param(*case.values, content, id=case.id) for case in cases(rows) for content in contents]


@pytest.mark.parametrize(
    ("row", "service", "endpoint", "content"),
    [
        *bare_cases(EMPTY_ROWS, None),
        *bare_cases(GATEWAY_ROWS, {"pesan": "bukan amplop BPJS"}, "bukan JSON"),
        *bare_cases(PAGE_ROWS, PAGE),
    ],
)
def test_an_answer_without_bpjs_own_code_means_what_its_row_says(
    row: Row, service: Service, endpoint: Endpoint, content: Any
) -> None:
    # An empty 2xx read is "no data", and has its own test.
    status = int(CODES.get(row.code, row.code)) if row.code != "*" else 502
    if row.text is not None:
        content = f"Galat: {row.text}" if isinstance(content, str) else {"message": row.text}

    # HTTP gives a 304 no body at all.
    error = outcome(service, endpoint, answering(status, None if status == 304 else content))

    assert (type(error), error.exchange.http_code) == (row.error, status)
    assert error.reason == row.reason


def test_who_leads_to_a_harmless_read_says_what_is_suspected_and_nobody_else_does() -> None:
    for row in (*ROWS, *EMPTY_ROWS, *GATEWAY_ROWS, *PAGE_ROWS):
        assert (row.suspect is not None) == (row.error is Unauthorized), row


@pytest.mark.parametrize(
    ("service", "endpoint", "code"),
    [
        (service, endpoint, code)
        for service, groups in SUCCESS.items()
        for endpoints, codes in groups
        for endpoint in sorted(endpoints)
        for code in sorted(codes)
        if is_at(endpoint, service)
    ],
)
def test_a_success_code_is_success(service: Service, endpoint: Endpoint, code: str) -> None:
    name, number = NUMBERS.get(Jenis(endpoint), ("", "")) if endpoint in set(Jenis) else ("", "")
    response = {"field": name, "message": number} if name else None
    bpjs = clinic(answering(200, envelope(service, int(code), "OK", response)))

    if endpoint == READ:
        assert bpjs.read(service, "kesadaran").response is None
    else:
        kept = {"noKunjungan": NUMBER} if endpoint == EDIT else {}
        assert send(bpjs, endpoint).result == ({name: number} if name else kept)


def test_every_table_ends_with_rows_that_fit_everything() -> None:
    for rows in (ROWS, EMPTY_ROWS, GATEWAY_ROWS, PAGE_ROWS):
        caught = {
            endpoint for row in rows if row.code == "*" and row.text is None for endpoint in row.endpoints
        }
        assert caught == {*Jenis, READ, EDIT}


@pytest.mark.parametrize("spelling", ["ServiceExpired", "  service   EXPIRED ! ", "Service-Expired"])
def test_texts_are_compared_without_case_spaces_and_hyphens(spelling: str) -> None:
    answer = answering(401, envelope(Service.PCARE, 401, spelling))

    error = outcome(Service.PCARE, Jenis.TAMBAH_PENDAFTARAN, answer)

    assert isinstance(error, Unauthorized)
    assert error.expired


def test_a_row_that_needs_bpjs_code_is_in_the_table_for_both_kinds_of_request() -> None:
    assert {row.error.outcome for row in ROWS if row.code == NO_CODE} == {"unknown", "temporary"}
