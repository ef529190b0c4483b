"""What we tell Prefect is what it understands, and never overrules the user."""

from pathlib import Path

import pytest

from tasks.prefect_server.environment import API_URL, DEFAULTS, configure, has_api_url

# Not settings of Prefect's own: a convention of many programs, and an override of its logging file.
OTHERS = {"DO_NOT_TRACK", "PREFECT_LOGGING_LOGGERS_PREFECT_TASK_RUNS_LEVEL"}
# Set under the name that counts least, so that whatever name the user chose counts more.
ALIASES = {
    "PREFECT_UI_API_URL": "PREFECT_SERVER_UI_API_URL",
    "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS",
}
BATCH = "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE"
HERE = "http://127.0.0.1:4200/api"
PROFILES = (
    f'active = "klinik"\n[profiles.klinik]\nPREFECT_API_URL = "{HERE}"\n{BATCH} = "7"\n[profiles.lain]\n'
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory is the current one, and Prefect's home."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def configured(home: Path, **given: str) -> dict[str, str]:
    environ = {"PREFECT_HOME": str(home), **given}
    configure(environ, project=home / "project")
    return environ


def test_prefect_understands_every_default(monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect.settings import Settings  # noqa: PLC0415 - a second to import

    for name, value in DEFAULTS.items():
        monkeypatch.setenv(name, value)
    understood = Settings().to_environment_variables(exclude_unset=True)
    ours = {ALIASES.get(name, name): value for name, value in DEFAULTS.items() if name not in OTHERS}
    assert {name: understood.get(name, "not a setting").lower() for name in ours} == {
        name: f"{float(value)}" if name.endswith("FLUSH_INTERVAL") else value.lower()
        for name, value in ours.items()
    }


@pytest.mark.parametrize("name", ALIASES)
def test_a_newer_name_that_the_user_chose_counts(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    from prefect.settings import Settings  # noqa: PLC0415 - a second to import

    monkeypatch.setenv(name, DEFAULTS[name])
    monkeypatch.setenv(ALIASES[name], "https://saya.example")
    api = Settings().server
    assert "https://saya.example" in {api.ui.api_url, api.api.cors_allowed_origins}


def test_everything_is_set_when_the_user_set_nothing(home: Path) -> None:
    assert configured(home) == {"PREFECT_HOME": str(home), **DEFAULTS}


@pytest.mark.parametrize("name", sorted(DEFAULTS))
def test_the_users_own_value_stays(home: Path, name: str) -> None:
    assert configured(home, **{name: "own"})[name] == "own"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("profiles.toml", PROFILES),
        ("prefect.toml", "[server.services.task_run_recorder]\nbatch_size = 7\n"),
        (".env", f"{BATCH}=7\n"),
    ],
)
def test_what_a_file_sets_is_left_to_that_file(home: Path, file: str, text: str) -> None:
    (home / file).write_text(text)
    assert BATCH not in configured(home)


@pytest.mark.parametrize(
    ("file", "text", "given", "has"),
    [
        (None, "", {}, False),
        (None, "", {API_URL: HERE}, True),
        (None, "", {API_URL: ""}, False),
        (".env", f"{API_URL}={HERE}\n", {}, True),
        ("prefect.toml", f'[api]\nurl = "{HERE}"\n', {}, True),
        ("profiles.toml", PROFILES, {}, True),
        ("profiles.toml", PROFILES, {"PREFECT_PROFILE": "lain"}, False),
        ("profiles.toml", PROFILES, {"PREFECT_PROFILE": "tidak-ada"}, False),
        ("profiles.toml", "[[ broken", {}, False),
    ],
)
def test_a_server_is_found_wherever_prefect_looks_for_one(
    home: Path, file: str | None, text: str, given: dict[str, str], has: bool
) -> None:
    if file:
        (home / file).write_text(text)
    assert has_api_url({"PREFECT_HOME": str(home), **given}, project=home / "project") is has


def test_the_projects_own_dotenv_counts_from_any_directory(home: Path) -> None:
    (home / "project").mkdir()
    (home / "project" / ".env").write_text(f"{API_URL}={HERE}\nBPJS_SECRET_KEY=rahasia\n")
    environ = configured(home)
    assert environ[API_URL] == HERE
    assert "BPJS_SECRET_KEY" not in environ


def test_an_empty_address_is_taken_away(home: Path) -> None:
    assert API_URL not in configured(home, **{API_URL: " "})
