"""Options are read like the fields of forms, and their refusals end as sentences on the terminal do."""

from collections.abc import Iterator
from contextlib import contextmanager

from cli.terminal import UserError
from database import LineRefused


@contextmanager
def terminal_sentence() -> Iterator[None]:
    """Around the reading of an option: the refusal gets its period. Raises UserError."""
    try:
        yield
    except LineRefused as refused:
        raise UserError(f"{refused}.") from None
