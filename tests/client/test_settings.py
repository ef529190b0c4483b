"""Where the credentials come from, and what a wrong one says."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bpjs_client.jenis import Service
from bpjs_client.settings import BpjsSettings
from database.settings import DatabaseSettings

from .samples import settings


def test_the_defaults_are_the_simulators() -> None:
    found = BpjsSettings(_env_file=None)

    assert found.base_url(Service.PCARE) == "http://127.0.0.1:4010/pcare-rest"
    assert found.base_url(Service.ANTREAN) == "http://127.0.0.1:4010/antreanfktp"
    assert found.kd_aplikasi == "095"


def test_the_environment_and_an_env_file_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "BPJS_CONS_ID=777\nBPJS_SECRET_KEY=dari-berkas\nLAIN=1\n"  # pragma: allowlist secret
    )
    monkeypatch.setenv("BPJS_SECRET_KEY", "dari-lingkungan")

    found = BpjsSettings(_env_file=tmp_path / ".env")

    assert (found.cons_id, found.secret_key.get_secret_value()) == ("777", "dari-lingkungan")


def test_a_newline_copied_along_with_a_key_does_no_harm() -> None:
    found = settings(cons_id=" 12345\n", pcare_user_key="kunci\n")

    assert found.cons_id == "12345"
    assert found.user_key(Service.PCARE).get_secret_value() == "kunci"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pcare_base_url", "bpjs.test/rahasia"),
        ("pcare_base_url", "ftp://bpjs.test/rahasia"),
        ("antrean_base_url", "http://[rahasia"),
        ("antrean_base_url", "http://:99999999/rahasia"),
        ("antrean_base_url", "http://rahasia rahasia/"),
        ("timeout_seconds", "rahasia"),
        ("timeout_seconds", 0),
        ("secret_key", ["rahasia"]),
    ],
)
def test_a_wrong_setting_is_named_without_its_value(name: str, value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        settings(**{name: value})

    assert name in str(caught.value)
    assert "rahasia" not in str(caught.value)


def test_the_projects_own_env_file_is_read_from_any_directory() -> None:
    project = Path(__file__).resolve().parents[2]
    assert BpjsSettings.model_config["env_file"] == project / ".env"
    assert DatabaseSettings.model_config["env_file"] == project / ".env"


@pytest.mark.parametrize(
    "code", ["0099B001 ", " 0099B001", "0099B00", "0099B0011", "0099-001", "0099B00\u0661"]
)
def test_a_provider_code_that_is_not_eight_clean_characters_is_refused(code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        BpjsSettings(_env_file=None, kd_provider=code)
    assert "harus 8 angka atau huruf" in str(refused.value)


@pytest.mark.parametrize("code", ["0099B001", "01234567", ""])
def test_a_provider_code_of_eight_or_none_yet_is_taken(code: str) -> None:
    assert BpjsSettings(_env_file=None, kd_provider=code).kd_provider == code


@pytest.mark.parametrize(
    "address",
    [
        "https://apijkn.bpjs-kesehatan.go.id/pcare-rest",
        "HTTPS://bpjs.test/pcare",
        "http://127.0.0.1:4010/pcare-rest",
        "http://127.8.9.10/x",
        "http://[::1]:4010/pcare-rest",
        "http://localhost:4010/pcare-rest",
    ],
)
def test_an_address_with_tls_or_of_this_machine_is_taken(address: str) -> None:
    assert BpjsSettings(_env_file=None, pcare_base_url=f" {address}\n").pcare_base_url == address


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://apijkn.bpjs-kesehatan.go.id/rahasia", "harus https://"),
        ("HTTP://192.168.1.5/rahasia", "harus https://"),
        ("http://0.0.0.0:4010/rahasia", "harus https://"),
        ("http://localhost.example/rahasia", "harus https://"),
        ("http://127.0.0.1.example/rahasia", "harus https://"),
        ("http://[::2]/rahasia", "harus https://"),
        ("https://klinik:rahasia@bpjs.test/x", "tidak boleh memuat nama pengguna atau kata sandi"),
        ("https://rahasia@bpjs.test/x", "tidak boleh memuat nama pengguna atau kata sandi"),
        ("https://@bpjs.test/rahasia", "tidak boleh memuat nama pengguna atau kata sandi"),
        ("http://127.0.0.1\\@rahasia.example/x", "tidak boleh memuat nama pengguna atau kata sandi"),
    ],
)
@pytest.mark.parametrize("name", ["pcare_base_url", "antrean_base_url"])
def test_an_address_that_would_show_a_secret_is_refused(name: str, address: str, why: str) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(**{name: address})
    assert why in str(refused.value)
    assert "rahasia" not in str(refused.value)
