"""The commands that ask BPJS about one person or referral share their way to it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from bpjs_client.errors import BpjsError
from cli.options import known
from cli.terminal import UserError, error_console
from tasks.clinics import configured_clinics

if TYPE_CHECKING:
    from bpjs_client.lookups import Lookups


@contextmanager
def asked(faskes: str) -> Iterator["Lookups"]:
    """A clinic's way to BPJS for one question. Raises NotFilledIn, UserError for what BPJS refuses."""
    from bpjs_client.jobs import Bpjs  # noqa: PLC0415 - HTTP and ciphers, which no other command needs
    from bpjs_client.lookups import Lookups  # noqa: PLC0415

    clinics = configured_clinics()
    clinics.refuse_unfilled()
    settings = clinics.settings(known(faskes))
    try:
        with Bpjs(settings) as bpjs:
            yield Lookups(bpjs)
    except BpjsError as error:
        raise UserError(error.reason) from None
    except ValueError as error:  # the number or combination cannot be asked for
        raise UserError(str(error)) from None


def at(row: Mapping[str, Any], *path: str) -> Any:
    """A value inside objects that may be null."""
    value: Any = row
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def tell_nothing_found(sentence: str) -> None:
    """Say so on stderr, and exit with 1."""
    error_console().print(sentence, markup=False)
    raise typer.Exit(1)
