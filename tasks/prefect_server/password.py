"""The password of the Prefect servers that we start, and how our programs on the same machine know it.

Prefect's API asks for no password by default, and whoever reaches it can start whatever the worker can run.
So a server of ours always has one: the user's own, or one that is made on first use and kept in Prefect's
folder, in a file for its owner alone. It travels in the environment, never in an argument.
"""

import secrets
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from urllib.parse import urlsplit

from database.storage.private_files import make_once

SERVER_AUTH = "PREFECT_SERVER_API_AUTH_STRING"
CLIENT_AUTH = "PREFECT_API_AUTH_STRING"
_CLOUD_AUTH = "PREFECT_API_KEY"
_USER = "admin"
_FILE = "bpjs-password"
_BYTES = 24
_THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}


class NoPassword(Exception):
    """One sentence: the file of the password can neither be read nor made."""


def password_file(environ: Mapping[str, str]) -> Path:
    """The file with the password of a server that uses this environment's PREFECT_HOME."""
    return Path(environ.get("PREFECT_HOME") or "~/.prefect").expanduser() / _FILE


def close_server(environ: MutableMapping[str, str], elsewhere: Mapping[str, str]) -> None:
    """Give a server that is about to start its password, and its clients the same.

    `elsewhere`: what Prefect reads from files. A password that the user set counts. Raises NoPassword.
    """
    settings = _merged(environ, elsewhere)
    password = settings.get(SERVER_AUTH) or _kept(password_file(settings))
    environ[SERVER_AUTH] = environ[CLIENT_AUTH] = password


def know_password(environ: MutableMapping[str, str], elsewhere: Mapping[str, str], api_url: str) -> None:
    """Let a client of a server on this machine find its password; to another machine none is sent unasked."""
    settings = _merged(environ, elsewhere)
    if (
        settings.get(CLIENT_AUTH)
        or settings.get(_CLOUD_AUTH)
        or urlsplit(api_url).hostname not in _THIS_MACHINE
    ):
        return
    known = settings.get(SERVER_AUTH) or _read(password_file(settings))
    if known:
        environ[CLIENT_AUTH] = known


def way_in(environ: Mapping[str, str]) -> str:
    """Tells a person the file with the UI's password, for what a terminal shows is passed around."""
    file = password_file(environ)
    if _read(file) == environ[SERVER_AUTH]:
        return f"seluruh isi berkas {file}"
    return f"isi {SERVER_AUTH}"


def basic_auth(environ: Mapping[str, str]) -> tuple[str, str] | None:
    """The client's user and password, as HTTP clients take them."""
    user, colon, password = environ.get(CLIENT_AUTH, "").partition(":")
    return (user, password) if colon else None


def _merged(environ: Mapping[str, str], elsewhere: Mapping[str, str]) -> dict[str, str]:
    return {**elsewhere, **{name: value for name, value in environ.items() if value}}


def _read(file: Path) -> str:
    try:
        return file.read_text("ascii").strip()
    except (OSError, UnicodeError):
        return ""


def _kept(file: Path) -> str:
    """Read the file; make it when it is not there. Two first starts at once agree on one."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        make_once(file, lambda: f"{_USER}:{secrets.token_urlsafe(_BYTES)}\n")
    except OSError:
        raise NoPassword(f"Berkas kata sandi Prefect {file} tidak dapat dibuat.") from None
    password = _read(file)
    if not password:
        raise NoPassword(
            f"Berkas kata sandi Prefect {file} kosong atau tidak dapat dibaca; hapus berkas itu."
        )
    return password
