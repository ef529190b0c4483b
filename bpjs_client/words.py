"""Takes BPJS's words out of an answer, fit to be shown and stored: whatever names the patient is masked."""

import re
from typing import NoReturn

from bpjs_client.decryption import Undecryptable
from bpjs_client.envelope import field_messages, read_envelope
from bpjs_client.exchange import Exchange
from bpjs_client.identifiers import without_identifiers

LONGEST = 2_000  # characters; the answer itself is kept with the attempt
_READ = 4 * LONGEST  # characters that are looked at
_LONGEST_NUMBER = 40  # characters, however it is grouped
# A name for the kind of refusal, such as PRECONDITION_FAILED, which explains nothing.
_ONLY_A_NAME = re.compile(r"[A-Z_]*")


def words_of(exchange: Exchange) -> str:
    """BPJS's own words, verbatim but masked, at most LONGEST characters; "" when it said nothing.

    They stand in the metadata's message or, where that explains nothing, in the response (contract 2.2 and 9,
    row 14).
    """
    texts = "; ".join(dict.fromkeys(message for _, message in field_messages(exchange.response)))
    only_a_name = _ONLY_A_NAME.fullmatch(exchange.message)
    return masked(texts if only_a_name and texts else exchange.message, exchange)


def said_in(raw: str) -> str:
    """The words in the body of an answer as it was received, not masked; "" when there are none to read."""
    return read_envelope(raw, _sealed_stays_sealed).message


def _sealed_stays_sealed(_sealed: str) -> NoReturn:
    raise Undecryptable


def masked(text: str, exchange: Exchange) -> str:
    """A text of BPJS's without what names the patient of the request, at most LONGEST characters."""
    return without_identifiers(_beginning(text), exchange.request, exchange.path)[:LONGEST]


def _beginning(text: str) -> str:
    """The part that is looked at; a cut must not leave half a number, no longer to be known for one."""
    if len(text) <= _READ:
        return text
    sure = _READ - _LONGEST_NUMBER
    return text[:sure] + text[sure:_READ].rstrip("0123456789 .-()")
