"""Every call of `bpjs` in README and in the guide for staff works on the day that `make run` makes."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from bpjs_simulator.sample_day import sample_day
from bpjs_simulator.server import Simulator
from cli.commands import monitor
from database.settings import PROJECT
from deployments.run.bpjs import simulator_settings
from flows.in_process.sending import send_due
from tasks.clinics import configured_clinics
from tasks.composition import Composition, using
from tests.cli.here import bpjs, every_command
from tests.cli.terminal import Ran
from tests.documents import Call, calls, indented

# The day is delivered once for all of them, by a Prefect server of its own.
pytestmark = pytest.mark.timeout(300)

PAGES = (PROJECT / "README.md", PROJECT / "docs" / "panduan-prefect.md")
COMMANDS = every_command()
TODAY = datetime.now(ZoneInfo("Asia/Jakarta")).date()
CTRL_C = 130
# Not run here, and why.
NOT_RUN = {"dispatch": "goes on until it is stopped; tests/flows/test_kill.py runs it"}
# `make run` runs it before the day, and so do we: nobody need wait for it twice.
FIRST = ["sync"]
# What a person types where a call has `-`, by the word before it.
TYPED = {"peserta": "0001234567890", "--patch": '{"nik": "3200000000000001"}', "--isi": "kdPoli=001"}


@contextmanager
def clinic(folder: Path) -> Iterator[None]:
    """The settings of a clinic whose database and BPJS lie in a folder, for this process."""
    with pytest.MonkeyPatch.context() as patch, Simulator(ledger=folder / "simulator.jsonl") as running:
        for name, value in simulator_settings(running.port).items():
            patch.setenv(name, value)
        patch.setenv("BPJS_DATABASE_URL", f"sqlite:///{folder / 'bpjs.db'}")
        patch.setenv("BPJS_DATA_KEY_FILE", str(folder / "data.key"))
        patch.chdir(folder)
        configured_clinics.cache_clear()
        with using(Composition()) as at:
            yield
            at.database.close()
        configured_clinics.cache_clear()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, prefect: object) -> Path:
    """A folder with the day as `make run` makes it: references first, then the sample day, delivered."""
    folder = tmp_path_factory.mktemp("day")
    with clinic(folder):
        assert bpjs(*FIRST).code == 0
        lines = "".join(f"{json.dumps(line)}\n" for line in sample_day(TODAY).lines)
        assert bpjs("enqueue", "-", typed=lines).code == 0
        assert send_due(until_empty=True).terkirim == sample_day(TODAY).expected.count("terkirim")
    return folder


@pytest.fixture
def day(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """That day once more, untouched by what other pages did to it."""
    with closing(sqlite3.connect(made / "bpjs.db")) as kept:
        kept.execute("VACUUM INTO ?", (str(tmp_path / "bpjs.db"),))
    for name in ("data.key", "simulator.jsonl"):
        (tmp_path / name).write_bytes((made / name).read_bytes())

    def stop(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(
        monitor, "time", SimpleNamespace(sleep=stop)
    )  # a person who has seen enough of `--watch`
    with clinic(tmp_path):
        yield


def carried_out(call: Call) -> Ran:
    """How it ends when somebody types it."""
    words = call.words
    asked_for = [before for before, word in zip(["", *words], words, strict=False) if word == "-"]
    assert set(asked_for) <= TYPED.keys(), f"what is typed for `-` in: {call.text}"
    return bpjs(*words, typed="".join(f"{TYPED[name]}\n" for name in asked_for))


def works(call: Call) -> str:
    """Empty, or what was wrong."""
    ran = carried_out(call)
    well = ran.code == (CTRL_C if "--watch" in call.words else 0) and "Tidak ada yang cocok" not in ran.out
    return "" if well else f"{call.text}: exit {ran.code}. {ran.err}{ran.out}"


@pytest.mark.long
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.usefixtures("day")
def test_every_call_works_on_the_day_of_make_run(page: Path) -> None:
    shown = [call for call in dict.fromkeys(calls(page)) if not call.is_form]
    to_run = [call for call in shown if call.words[0] not in NOT_RUN and call.words != FIRST]
    assert len(to_run) > 10
    assert [wrong for call in to_run if (wrong := works(call))] == []


@pytest.mark.long
@pytest.mark.usefixtures("day")
def test_the_cards_are_those_that_readme_shows() -> None:
    page = PAGES[0].read_text("utf-8")
    (figures,) = re.findall(r"│ +(\d+) +│ │ +(\d+) +│ │ +(\d+) +│ │ +(\d+) +│", page)
    cards = bpjs("monitor", "--json").json["cards"]

    assert [str(count) for count in cards.values()] == list(figures)
    assert (
        f"{len(sample_day(TODAY).lines)} pekerjaan, {len(sample_day(TODAY).lines)} di antaranya baru" in page
    )


@pytest.mark.long
@pytest.mark.usefixtures("day")
def test_the_lines_of_python_in_readme_find_something() -> None:
    (block,) = indented(PAGES[0], "from bpjs_client")
    *lines, last = block.strip().splitlines()
    names: dict[str, object] = {}
    exec("\n".join(lines), names)
    assert len(eval(last, names)) == 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_option_that_is_named_is_there(page: Path) -> None:
    named = {call.words[0] for call in calls(page) if call.words}
    options = {option for command in COMMANDS.values() for each in command.params for option in each.opts}
    told = set(re.findall(r"(?<=[`\s])--[a-z][a-z-]*", page.read_text("utf-8")))

    assert named <= COMMANDS.keys()
    assert told - {"--demo"} <= options


def test_the_first_jobs_of_the_day_are_those_that_readme_mends() -> None:
    day = sample_day(TODAY)
    named = {
        int(number) for number in re.findall(r"bpjs (?:resend|tutup) (\d+)", PAGES[0].read_text("utf-8"))
    }

    assert named == {1, 2, 3}
    assert day.expected[:3] == ["gagal"] * 3
    assert [line["jenis"] for line in day.lines[:3]] == [
        "tambah-pendaftaran",
        "tambah-antrean",
        "tambah-kunjungan",
    ]
