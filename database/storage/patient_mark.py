"""A patient's mark tells apart the patients who share a chain, without their cards standing in the clear."""

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute

from bpjs_client.bodies import card

# So few that thousands of members share each mark: it tells apart those of one chain, and names nobody.
_BYTES = 2


def patient_mark(body: Mapping[str, object]) -> int | None:
    """Sixteen bits of a hash of the card that the body names; None when it names none.

    Two patients may have the same mark by chance: it decides about order alone. Whose number a deletion
    takes is decided by the cards themselves.
    """
    named = card(body)
    if named is None:
        return None
    digest = hashlib.sha256(named.encode(errors="surrogatepass")).digest()
    return int.from_bytes(digest[:_BYTES])


def may_agree(one: InstrumentedAttribute[Any], other: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """True in SQL unless both are known and differ."""
    return or_(one == other, one.is_(None), other.is_(None))
