"""Tells every Prefect server and client that we start its settings, through environment variables.

Call `configure` before anything imports Prefect, which reads its settings once, at import.
"""

import tomllib
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path

from dotenv import dotenv_values

from database.settings import PROJECT, home
from tasks.loopback import spare_loopback
from tasks.prefect_server.password import close_server, know_password
from tasks.prefect_server.running import announced, server_note
from tasks.prefect_server.shared import configure_shared

API_URL, HOME = "PREFECT_API_URL", "PREFECT_HOME"

DEFAULTS: dict[str, str] = {
    # The server records task runs from events: one by one it manages about 35 a second, and what is more than
    # 10,000 events behind is dropped without a word. In batches of 200 it keeps up with us.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
    # A batch that is not full is written after this many seconds (5 by default): less waiting at the end.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    # The same of the events themselves (Prefect's Event Feed): by twenties it falls behind and drops them.
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
    # Without an address a temporary server is started; a profile made for other work may have turned it off.
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
    # Its first start creates a database, which may take longer than the default 20 s.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    # A clinic's machine reports to nobody: no usage data from server, client or UI, no metrics, no banners.
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    # Prefect brings two UIs. Ours is the first: the second has no saved filters, lacks the state *Ditunda*,
    # and asks a host on the internet about analytics, whatever is set. It stays for who chooses it.
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    # One request less for each run; client and server are installed from the same lock file.
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
    # Two lines for each run would bury what a person must read.
    "PREFECT_LOGGING_LEVEL": "WARNING",
    # A job that did not go through says why on its run's page, in one line made from its state message (which
    # names no patient); the others say nothing there, for each line is a row in Prefect's database.
    "PREFECT_LOGGING_LOGGERS_PREFECT_TASK_RUNS_LEVEL": "ERROR",
    # Our modules also log outside of a flow run; that is no mistake worth a warning.
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    # `print` never becomes a log row, whatever a profile says: nobody checks it for identifiers.
    "PREFECT_LOGGING_LOG_PRINTS": "false",
    # A run whose process died is known by its silence (tasks/prefect_server/crash_detection.py).
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    # Events and runs are deleted after their time (90 days unless ..._DB_VACUUM_RETENTION_PERIOD says else).
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    # No page of another origin may read an answer; by default every page may. Prefect takes no empty list,
    # and a name that ends in .invalid can be nobody's.
    "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": "https://none.invalid",
    # The UI asks where it was opened: by another name of this machine it would be of another origin.
    "PREFECT_UI_API_URL": "/api",
    # Nobody sits at the terminals of the children that we start.
    "PREFECT_CLI_PROMPT": "false",
}


def configure(environ: MutableMapping[str, str], *, project: Path = PROJECT) -> None:
    """Add the defaults for what the user has set nowhere: neither here, nor in a `.env`, nor in a profile.

    The project's own `.env` counts from any directory (Prefect looks for one in the current directory only).
    An empty PREFECT_API_URL is taken away: Prefect's events client takes it for an address and fails.
    No proxy comes between us and this machine's own server. All of an installation's processes have one
    PREFECT_HOME, beside its database, unless the user's own profile names a server. A server that we started
    there is found, and its password (see running.py and password.py).
    """
    spare_loopback(environ)
    if not environ.get(API_URL, "x").strip():
        del environ[API_URL]
    for name, value in _dotenv(project / ".env").items():
        environ.setdefault(name, value)
    if not environ.get(HOME) and API_URL not in _profile(environ):
        environ[HOME] = str(home() / "prefect")
    if not _api_url(environ, _set_in_files(environ, project)):
        environ.update(announced(server_note(environ)))
    elsewhere = _set_in_files(environ, project)
    for name, value in DEFAULTS.items():
        if name not in elsewhere:
            environ.setdefault(name, value)
    know_password(environ, elsewhere, _api_url(environ, elsewhere))


def configure_server(environ: MutableMapping[str, str], *, project: Path = PROJECT) -> None:
    """Give a server that we are about to start its password. Raises NoPassword."""
    close_server(environ, _set_in_files(environ, project))


def configure_several(environ: MutableMapping[str, str], *, project: Path = PROJECT) -> None:
    """Give one of several servers, or what runs beside them, what they share. Raises NotShared."""
    configure_shared(environ, _set_in_files(environ, project))


def own_server_url(environ: Mapping[str, str], *, project: Path = PROJECT) -> str:
    """The address at which a server with these settings answers on this machine."""
    settings = {**_set_in_files(environ, project), **environ}
    host = settings.get("PREFECT_SERVER_API_HOST") or "127.0.0.1"
    port = settings.get("PREFECT_SERVER_API_PORT") or "4200"
    return f"http://{'127.0.0.1' if host in _EVERY_ADDRESS else host}:{port}/api"


_EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - what a user may have set


def has_api_url(environ: Mapping[str, str], *, project: Path = PROJECT) -> bool:
    """Whether Prefect will use a running server (by environment, `.env`, `prefect.toml` or profile)."""
    return bool(_api_url(environ, _set_in_files(environ, project)))


def found_here(environ: Mapping[str, str]) -> bool:
    """Whether the server that Prefect will use is one that we started here, and not one named to us."""
    url = environ.get(API_URL)
    return bool(url) and bool(environ.get(HOME)) and announced(server_note(environ)).get(API_URL) == url


def _api_url(environ: Mapping[str, str], elsewhere: Mapping[str, str]) -> str:
    return environ.get(API_URL) or elsewhere.get(API_URL, "")


def _set_in_files(environ: Mapping[str, str], project: Path) -> dict[str, str]:
    """The settings that Prefect finds outside the environment, by the names of its variables."""
    toml = dict(_flattened(_toml(Path("prefect.toml")), "PREFECT"))
    return {**_profile(environ), **toml, **_dotenv(project / ".env"), **_dotenv(Path(".env"))}


def _dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    return {
        name: value for name, value in dotenv_values(path).items() if value and name.startswith("PREFECT_")
    }


def _profile(environ: Mapping[str, str]) -> dict[str, str]:
    folder = Path(environ.get(HOME) or "~/.prefect").expanduser()
    profiles = _toml(Path(environ.get("PREFECT_PROFILES_PATH") or folder / "profiles.toml"))
    chosen = profiles.get("profiles")
    active = environ.get("PREFECT_PROFILE") or profiles.get("active")
    profile = chosen.get(active) if isinstance(chosen, dict) else None
    return {name: str(value) for name, value in profile.items()} if isinstance(profile, dict) else {}


def _flattened(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        name = f"{prefix}_{key}".upper()
        if isinstance(value, Mapping):
            yield from _flattened(value, name)
        else:
            yield name, str(value)


def _toml(path: Path) -> dict[str, object]:
    """A file that is missing or broken sets nothing; about a broken one Prefect itself complains."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}
