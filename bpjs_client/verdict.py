"""Judges an answer: either it proves success, or it becomes the error that says what happens next."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from bpjs_client.bodies import FieldError
from bpjs_client.code_table import (
    EMPTY_ROWS,
    GATEWAY_ROWS,
    NO_CODE,
    NUMBERS,
    PAGE_ROWS,
    READ,
    ROWS,
    SUCCESS,
    Endpoint,
    meaning,
    names_a_suspect,
)
from bpjs_client.duplicates import is_own
from bpjs_client.envelope import BodyKind, field_messages, number_in
from bpjs_client.errors import AlreadyThere, BpjsError, Rejected, Temporary, Unauthorized, Unknown
from bpjs_client.exchange import Exchange
from bpjs_client.jenis import Service
from bpjs_client.numbers import shaped_number
from bpjs_client.service import Answer
from bpjs_client.words import masked, words_of

_TABLES = {
    BodyKind.ENVELOPE: ROWS,
    BodyKind.FOREIGN: GATEWAY_ROWS,
    BodyKind.EMPTY: EMPTY_ROWS,
    BodyKind.TEXT: GATEWAY_ROWS,
    BodyKind.PAGE: PAGE_ROWS,
}
_NO_CONTENT = 204
_MOST_READ, _MOST_FIELDS = 2_000, 50  # characters of a text, fields of a refusal; BPJS's have a tenth
_UNREADABLE = "Jawaban BPJS tidak dapat dibuka."
_NO_NUMBER = "BPJS menerima, tetapi tidak memberi nomornya."


def judge(service: Service, endpoint: Endpoint, answer: Answer) -> Exchange:
    """The exchange of an answer that proves success, its code and (for a create) its number included.

    Raises the `BpjsError` that the code table names; see its rows. A read whose answer holds no data
    counts as success (contract 2.3), unless it speaks of the credential instead.
    """
    if not _succeeded(service, endpoint, answer) or _only_speaks_of_a_suspect(endpoint, answer):
        raise _refusal(service, endpoint, answer)
    problem = _unproven(endpoint, answer)
    if problem is not None:
        raise (Temporary if endpoint == READ else Unknown)(problem, answer.exchange)
    return answer.exchange


def proven_number(endpoint: Endpoint, exchange: Exchange) -> dict[str, str]:
    """The number a successful create brought, by its name; empty for endpoints that bring none."""
    name = NUMBERS.get(endpoint)
    number = shaped_number(name, number_in(exchange.response, name)) if name else None
    return {name: number} if name and number else {}


def _succeeded(service: Service, endpoint: Endpoint, answer: Answer) -> bool:
    exchange = answer.exchange
    if not 200 <= (exchange.http_code or 0) < 300:  # noqa: PLR2004 - HTTP's own meaning of 2xx
        return False
    if answer.kind is BodyKind.EMPTY:
        # For a read every empty 2xx says "no data". A write needs BPJS's word, which HTTP 204 is
        # for a delete and nothing else.
        return endpoint == READ or _is_empty_delete(exchange)
    codes = next(codes for endpoints, codes in SUCCESS[service] if endpoint in endpoints)
    return answer.kind is BodyKind.ENVELOPE and exchange.meta_code in codes


def _is_empty_delete(exchange: Exchange) -> bool:
    return exchange.method == "DELETE" and exchange.http_code == _NO_CONTENT


def _only_speaks_of_a_suspect(endpoint: Endpoint, answer: Answer) -> bool:
    """Whether a refusal came with a success code: to a read, Antrean's 201 means "no data" or anything."""
    return not _brings_something(endpoint, answer) and names_a_suspect(_text(answer.exchange))


def _brings_something(endpoint: Endpoint, answer: Answer) -> bool:
    """A number, rows or an object, or something sealed; the other writes never bring anything."""
    if answer.undecryptable:
        return True
    if endpoint in NUMBERS:
        return bool(proven_number(endpoint, answer.exchange))
    response = answer.exchange.response
    rows = response.get("list", response) if isinstance(response, Mapping) else response
    return endpoint == READ and isinstance(rows, Mapping | list) and bool(rows)


def _unproven(endpoint: Endpoint, answer: Answer) -> str | None:
    if answer.undecryptable:
        return _UNREADABLE
    if endpoint == READ:
        # Every read answers an object or a list; a text is a ciphertext that was damaged.
        is_text = isinstance(answer.exchange.response, str) and answer.exchange.response.strip()
        return _UNREADABLE if is_text else None
    if endpoint in NUMBERS and not proven_number(endpoint, answer.exchange):
        return _NO_NUMBER
    return None


def _refusal(service: Service, endpoint: Endpoint, answer: Answer) -> BpjsError:
    exchange = answer.exchange
    row = meaning(_TABLES[answer.kind], service, endpoint, _codes(answer), _text(exchange))
    if row.error is AlreadyThere and not is_own(_texts(exchange), exchange.request):
        row = replace(row, error=Rejected, reason=None)
    fields = _fields(exchange)
    reason = row.reason or _own_words(exchange, fields)
    if row.suspect is not None:
        return Unauthorized(reason, exchange, fields, suspect=row.suspect)
    return row.error(reason, exchange, fields)


def _codes(answer: Answer) -> tuple[str, ...]:
    # PCare mirrors its code in the HTTP status, Antrean answers 200 whatever it says: of the two, the
    # HTTP status only counts when it is a failure or stands alone.
    if answer.kind is not BodyKind.ENVELOPE:
        return (str(answer.exchange.http_code),)
    own = answer.exchange.meta_code
    if (answer.exchange.http_code or 0) < 300:  # noqa: PLR2004 - 3xx and up are HTTP's failures
        return (own or NO_CODE,)
    return tuple(filter(None, (own, str(answer.exchange.http_code))))


def _text(exchange: Exchange) -> str:
    """All that was said; of a field list the names too, for one may be that of the login."""
    said = (f"{field} {message}" for field, message in _said(exchange))
    return " ".join((exchange.message[:_MOST_READ], *said))


def _texts(exchange: Exchange) -> tuple[str, ...]:
    return exchange.message[:_MOST_READ], *(message for _, message in _said(exchange))


def _said(exchange: Exchange) -> Iterator[tuple[str, str]]:
    """The fields and their messages, so many and so much of each that judging them takes no time."""
    for field, message in islice(field_messages(exchange.response), _MOST_FIELDS):
        yield field[:_MOST_READ], message[:_MOST_READ]


def _fields(exchange: Exchange) -> tuple[FieldError, ...]:
    pairs = dict.fromkeys(field_messages(exchange.response))
    return tuple(
        FieldError(masked(name, exchange), masked(message, exchange)) for name, message in pairs if name
    )


def _own_words(exchange: Exchange, fields: tuple[FieldError, ...]) -> str:
    if fields:
        return "; ".join(f"{error.field}: {error.message}" for error in fields)
    code = exchange.meta_code or f"HTTP {exchange.http_code}"
    return words_of(exchange) or f"BPJS menolak dengan kode {code} tanpa penjelasan."
