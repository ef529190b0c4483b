"""The file of clinics: what it must say, what it must not hold, and one sentence when it is wrong."""

from contextlib import nullcontext
from pathlib import Path

import pytest

from bpjs_client.jenis import Service
from database.services.clinic_service import ClinicService
from tasks.clinics import (
    Clinics,
    ClinicsWrong,
    NotFilledIn,
    UnknownClinic,
    configured_clinics,
    known_clinics,
    read_clinics,
    srbk_here,
)
from tests.database.outage import HOSTILE

SECRET = "rahasia-yang-tidak-boleh-tampak"
WHOLE = """
[klinik-melati]
cons_id = "111"
secret_key = { env = "MELATI_SECRET" }
pcare_user_key = { file = "melati.key" }
antrean_user_key = { env = "MELATI_SECRET" }
pcare_username = "melati"
pcare_password = { env = "MELATI_SECRET" }
kd_provider = "01110001"
"""


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MELATI_SECRET", SECRET)
    (tmp_path / "melati.key").write_text("kunci-dari-berkas\n")


def written(folder: Path, text: str) -> Path:
    file = folder / "faskes.toml"
    file.write_text(text)
    return file


def test_a_clinic_has_its_own_credential_and_shares_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BPJS_PCARE_BASE_URL", "https://bpjs.example/pcare")
    monkeypatch.setenv("BPJS_PCARE_PASSWORD", "milik-orang-lain")
    clinics = read_clinics(
        written(tmp_path, WHOLE + 'antrean_base_url = "https://lain.example/antrean"\nserentak = 3')
    )

    assert clinics.names == ("klinik-melati",)
    found = clinics.settings("klinik-melati")
    assert (found.cons_id, found.kd_provider) == ("111", "01110001")
    assert found.pcare_password.get_secret_value() == found.secret_key.get_secret_value() == SECRET
    assert found.pcare_user_key.get_secret_value() == "kunci-dari-berkas"
    assert found.base_url(Service.PCARE) == "https://bpjs.example/pcare"
    assert found.base_url(Service.ANTREAN) == "https://lain.example/antrean"
    assert clinics.room(ClinicService("klinik-melati", "pcare"), 1) == 2
    assert SECRET not in repr(clinics.settings("klinik-melati")) + repr(vars(clinics))


def test_who_is_not_listed_is_unknown_and_never_gets_anothers_credential(tmp_path: Path) -> None:
    clinics = read_clinics(written(tmp_path, WHOLE))
    for name in ("utama", "klinik-lain", ""):
        with pytest.raises(UnknownClinic, match="tidak ada di BPJS_FASKES_FILE"):
            clinics.settings(name)


def test_without_a_file_one_credential_serves_every_faskes() -> None:
    clinics = Clinics(shared=True)
    assert clinics.names == ("utama",)
    assert clinics.settings("cabang") == clinics.settings("utama")
    assert clinics.room(ClinicService("cabang", "pcare"), 1_000) > 1_000


