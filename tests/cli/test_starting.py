"""What a command loads: those that take jobs in and show them never wait for Prefect, which takes seconds."""

import pytest

from tests.cli.conftest import Line
from tests.cli.terminal import Terminal

WITHOUT_PREFECT = {
    "enqueue": ("enqueue", "-"),
    "monitor": ("monitor",),
    "monitor of a type": ("monitor", "--jenis", "tambah-antrean", "--json"),
    "show": ("show", "1"),
    "tutup": ("tutup", "1", "--tidak-perlu", "--reason", "x", "--by", "y"),
    "resume": ("resume",),
    "help": ("--help",),
}


def loaded(report: str) -> set[str]:
    """The packages in the report of `python -X importtime`."""
    return {said.rsplit("|", 1)[-1].strip().partition(".")[0] for said in report.splitlines() if "|" in said}


@pytest.mark.long
@pytest.mark.parametrize("command", WITHOUT_PREFECT)
def test_taking_in_and_showing_never_loads_prefect(terminal: Terminal, line: Line, command: str) -> None:
    terminal("enqueue", "-", stdin=line().encode())
    ran = terminal(*WITHOUT_PREFECT[command], stdin=line().encode(), PYTHONPROFILEIMPORTTIME="1")
    assert ran.code == 0
    assert "typer" in loaded(ran.err)
    assert not loaded(ran.err) & {"prefect", "fastapi", "pandas", "aiohttp"}


@pytest.mark.long
def test_the_report_of_what_was_loaded_would_show_prefect(terminal: Terminal) -> None:
    nowhere = "http://127.0.0.1:9/api"  # with nothing to send nobody calls it
    ran = terminal("send", PREFECT_API_URL=nowhere, PYTHONPROFILEIMPORTTIME="1")
    assert "prefect" in loaded(ran.err)
