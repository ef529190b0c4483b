"""Tells whether BPJS holds a visit, registration or queue entry with another content than ours."""

from collections.abc import Mapping
from typing import Any

from database.jobs.held_content import Held

Body = Mapping[str, Any]


def is_other_content(body: Body, shown: Body, held: Held) -> bool:
    """Whether BPJS holds, or may hold of what came from here, something else than `body`.

    `shown` is what its list shows of the content. What was sent counts for the fields that the list does not
    show: others may have been corrected in PCare.
    """
    if _shows_another(body, shown):
        return True
    return any(not differing(body, each) <= shown.keys() for each in held.bodies)


def is_edit_proven(body: Body, shown: Body, held: Held) -> bool | None:
    """Whether BPJS holds a visit as it was corrected; None: its list does not show what was corrected."""
    if _shows_another(body, shown):
        return False
    proven = held.is_known and all(differing(body, each) <= shown.keys() for each in held.bodies)
    return True if proven else None


def differing(one: Body, other: Body) -> set[str]:
    """The fields in which two bodies mean something else to BPJS."""
    names = {*one, *other} - {"noKunjungan"}  # which an edit names, and a creation cannot know
    return {name for name in names if _differ(name, one.get(name), other.get(name))}


def _shows_another(body: Body, shown: Body) -> bool:
    return any(_differ(name, body.get(name), value) for name, value in shown.items())


def _differ(name: str, mine: object, theirs: object) -> bool:
    one, other = _plain(mine), _plain(theirs)
    if name.startswith("kdDiag"):  # with its dot and without, both are seen (contract 5e)
        one, other = (
            each.replace(".", "").upper() if isinstance(each, str) else each for each in (one, other)
        )
    return one != other


def _plain(value: object) -> object:
    """An empty value is none; 120, 120.0 and "120" are one number."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else value
