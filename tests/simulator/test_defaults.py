"""The only place where client and simulator meet in these tests: what one sends is what the other expects."""

import pytest

from bpjs_client.settings import BpjsSettings
from bpjs_simulator.server import Clinic, Simulator

SAME = {
    "cons_id": "cons_id",
    "secret_key": "secret_key",
    "pcare_user_key": "pcare_user_key",
    "antrean_user_key": "antrean_user_key",
    "username": "pcare_username",
    "password": "pcare_password",
    "kd_aplikasi": "kd_aplikasi",
    "kd_provider": "kd_provider",
}


@pytest.mark.parametrize(("ours", "settings"), SAME.items())
def test_a_client_without_settings_is_let_in(ours: str, settings: str) -> None:
    default = BpjsSettings.model_fields[settings].default
    told = default.get_secret_value() if hasattr(default, "get_secret_value") else default

    assert getattr(Clinic(), ours) == told


def test_nothing_that_a_clinic_has_is_left_out() -> None:
    assert set(Clinic.__dataclass_fields__) == set(SAME)


def test_a_client_without_settings_calls_the_port_that_the_command_opens() -> None:
    simulator = Simulator(port=4010)  # the default of `bpjs simulator`

    assert BpjsSettings.model_fields["pcare_base_url"].default == simulator.pcare_url
    assert BpjsSettings.model_fields["antrean_base_url"].default == simulator.antrean_url
