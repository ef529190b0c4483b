"""What a run says while a step is under way: never silence, and on a terminal no more lines than there are steps."""

import errno
import io

import pytest
from rich.console import Console

from deployments.run import command
from deployments.run.screen import Screen


def screen(*, terminal: bool) -> tuple[Screen, io.StringIO]:
    shown, out = Screen(), io.StringIO()
    shown._out = Console(file=out, force_terminal=terminal, width=80, highlight=False, color_system=None)
    return shown, out


@pytest.mark.parametrize("terminal", [True, False])
def test_a_step_is_named_when_it_begins_and_when_it_is_done(terminal: bool) -> None:
    shown, out = screen(terminal=terminal)
    shown.doing("Server Prefect")
    begun = out.getvalue()
    shown.did("Server Prefect", "http://127.0.0.1:4200")

    assert "… Server Prefect" in begun
    assert out.getvalue().endswith("✓ Server Prefect   http://127.0.0.1:4200\n")


def test_on_a_terminal_the_line_gives_way() -> None:
    shown, out = screen(terminal=True)
    shown.doing("Server Prefect")
    assert out.getvalue().endswith("\r")
    shown.did("Server Prefect", "siap")
    assert "\r\x1b[2K✓ Server Prefect" in out.getvalue()
    assert out.getvalue().count("\n") == 1


def printed(out: io.StringIO) -> str:
    """What stands on the terminal."""
    return out.getvalue().replace("\x1b[2K", "")


LOGIN = "Masuk ke halaman dengan nama dan kata sandi Anda; yang ada: .venv/bin/bpjs pengguna daftar"
PLACE = "/home/klinik/pengiriman-bpjs/.bpjs/simulator/prefect/folder-yang-panjang-sekali/bpjs-password"


@pytest.mark.parametrize("text", [LOGIN, f"Masuk ke UI dengan seluruh isi berkas {PLACE}", PLACE])
def test_a_long_line_keeps_words_and_paths_whole(text: str) -> None:
    shown, out = screen(terminal=True)
    shown.says(text)
    lines = printed(out).splitlines()
    assert [word for line in lines for word in line.split()] == text.split()
    assert all(len(line) <= 80 or " " not in line for line in lines)


def test_where_there_is_no_terminal_a_line_is_one_line() -> None:
    shown, out = screen(terminal=False)
    shown.says(LOGIN)
    assert out.getvalue() == f"{LOGIN}\n"


@pytest.mark.parametrize(
    "where", ["http://127.0.0.1:4200/artifacts/artifact/0f2dd90a-c377-476b-a661-79d1d53617e4", LOGIN]
)
def test_what_is_ready_keeps_its_words_whole_too(where: str) -> None:
    shown, out = screen(terminal=True)
    shown.did("Beranda", where)
    text = printed(out)
    assert text.split() == ["✓", "Beranda", *where.split()]
    assert all(len(line) <= 80 for line in text.splitlines())


def test_a_folder_that_takes_no_files_is_said_in_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", "/klinik/.bpjs/run.lock")

    monkeypatch.setattr(command, "stay_up", refuse)
    assert command.main([]) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert said == "✗ /klinik/.bpjs/run.lock tidak dapat dibuka (disk hanya dapat dibaca)."
