"""Prefect is made ready for a command that needs it; when it cannot be reached, that is said."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from cli.patience import patience
from cli.terminal import UserError
from tasks.prefect_server.environment import API_URL, configure, configure_server, found_here, has_api_url
from tasks.prefect_server.home import close_prefect_files
from tasks.prefect_server.password import NoPassword


def prepare_prefect() -> None:
    """Set the variables that every Prefect of ours gets, before anything imports it. Raises UserError.

    Without an address Prefect may start a temporary server: it gets its password as every other.
    """
    patience.doing("Menyiapkan Prefect")
    configure(os.environ)
    close_prefect_files(os.environ)
    if not has_api_url(os.environ):
        try:
            configure_server(os.environ)
        except NoPassword as missing:
            raise UserError(str(missing)) from None


# With a mere RuntimeError Prefect says that no server answers, or that a temporary one did not start.
_NOT_STARTED = ("Failed to reach API", "ephemeral Prefect API server")


@contextmanager
def prefect_unavailable() -> Iterator[None]:
    """Turn a server that cannot be reached, or refuses, into one sentence. Raises UserError."""
    from tasks.prefect_server.recording import PREFECT_UNAVAILABLE  # noqa: PLC0415 - Prefect takes seconds to import
    from tasks.prefect_server.trouble import answered  # noqa: PLC0415 - HTTP, which not every command needs

    try:
        yield
    except (*PREFECT_UNAVAILABLE, RuntimeError) as error:
        if isinstance(error, RuntimeError) and not any(text in str(error) for text in _NOT_STARTED):
            raise
        if trouble := answered(error):
            raise UserError(f"{trouble} Pekerjaan tetap tersimpan dan menunggu.") from None
        raise UserError(_silent()) from None


def _silent() -> str:
    """What is said of a server that does not answer at all; our own may be starting."""
    if found_here(os.environ):
        url = os.environ[API_URL].removesuffix("/api")
        said = f"Server Prefect di {url} belum menjawab; bila baru dinyalakan, coba lagi sebentar lagi."
        return f"{said} Pekerjaan tetap tersimpan dan menunggu."
    where = "yang ditunjuk PREFECT_API_URL" if has_api_url(os.environ) else "sementara"
    return f"Server Prefect {where} tidak dapat dihubungi; pekerjaan tetap tersimpan dan menunggu."
