"""A service is one long-lived process of systemd or compose: `python -m deployments.service NAME`."""

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext

from database.storage.private_files import keep_private
from deployments import commands
from tasks.prefect_server.environment import API_URL, configure, configure_server, own_server_url
from tasks.prefect_server.home import close_prefect_files
from tasks.prefect_server.password import NoPassword, way_in
from tasks.prefect_server.running import announcing, server_note

_SERVICES: Mapping[str, Callable[[], list[str]]] = {
    "server": lambda: commands.prefect("server", "start"),  # PREFECT_SERVER_API_… say its host and port
    "worker": commands.worker,
    "dispatcher": lambda: commands.bpjs("dispatch"),
    "web": lambda: commands.bpjs("web"),  # BPJS_WEB_HOST and BPJS_WEB_PORT say where
}
USER_ERROR = 2


def main() -> int:
    """Become the process that is named, with our settings for Prefect; the exit code if that cannot be."""
    names = sys.argv[1:]
    if len(names) != 1 or names[0] not in _SERVICES:
        sys.stderr.write(f"Sebutkan satu layanan: {', '.join(_SERVICES)}.\n")
        return USER_ERROR
    environ = dict(os.environ)
    configure(environ)
    keep_private()
    close_prefect_files(environ)
    if names[0] == "server":
        try:
            configure_server(environ)
        except NoPassword as missing:
            sys.stderr.write(f"{missing}\n")
            return USER_ERROR
        sys.stderr.write(f"Masuk ke UI Prefect dengan {way_in(environ)}\n")
    command = _SERVICES[names[0]]()
    with _announced(environ) if names[0] == "server" else nullcontext():  # it stays so across the change
        return os.execve(command[0], command, environ)  # noqa: S606 - signals reach the service itself


def _announced(environ: Mapping[str, str]) -> AbstractContextManager[None]:
    return announcing(server_note(environ), {API_URL: own_server_url(environ)})


if __name__ == "__main__":
    sys.exit(main())
