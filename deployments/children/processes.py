"""The children of a run: started apart from the terminal, watched, and stopped together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile

from database.storage.private_files import private
from deployments.children.signals import Stop

_LOOK_SECONDS = 0.1
# How long a child may take to finish what it has in flight; after that its whole group is killed.
STOP_SECONDS = 20.0
# Seconds for all together when the terminal is gone, for whoever closed it takes the run for ended.
_HURRIED_SECONDS = 4.0
_TAIL_LINES = 15


class Interrupted(Exception):
    """Ctrl-C, or a request to terminate: stop everything and leave."""


class StepFailed(Exception):
    """A child ended by itself, or a command failed; the text says which and shows its last lines."""


@dataclass(frozen=True)
class Child:
    """A running process and the file that takes what it prints."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def last_lines(self) -> str:
        """The last lines that it printed."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-_TAIL_LINES:])


@dataclass
class Children:
    """Starts processes in a directory, writing their output to `logs`; `stop` is set to end the run."""

    directory: Path
    logs: Path
    stop: Stop
    _living: list[Child] = field(default_factory=list)

    def start(self, name: str, command: Sequence[str], environ: Mapping[str, str]) -> Child:
        """Start a child that lives until `stop_all`; its death before that ends the run (see `check`)."""
        log = self._log_of(name)
        with open(log, "wb", opener=private) as output:
            child = Child(name, self._spawn(command, environ, output.fileno(), output.fileno()), log)
        self._living.append(child)
        return child

    def run(self, name: str, command: Sequence[str], environ: Mapping[str, str], typed: str = "") -> str:
        """Run a command to its end with `typed` on its stdin; its stdout.

        Raises StepFailed when it fails, Interrupted.
        """
        log = self._log_of(name)
        with open(log, "wb", opener=private) as errors, TemporaryFile() as answer, TemporaryFile() as given:
            given.write(typed.encode())
            given.seek(0)
            process = self._spawn(command, environ, answer.fileno(), errors.fileno(), given.fileno())
            child = Child(name, process, log)
            self._await(child)
            answer.seek(0)
            said = answer.read().decode(errors="replace")
        if process.returncode:
            raise StepFailed(f"{name} gagal (kode {process.returncode}).\n{said}{child.last_lines()}")
        return said

    def check(self) -> None:
        """Raise Interrupted when the run is to end, StepFailed when a child has died."""
        if self.stop.is_set():
            raise Interrupted
        for child in self._living:
            if (code := child.process.poll()) is not None:
                raise StepFailed(
                    f"{child.name} berhenti sendiri (kode {code}); lihat {child.log}\n{child.last_lines()}"
                )

    def pause(self, seconds: float) -> None:
        """Wait, but not past a Ctrl-C or a child's death. Raises as `check`."""
        self.stop.wait(seconds)
        self.check()

    def stop_all(self) -> None:
        """Ask all to finish, the last started first, and return when none is left."""
        hurry = time.monotonic() + _HURRIED_SECONDS
        while self._living:
            left = max(0.0, hurry - time.monotonic()) if self.stop.terminal_gone else STOP_SECONDS
            end(self._living.pop().process, seconds=left)

    def _log_of(self, name: str) -> Path:
        return self.logs / f"{name.lower().replace(' ', '-')}.log"

    def _await(self, child: Child) -> None:
        try:
            while child.process.poll() is None:
                self.pause(_LOOK_SECONDS)
        finally:
            end(child.process)

    def _spawn(
        self, command: Sequence[str], environ: Mapping[str, str], out: int, err: int, typed: int | None = None
    ) -> "subprocess.Popen[bytes]":
        # A session of its own: a Ctrl-C on the terminal reaches it once, through us.
        stdin = subprocess.DEVNULL if typed is None else typed
        return subprocess.Popen(  # noqa: S603 - the command lines are our own (commands.py)
            command,
            env=dict(environ),
            cwd=self.directory,
            stdin=stdin,
            stdout=out,
            stderr=err,
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one thread only
        )


# The library is loaded before any fork, for a forked child may hardly call anything.
_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    """Have the kernel send Ctrl-C should we be killed without a chance to stop our children."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def end(process: "subprocess.Popen[bytes]", *, seconds: float = STOP_SECONDS) -> None:
    """Ask a process to finish as Ctrl-C would; kill what is left of its group after that time."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    # The group of its session holds the processes that it started itself and left behind.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
