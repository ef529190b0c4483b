"""A message that names wrong fields is read back: `field: why; field: why`, as a refusal is stored."""

import re
from collections.abc import Sequence

from bpjs_client.bodies import FieldError

# A field as BPJS and the bodies spell it: `kdPoli`, `rujukLanjut.kdppk`, `sistole`.
_PART = re.compile(r"(?P<field>[a-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*): (?P<why>\S.*)", re.DOTALL)
_BETWEEN = re.compile(r"; (?=[a-z][A-Za-z0-9_.]*: )")


def fields_said(message: str) -> Sequence[FieldError]:
    """The fields that a message names, in its order; none where it is a sentence."""
    found = [_PART.fullmatch(part) for part in _BETWEEN.split(message)]
    if not found or found[0] is None:
        return []
    return [FieldError(each["field"], each["why"]) for each in found if each]
