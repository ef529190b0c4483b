"""What a run says while a step is under way: never silence, and on a terminal no more lines than there are steps."""

import io

import pytest
from rich.console import Console

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
