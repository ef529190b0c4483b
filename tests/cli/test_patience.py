"""A command that has not spoken in a second says what it does, on a terminal only, and once."""

import io
import time

import pytest

from cli import patience as module
from cli.patience import Patience


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SILENT_SECONDS", 0.05)


def said(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, *, over: bool = False, doing: str = "") -> str:
    monkeypatch.setattr("sys.stderr", stream)
    waits = Patience()
    waits.begin()
    if doing:
        waits.doing(doing)
    if over:
        waits.over()
    time.sleep(0.3)
    waits.over()
    return stream.getvalue()


def test_silence_is_broken_once_and_by_what_is_done_now(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(monkeypatch, Terminal()) == "Sebentar …\n"
    assert said(monkeypatch, Terminal(), doing="Menyiapkan Prefect") == "Menyiapkan Prefect …\n"


def test_who_has_spoken_or_is_not_watched_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(monkeypatch, Terminal(), over=True) == ""
    assert said(monkeypatch, io.StringIO()) == ""
