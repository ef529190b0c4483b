"""A service refuses what no waiting mends, with one sentence."""

from pathlib import Path

import pytest

from deployments import service
from tasks.clinics import configured_clinics

REAL = {"BPJS_PCARE_BASE_URL": "https://bpjs.example/p", "BPJS_ANTREAN_BASE_URL": "https://bpjs.example/a"}
WRONG: list[tuple[dict[str, str], str]] = [
    (REAL, "Belum diisi di .env: BPJS_ANTREAN_USER_KEY, BPJS_CONS_ID, "),
    ({"BPJS_FASKES_FILE": "/tidak/ada.toml"}, "Berkas faskes /tidak/ada.toml tidak dapat dibaca."),
    (
        {"BPJS_PCARE_BASE_URL": "http://bpjs.example/p"},
        "Pengaturan salah: BPJS_PCARE_BASE_URL: harus https://",
    ),
]


@pytest.mark.parametrize(("given", "said"), WRONG)
def test_a_worker_does_not_start_with_settings_that_bpjs_would_refuse(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    given: dict[str, str],
    said: str,
) -> None:
    monkeypatch.setattr("sys.argv", ["service", "worker"])
    for name, value in ({"PREFECT_HOME": str(tmp_path)} | given).items():
        monkeypatch.setenv(name, value)
    configured_clinics.cache_clear()
    try:
        assert service.main() == service.USER_ERROR
    finally:
        configured_clinics.cache_clear()
    assert capsys.readouterr().err.startswith(said)
