"""Tells whether BPJS holds a visit or registration with another content than ours."""

from collections.abc import Mapping
from typing import Any

Body = Mapping[str, Any]


def is_other_content(body: Body, shown: Body, known: Body | None) -> bool:
    """Whether BPJS holds something else than `body`.

    `shown` is what its list shows of the content. `known` is the body that is proven to be there, None when
    nothing is; it counts for the fields that the list does not show: others may have been corrected in PCare.
    """
    if any(_differ(body.get(name), value) for name, value in shown.items()):
        return True
    return known is not None and not differing(body, known) <= shown.keys()


def is_edit_proven(body: Body, shown: Body, known: Body | None) -> bool | None:
    """Whether BPJS holds a visit as it was corrected; None: its list does not show what was corrected.

    `shown` is what the list shows, `known` the body that was proven to be there before.
    """
    if any(_differ(body.get(name), value) for name, value in shown.items()):
        return False
    return True if known is not None and differing(body, known) <= shown.keys() else None


def differing(one: Body, other: Body) -> set[str]:
    """The fields in which two bodies mean something else to BPJS."""
    names = {*one, *other} - {"noKunjungan"}  # which an edit names, and a creation cannot know
    return {name for name in names if _differ(one.get(name), other.get(name))}


def _differ(mine: object, theirs: object) -> bool:
    return _plain(mine) != _plain(theirs)


def _plain(value: object) -> object:
    """An empty value is none, and 120 is "120"."""
    if value in (None, ""):
        return None
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else value
