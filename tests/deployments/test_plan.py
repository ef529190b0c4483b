"""A run uses what the user named and starts what is missing; a demo touches nothing of the user's."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from database.settings import PROJECT, DatabaseSettings
from deployments.run.plan import SERVER_PORT, SIMULATOR_PORT, demo_plan, everyday_plan
from deployments.run.separation import refuse_unfilled
from tasks.clinics import NotFilledIn
from tasks.prefect_server.environment import API_URL, DEFAULTS, configure
from tasks.prefect_server.password import CLIENT_AUTH, SERVER_AUTH, way_in

REAL = {
    "BPJS_PCARE_BASE_URL": "https://pcare.invalid/pcare-rest",
    "BPJS_ANTREAN_BASE_URL": "https://antrean.invalid/antreanfktp",
    "BPJS_SECRET_KEY": "rahasia-sebenarnya",
}


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plan depends on the environment, not on the directory it is made in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def given(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> dict[str, str]:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return dict(variables)


def test_a_fresh_machine_gets_a_simulator_and_a_server(nowhere: Path) -> None:
    plan = everyday_plan({"PREFECT_HOME": str(nowhere)})
    assert plan.simulator_port is not None
    assert plan.server_port is not None
    assert plan.simulator_port >= SIMULATOR_PORT
    assert plan.server_port >= SERVER_PORT
    assert plan.environ[API_URL] == f"http://127.0.0.1:{plan.server_port}/api"
    assert plan.environ["BPJS_PCARE_BASE_URL"] == f"http://127.0.0.1:{plan.simulator_port}/pcare-rest"
    assert plan.environ.items() >= DEFAULTS.items()


def test_the_real_services_are_used_when_they_are_named(
    monkeypatch: pytest.MonkeyPatch, nowhere: Path
) -> None:
    plan = everyday_plan(given(monkeypatch, REAL | {"PREFECT_HOME": str(nowhere)}))
    assert plan.simulator_port is None
    assert plan.environ.items() >= REAL.items()


def test_a_wrong_setting_of_the_alerts_is_refused_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(ValidationError, match="alert_summary_at"):
        everyday_plan(given(monkeypatch, {"BPJS_ALERT_SUMMARY_AT": "24:00"}))


def test_real_credentials_alone_never_reach_the_simulator(
    monkeypatch: pytest.MonkeyPatch, nowhere: Path
) -> None:
    mine = {"BPJS_SECRET_KEY": "rahasia-sebenarnya", "PREFECT_HOME": str(nowhere)}
    plan = everyday_plan(given(monkeypatch, mine))
    assert plan.simulator_port is not None
    assert "rahasia-sebenarnya" not in plan.environ.values()


def test_a_server_of_ours_has_a_password_that_another_terminal_finds(nowhere: Path) -> None:
    plan = everyday_plan({"PREFECT_HOME": str(nowhere)})
    password = plan.environ[SERVER_AUTH]
    assert plan.environ[CLIENT_AUTH] == password
    assert way_in(plan.environ) == f"seluruh isi berkas {nowhere / 'bpjs-password'}"
    there = {API_URL: plan.environ[API_URL], "PREFECT_HOME": str(nowhere)}
    configure(there, project=nowhere)
    assert there[CLIENT_AUTH] == password


def test_the_users_server_and_home_are_used(tmp_path: Path) -> None:
    mine = {API_URL: "http://prefect.invalid/api", "PREFECT_HOME": str(tmp_path)}
    plan = everyday_plan(mine)
    assert plan.server_port is None
    assert plan.environ.items() >= mine.items()


def test_a_demo_uses_nothing_of_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = REAL | {
        API_URL: "http://prefect.invalid/api",
        "PREFECT_HOME": "/home/of/user",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": "sqlite+aiosqlite:////home/of/user/prefect.db",
        "BPJS_DATABASE_URL": "sqlite:////home/of/user/bpjs.db",
    }
    plan = demo_plan(given(monkeypatch, mine) | {"PATH": "/bin"}, tmp_path)
    assert not set(plan.environ.values()) & set(mine.values())
    assert plan.database.database_url.get_secret_value() == f"sqlite:///{tmp_path}/bpjs.db"
    assert plan.environ["PATH"] == "/bin"


def test_what_is_invented_has_a_folder_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    invented = everyday_plan({})
    real = everyday_plan(given(monkeypatch, REAL))
    assert (invented.folder, real.folder) == (PROJECT / ".bpjs" / "simulator", PROJECT / ".bpjs")
    assert invented.environ["PREFECT_HOME"] == str(invented.folder / "prefect")
    assert invented.database.database_url.get_secret_value() == f"sqlite:///{invented.folder}/bpjs.db"
    for name, value in invented.environ.items():  # as a child is told
        monkeypatch.setenv(name, value)
    assert DatabaseSettings().database_url == invented.database.database_url
    assert DatabaseSettings().data_key_file == invented.folder / "data.key"
    assert real.database.database_url.get_secret_value() == f"sqlite:///{PROJECT}/.bpjs/bpjs.db"
    assert real.database.data_key_file == PROJECT / ".bpjs" / "data.key"
    assert real.environ["PREFECT_HOME"] == str(PROJECT / ".bpjs" / "prefect")


def test_an_env_that_was_copied_and_not_filled_in_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = everyday_plan(given(monkeypatch, REAL | {"BPJS_CONS_ID": "", "BPJS_KD_PROVIDER": "01110001"}))
    with pytest.raises(NotFilledIn) as refused:
        refuse_unfilled(plan)
    assert str(refused.value) == (
        "Belum diisi di .env: BPJS_ANTREAN_USER_KEY, BPJS_CONS_ID, BPJS_PCARE_PASSWORD, BPJS_PCARE_USERNAME,"
        " BPJS_PCARE_USER_KEY."
    )
