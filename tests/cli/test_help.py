"""The help is Indonesian from its first word to its last, and says which version this is."""

import re
import tomllib

import pytest
import typer
from typer.main import get_command

from cli.app import _app
from database.settings import PROJECT
from tests.cli.here import every_command

ALL = get_command(_app([]))
# What Typer and Click say by themselves.
ENGLISH = re.compile(
    r"usage|options|arguments|commands|default|required|show this|try |did you mean|range|<|\bor\b|\bthe\b",
    re.I,
)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a call of `bpjs` prints, in this process: only `--help` and `--version` are called here."""
    assert ALL.main([*words], prog_name="bpjs", standalone_mode=False) in {0, None}
    return capsys.readouterr().out


@pytest.mark.parametrize("command", ["", *every_command()])
def test_help_is_indonesian_and_fits_eighty_columns(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = said(capsys, *filter(None, [command]), "--help")

    assert shown.startswith(f"Pemakaian: bpjs {command}" if command else "Pemakaian: bpjs [PILIHAN] PERINTAH")
    assert "Menampilkan bantuan ini." in shown
    assert ENGLISH.findall(shown) == []
    assert max(len(line) for line in shown.splitlines()) <= 80


def test_an_option_says_what_it_takes_and_whether_it_must_be_given(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    tutup, send = said(capsys, "tutup", "--help"), said(capsys, "send", "--help")

    assert re.search(r"--reason TEKS +Mengapa\. Wajib\.", tutup)
    assert "Paling banyak sekian sekaligus. Dari 1 sampai 200. Bawaan: 20." in send
    assert "Salah satu dari: pcare, antrean." in said(capsys, "resume", "--help")


def test_it_tells_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert said(capsys, "--version") == f"bpjs {project['version']}\n", (
        "after another version: pip install -e ."
    )
    assert isinstance(ALL, typer.core.TyperGroup)
