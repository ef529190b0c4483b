"""Children are watched while they live and gone when the run ends."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deployments.children.processes import Children, Interrupted, StepFailed
from deployments.children.signals import Stop, stop_on_signals

SLEEPS = "import time\nwhile True: time.sleep(60)"
# Notes each Ctrl-C and ends at the first, after having told that it is ready.
COUNTS_INTERRUPTS = """
import pathlib, sys, time
folder = pathlib.Path(sys.argv[1])
try:
    (folder / 'ready').touch()
    while True: time.sleep(60)
except KeyboardInterrupt:
    with (folder / 'interrupts').open('a') as told: told.write('x')
    time.sleep(0.3)
"""
# Starts a grandchild that ignores everything but SIGKILL, and dies at once.
LEAVES_A_GRANDCHILD = """
import pathlib, subprocess, sys
stubborn = 'import signal, time; [signal.signal(n, signal.SIG_IGN) for n in (2, 15)]; time.sleep(600)'
pathlib.Path(sys.argv[1], 'ready').write_text(str(subprocess.Popen([sys.executable, '-c', stubborn]).pid))
import time; time.sleep(600)
"""
STUBBORN = """
import pathlib, signal, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
pathlib.Path(sys.argv[1], 'ready').touch()
time.sleep(600)
"""
STARTS_A_CHILD = f"""
import os, pathlib, sys, time
from deployments.children.processes import Children
from deployments.children.signals import Stop
folder = pathlib.Path(sys.argv[1])
command = [sys.executable, '-c', {COUNTS_INTERRUPTS!r}, folder]
child = Children(folder, folder, Stop()).start('Anak', command, os.environ)
(folder / 'pid').write_text(str(child.process.pid))
time.sleep(600)
"""
PROJECT = Path(__file__).parents[2]


def python(code: str, *arguments: object) -> list[str]:
    return [sys.executable, "-c", code, *map(str, arguments)]


def eventually(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def stop() -> Stop:
    return Stop()


@pytest.fixture
def children(tmp_path: Path, stop: Stop) -> Iterator[Children]:
    made = Children(tmp_path, tmp_path, stop)
    yield made
    made.stop_all()


def test_a_commands_answer_is_its_stdout_and_it_is_given_its_stdin(children: Children) -> None:
    shout = "import sys; print(sys.stdin.read().upper()); print('noise', file=sys.stderr)"
    assert children.run("Teriak", python(shout), os.environ, typed="halo é") == "HALO É\n"


def test_a_failed_commands_last_words_are_told(children: Children) -> None:
    with pytest.raises(StepFailed, match=r"(?s)Langkah gagal \(kode 3\).*setengah.*kata terakhir"):
        children.run(
            "Langkah",
            python("import sys; print('setengah'); print('kata terakhir', file=sys.stderr); sys.exit(3)"),
            os.environ,
        )


def test_a_dead_child_ends_the_run_and_shows_its_last_words(children: Children) -> None:
    child = children.start("Anak", python("print('kata terakhir')"), os.environ)
    child.process.wait()
    with pytest.raises(StepFailed, match=r"(?s)Anak berhenti sendiri \(kode 0\).*kata terakhir"):
        children.check()


def test_a_child_that_dies_during_a_command_ends_that_too(children: Children) -> None:
    children.start("Anak", python("pass"), os.environ)
    with pytest.raises(StepFailed, match="Anak berhenti sendiri"):
        children.run("Langkah", python(SLEEPS), os.environ)


def test_a_living_child_disturbs_nobody(children: Children) -> None:
    children.start("Anak", python(SLEEPS), os.environ)
    children.pause(0.1)


def test_a_ctrl_c_interrupts_waiting(children: Children, stop: Stop) -> None:
    stop.set()
    with pytest.raises(Interrupted):
        children.pause(60)


def test_a_child_is_asked_once_and_may_finish(children: Children, tmp_path: Path) -> None:
    child = children.start("Anak", python(COUNTS_INTERRUPTS, tmp_path), os.environ)
    eventually((tmp_path / "ready").exists)
    children.stop_all()
    assert child.process.returncode == 0
    assert (tmp_path / "interrupts").read_text() == "x"


def test_a_terminals_ctrl_c_does_not_reach_children_directly(children: Children) -> None:
    child = children.start("Anak", python(SLEEPS), os.environ)
    assert os.getpgid(child.process.pid) != os.getpgid(0)


def test_what_a_child_leaves_behind_is_killed(children: Children, tmp_path: Path) -> None:
    children.start("Anak", python(LEAVES_A_GRANDCHILD, tmp_path), os.environ)
    ready = tmp_path / "ready"
    eventually(lambda: ready.exists() and ready.read_text() != "")
    grandchild = int(ready.read_text())
    assert is_alive(grandchild)
    children.stop_all()
    eventually(lambda: not is_alive(grandchild))


def test_children_end_with_a_run_that_was_killed(tmp_path: Path) -> None:
    run = subprocess.Popen(python(STARTS_A_CHILD, tmp_path), cwd=PROJECT)
    eventually(lambda: (tmp_path / "ready").exists() and (tmp_path / "pid").exists())
    child = int((tmp_path / "pid").read_text())
    assert is_alive(child)
    run.kill()
    run.wait()
    eventually(lambda: not is_alive(child))
    assert (tmp_path / "interrupts").read_text() == "x"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_request_to_end_becomes_the_same_event(number: signal.Signals) -> None:
    with stop_on_signals() as stop:
        os.kill(os.getpid(), number)
        eventually(stop.is_set)
        os.kill(os.getpid(), number)  # a second one, during the clean-up, disturbs nothing
        assert stop.terminal_gone is (number == signal.SIGHUP)


def test_a_request_to_end_is_heard_in_the_midst_of_anything() -> None:
    """A terminal that closes sends two, and the second may come while the first one sets the event."""
    with stop_on_signals() as stop:
        with stop._cond:  # type: ignore[attr-defined] # as in the midst of `set` or `wait`
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.1)
        eventually(stop.is_set)


WAITS = """
from deployments.children.signals import stop_on_signals
with stop_on_signals() as stop:
    print('up', flush=True)
    stop.wait()
"""
# As `make`, the first process of its terminal: keeps a hang-up to itself and waits for its child.
KEEPS_IT = """
import fcntl, signal, subprocess, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGHUP, lambda *_: None)
subprocess.run([sys.executable, '-c', sys.argv[1]])
"""


def test_a_terminal_that_closes_is_noticed_below_a_process_that_does_not_say_so() -> None:
    leader, terminal = pty.openpty()
    run = subprocess.Popen(
        python(KEEPS_IT, WAITS),
        cwd=PROJECT,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    try:
        assert os.read(leader, 64).strip() == b"up"
        os.close(leader)
        run.wait(20)
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)


def test_when_the_terminal_is_gone_nothing_is_left_after_seconds(
    children: Children, stop: Stop, tmp_path: Path
) -> None:
    for name in ("satu", "dua"):
        (tmp_path / name).mkdir()
        children.start(name, python(STUBBORN, tmp_path / name), os.environ)
        eventually((tmp_path / name / "ready").exists)
    stop.terminal_gone = True
    began = time.monotonic()
    children.stop_all()
    assert time.monotonic() - began < 10  # 20 s for each of them otherwise
