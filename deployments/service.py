"""A service is one process of systemd or compose: `python -m deployments.service NAME`, or `… api PORT`."""

import os
import sys
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import AbstractContextManager, nullcontext

from pydantic import ValidationError

from database.storage.private_files import keep_private
from deployments import commands
from tasks.clinics import ClinicsWrong, NotFilledIn, configured_clinics
from tasks.prefect_server.environment import (
    API_URL,
    configure,
    configure_server,
    configure_several,
    own_server_url,
)
from tasks.prefect_server.home import close_prefect_files
from tasks.prefect_server.password import NoPassword, way_in
from tasks.prefect_server.running import announcing, server_note
from tasks.prefect_server.shared import NotShared
from tasks.wrong_settings import sentence

_SERVICES: Mapping[str, Callable[[], list[str]]] = {
    "server": lambda: commands.prefect("server", "start"),  # PREFECT_SERVER_API_… say its host and port
    "worker": commands.worker,
    "dispatcher": lambda: commands.bpjs("dispatch"),
    "web": lambda: commands.bpjs("web"),  # BPJS_WEB_HOST and BPJS_WEB_PORT say where
    # Where one is not enough, instead of `server`: several that answer, and one process of what runs beside.
    "api": lambda: commands.prefect("server", "start", "--no-services"),
    "background": lambda: commands.prefect("server", "services", "start"),
    "prefect-tables": commands.prefect_tables,  # ends when it is done, once before those start
}
_ANSWER = frozenset({"server", "api"})
_ONE_OF_SEVERAL = frozenset({"api", "background", "prefect-tables"})
_PORT, _UI_FOLDER = "PREFECT_SERVER_API_PORT", "PREFECT_UI_STATIC_DIRECTORY"
USER_ERROR = 2


def main() -> int:
    """Become the process that is named, with our settings for Prefect; the exit code if that cannot be."""
    name, *options = sys.argv[1:] or [""]
    if name not in _SERVICES or not _takes(name, options):
        sys.stderr.write(f"Sebutkan satu layanan: {', '.join(_SERVICES)}; sesudah api boleh nomor port.\n")
        return USER_ERROR
    environ = dict(os.environ)
    configure(environ)
    keep_private()
    close_prefect_files(environ)
    try:
        _prepare(name, options, environ)
    except (ClinicsWrong, NoPassword, NotFilledIn, NotShared) as missing:
        sys.stderr.write(f"{missing}\n")
        return USER_ERROR
    except ValidationError as wrong:
        sys.stderr.write(f"{sentence(wrong)}\n")
        return USER_ERROR
    command = _SERVICES[name]()
    with _announced(environ) if name in _ANSWER else nullcontext():  # it stays so across the change
        return os.execve(command[0], command, environ)  # noqa: S606 - signals reach the service itself


def _takes(name: str, options: list[str]) -> bool:
    return not options or (name == "api" and len(options) == 1 and options[0].isdecimal())


def _prepare(name: str, options: list[str], environ: MutableMapping[str, str]) -> None:
    """Raises NoPassword, NotShared; for the worker ClinicsWrong, NotFilledIn, ValidationError."""
    if name == "worker":
        configured_clinics().refuse_unfilled()
    if name in _ONE_OF_SEVERAL:
        configure_several(environ)
    if name not in _ANSWER:
        return
    for port in options:
        environ[_PORT] = port
        if environ.get(_UI_FOLDER):  # two that start at once must not put their UI together in one place
            environ[_UI_FOLDER] += f"/{port}"
    configure_server(environ)
    sys.stderr.write(f"Masuk ke UI Prefect dengan {way_in(environ)}\n")


def _announced(environ: Mapping[str, str]) -> AbstractContextManager[None]:
    return announcing(server_note(environ), {API_URL: own_server_url(environ)})


if __name__ == "__main__":
    sys.exit(main())
