"""A finding of `bpjs doctor`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is well, what was found, and what to do if not."""

    what: str
    well: bool
    found: str
    todo: str = ""
