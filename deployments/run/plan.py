"""The plan of a run, made before anything starts: what will start, and the environment of its children."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from database.settings import DatabaseSettings, home, names_bpjs
from deployments.children.ports import HOST, free_port
from deployments.run.bpjs import simulator_settings
from tasks.alerts.settings import AlertSettings
from tasks.loopback import spare_loopback
from tasks.prefect_server.environment import API_URL, DEFAULTS, configure, configure_server, has_api_url
from tasks.prefect_server.password import close_server

SIMULATOR_PORT = 4010  # its control port is the next one
SERVER_PORT = 4200
PAGE_PORT = 4080
# A demo looks for free ports from here on, away from those that people have settled on.
_DEMO_PORTS = (20_000, 30_000)
# How often a worker asks for runs; 10 s by default, which a person who pressed a button notices.
_WORKER_QUERY_SECONDS = "3"


@dataclass(frozen=True)
class Plan:
    """The children's environment; `None` for a port: that service is not ours to start."""

    environ: dict[str, str]
    folder: Path
    database: DatabaseSettings
    simulator_port: int | None
    server_port: int | None
    page_port: int

    @property
    def logs(self) -> Path:
        """The folder of the children's output."""
        return self.folder / "log"

    @property
    def control_url(self) -> str:
        """The address at which the simulator shows its ledger."""
        return f"http://{HOST}:{(self.simulator_port or 0) + 1}"

    @property
    def page_url(self) -> str:
        """The address of the page BPJS FKTP."""
        return f"http://{HOST}:{self.page_port}"

    @property
    def ui_url(self) -> str:
        """The address of Prefect's UI, where the server is ours."""
        return f"http://{HOST}:{self.server_port}"


def everyday_plan(given: Mapping[str, str]) -> Plan:
    """The plan of `make run`: the user's settings, and our own simulator and server where none is named.

    Raises pydantic's ValidationError for settings that cannot be read, NoPassword.
    """
    AlertSettings()  # a wrong setting is refused before anything is started
    environ = dict(given)
    configure(environ)
    folder, database = home(), DatabaseSettings()
    environ.setdefault("PREFECT_WORKER_QUERY_SECONDS", _WORKER_QUERY_SECONDS)
    simulator_port = server_port = None
    if not names_bpjs():
        simulator_port = free_port(SIMULATOR_PORT, width=2)
        environ |= simulator_settings(simulator_port)
    if not has_api_url(environ):
        server_port = free_port(SERVER_PORT)
        environ[API_URL] = f"http://{HOST}:{server_port}/api"
        configure_server(environ)
    return Plan(environ, folder, database, simulator_port, server_port, free_port(PAGE_PORT))


def demo_plan(given: Mapping[str, str], folder: Path) -> Plan:
    """The plan of `make demo`: everything in a fresh folder, on free ports, whatever the user has set."""
    environ = {name: value for name, value in given.items() if not name.startswith(("PREFECT_", "BPJS_"))}
    simulator_port = free_port(random.randrange(*_DEMO_PORTS), width=2)
    server_port = free_port(simulator_port + 2)
    database = DatabaseSettings(
        database_url=SecretStr(f"sqlite:///{folder / 'bpjs.db'}"), data_key_file=folder / "data.key"
    )
    spare_loopback(environ)
    environ |= DEFAULTS | simulator_settings(simulator_port)
    environ |= {
        API_URL: f"http://{HOST}:{server_port}/api",
        "PREFECT_HOME": str(folder / "prefect"),
        # These are named outright, for a `.env` may point Prefect to another database or password.
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{folder / 'prefect' / 'prefect.db'}",
        "PREFECT_WORKER_QUERY_SECONDS": _WORKER_QUERY_SECONDS,
        "BPJS_DATABASE_URL": database.database_url.get_secret_value(),
        "BPJS_DATA_KEY_FILE": str(folder / "data.key"),
        "BPJS_TIMEZONE": database.timezone,
    }
    close_server(environ, {})
    return Plan(environ, folder, database, simulator_port, server_port, free_port(server_port + 1))
