"""prefect.yaml is the only list of deployments, and true to the flows."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from database.settings import DatabaseSettings
from deployments.paused import PREFECT_FILE, with_paused

PROJECT = Path(__file__).parents[2]
TEXT = (PROJECT / "prefect.yaml").read_text(encoding="utf-8")
DEPLOYMENTS: list[dict[str, Any]] = yaml.safe_load(TEXT)["deployments"]
FORMS = {
    "tambah-antrean",
    "panggil-antrean",
    "batal-antrean",
    "tambah-pendaftaran",
    "tambah-kunjungan",
    "hapus-pendaftaran",
    "hapus-kunjungan",
}


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_a_flows_file_function_and_deployment_share_one_name(deployment: dict[str, Any]) -> None:
    file, function = deployment["entrypoint"].split(":")
    name = deployment["name"]
    assert (Path(file).stem, function) == (name.replace("-", "_"),) * 2
    module = import_module(file.removesuffix(".py").replace("/", "."))
    assert getattr(module, function).name == name


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_every_deployment_is_described_limited_and_in_our_pool(deployment: dict[str, Any]) -> None:
    assert deployment["description"]
    assert deployment["work_pool"]["name"] == "bpjs"
    assert 1 <= deployment["concurrency_limit"]["limit"] <= 4


def test_every_job_type_has_its_form() -> None:
    assert {deployment["name"] for deployment in DEPLOYMENTS} >= FORMS | {"kirim"}


@pytest.mark.parametrize("name", sorted(FORMS))
def test_prefect_does_not_check_what_is_typed_into_a_form(name: str) -> None:
    # Its refusal would quote the value, and Prefect would keep that text.
    [deployment] = [deployment for deployment in DEPLOYMENTS if deployment["name"] == name]
    assert deployment["enforce_parameter_schema"] is False


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_every_field_of_a_form_says_what_to_type(deployment: dict[str, Any]) -> None:
    from prefect.utilities.callables import parameter_schema_from_entrypoint  # noqa: PLC0415 - seconds to import

    fields = parameter_schema_from_entrypoint(deployment["entrypoint"]).properties
    assert deployment["name"] == "kirim" or fields
    assert [name for name, field in fields.items() if not field.get("description")] == []


def test_schedules_are_in_the_clinics_time() -> None:
    zones = [schedule["timezone"] for each in DEPLOYMENTS for schedule in each.get("schedules", [])]
    assert set(zones) == {DatabaseSettings.model_fields["timezone"].default}


def test_references_are_read_daily_at_five_and_antrean_schedules_hourly() -> None:
    [sync] = [each for each in DEPLOYMENTS if each["name"] == "sync-referensi"]
    when = {schedule["cron"]: schedule.get("parameters") for schedule in sync["schedules"]}
    assert when == {
        "0 5 * * *": None,
        "0 6-20 * * *": {"referensi": ["antrean/poli", "antrean/dokter"]},
    }


def test_no_path_of_a_machine_is_in_the_file() -> None:
    assert str(PROJECT) not in TEXT
    assert str(Path.home()) not in TEXT


def test_each_deployment_can_be_deployed_paused() -> None:
    assert PREFECT_FILE.read_text("utf-8") == TEXT
    plain = {each["name"]: each for each in DEPLOYMENTS}
    assert len(plain) == 15
    for name, one in plain.items():
        told = {each["name"]: each for each in yaml.safe_load(with_paused(TEXT, [name]))["deployments"]}
        assert told == plain | {name: one | {"paused": True}}
    assert with_paused(TEXT, ["tidak-ada"]) == TEXT