WRONG = [
    ("x = [", "bukan TOML yang sah"),
    ("", "tidak berisi satu faskes pun"),
    ("utama = 3", "utama: harus tabel"),
    (WHOLE.replace('cons_id = "111"', ""), "klinik-melati.cons_id: wajib diisi"),
    (WHOLE.replace('cons_id = "111"', 'cons_id = ""'), "klinik-melati.cons_id: wajib diisi"),
    (WHOLE + 'kunci = "x"', "klinik-melati.kunci: nama ini tidak dikenal"),
    (WHOLE + "serentak = 0", "klinik-melati.serentak"),
    (WHOLE + f'pcare_base_url = "{SECRET}"', "klinik-melati.pcare_base_url: harus alamat"),
    (
        WHOLE + f'pcare_base_url = "http://bpjs.example/{SECRET}"',
        "klinik-melati.pcare_base_url: harus https://",
    ),
    (
        WHOLE + f'antrean_base_url = "https://a:{SECRET}@b.example/"',
        "klinik-melati.antrean_base_url: tidak boleh memuat",
    ),
    (WHOLE.replace('{ env = "MELATI_SECRET" }', f'"{SECRET}"', 1), "klinik-melati.secret_key: harus { env ="),
    (WHOLE.replace("MELATI_SECRET", "TIDAK_ADA", 1), "variabel TIDAK_ADA kosong atau tidak ada"),
    (WHOLE.replace("melati.key", "hilang.key"), "berkas hilang.key tidak dapat dibaca"),
    (f"[melati]\nsecret_key = {SECRET}", "bukan TOML yang sah"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_a_wrong_file_is_one_sentence_without_its_secrets(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ClinicsWrong) as wrong:
        read_clinics(written(tmp_path, text))
    assert said in str(wrong.value)
    assert SECRET not in str(wrong.value)
    assert wrong.value.__cause__ is None


REAL = "https://bpjs.example/x"
ADDRESSES: list[tuple[dict[str, str], str, list[str]]] = [
    ({}, "", ["BPJS_ANTREAN_BASE_URL", "BPJS_PCARE_BASE_URL"]),
    ({"BPJS_PCARE_BASE_URL": REAL}, "", ["BPJS_ANTREAN_BASE_URL"]),
    ({"BPJS_PCARE_BASE_URL": REAL}, f'antrean_base_url = "{REAL}"', []),
    ({"BPJS_SIMULATED": "true"}, "", []),
]


@pytest.mark.parametrize(("outside", "inside", "left"), ADDRESSES)
def test_clinics_of_a_file_are_sent_nowhere_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outside: dict[str, str], inside: str, left: list[str]
) -> None:
    """The simulator's address is that of no clinic: it would say of real patients that BPJS has them."""
    for name in ("BPJS_PCARE_BASE_URL", "BPJS_ANTREAN_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in outside.items():
        monkeypatch.setenv(name, value)
    clinics = read_clinics(written(tmp_path, WHOLE + inside))
    assert clinics.unfilled == left
    with pytest.raises(NotFilledIn) if left else nullcontext():
        clinics.refuse_unfilled()


def test_a_file_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BPJS_FASKES_FILE", str(tmp_path / "tidak-ada.toml"))
    configured_clinics.cache_clear()
    with pytest.raises(ClinicsWrong, match="tidak dapat dibaca"):
        configured_clinics()
    configured_clinics.cache_clear()


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_said_of_an_unknown_faskes_is_short_and_has_no_power(text: str) -> None:
    said = str(UnknownClinic(text))
    assert said.endswith(" tidak ada di BPJS_FASKES_FILE")
    assert len(said) < 70
    assert said.replace("…", "").replace("_", "").replace(" ", "").isalnum()
    assert text not in said


def test_who_only_looks_at_jobs_knows_the_names_without_any_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("MELATI_SECRET")
    monkeypatch.setenv("BPJS_FASKES_FILE", str(written(tmp_path, WHOLE)))
    assert list(known_clinics() or ()) == ["klinik-melati"]


@pytest.mark.parametrize("text", ["x = [", "", None])
def test_with_a_file_that_cannot_be_read_nobody_is_called_unknown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str | None
) -> None:
    file = tmp_path / "tidak-ada.toml" if text is None else written(tmp_path, text)
    monkeypatch.setenv("BPJS_FASKES_FILE", str(file))
    assert known_clinics() is None


def test_without_a_file_no_names_are_known() -> None:
    assert known_clinics() is None
    assert Clinics().known is None


def test_without_a_file_and_unless_it_is_shared_the_credential_is_that_of_utama_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert (Clinics().knows("utama"), Clinics().knows("cabang")) == (True, False)
    with pytest.raises(UnknownClinic, match="BPJS_SHARE_CREDENTIAL=true"):
        Clinics().settings("cabang")
    monkeypatch.setenv("BPJS_SHARE_CREDENTIAL", "true")
    configured_clinics.cache_clear()
    assert configured_clinics().knows("cabang")
    configured_clinics.cache_clear()


def test_whether_referrals_go_through_satusehat_is_known_without_any_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MELATI_SECRET")
    (tmp_path / "melati.key").unlink()
    assert srbk_here()("utama") is False
    monkeypatch.setenv("BPJS_SRBK", "true")
    assert srbk_here()("utama") is True
    file = written(tmp_path, WHOLE + "srbk = false\n[klinik-lain]\nkd_provider = '1'\n")
    monkeypatch.setenv("BPJS_FASKES_FILE", str(file))
    assert [srbk_here()(name) for name in ("klinik-melati", "klinik-lain")] == [False, True]
    file.write_text("bukan toml")
    assert srbk_here()("klinik-melati") is None
