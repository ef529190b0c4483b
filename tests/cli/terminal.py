"""A terminal for one test: runs the `bpjs` command in a process of its own and keeps what it said."""

import atexit
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.cli.warm_start import WarmStart

BPJS = Path(sys.executable).parent / "bpjs"
LONGEST_SECONDS = 100


@cache
def warm_start() -> WarmStart:
    """One for all terminals of this process."""
    warm = WarmStart()
    atexit.register(warm.close)
    return warm


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout; fails when there is anything beside it."""
        return json.loads(self.out)

    @property
    def answers(self) -> list[dict[str, Any]]:
        """One JSON document per line of stdout."""
        return [json.loads(line) for line in self.out.split("\n") if line]

    @property
    def complaint(self) -> str:
        """The sentence of a command that refused: exit 2, one line on stderr, nothing else anywhere."""
        assert self.code == 2, (self.code, self.err)
        assert self.out == ""
        assert self.err.endswith("\n")
        assert self.err.count("\n") == 1, self.err
        assert "Traceback" not in self.err
        return self.err.strip()


@dataclass
class Terminal:
    """Where the command runs; `environ` is all of ours that it is told."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, stdin: str | bytes = b"", **environ: str) -> Ran:
        """Run to the end."""
        if any(name.startswith("PYTHON") for name in environ):
            return self.cold(*arguments, stdin=stdin, **environ)
        code, out, err = warm_start().run(
            arguments,
            stdin=_written(stdin),
            environ=self._environ(environ),
            folder=self.folder,
            timeout=LONGEST_SECONDS,
        )
        return Ran(code, out.decode(), err.decode())

    def cold(self, *arguments: str, stdin: str | bytes = b"", **environ: str) -> Ran:
        """Run the installed command to the end, loading everything anew."""
        done = subprocess.run(
            [BPJS, *arguments],
            input=_written(stdin),
            capture_output=True,
            cwd=self.folder,
            env=self._environ(environ),
            timeout=LONGEST_SECONDS,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    def unread(self, *arguments: str, stdin: bytes = b"") -> tuple[int, str]:
        """Run with a stdout whose reader has left already; returns the exit code and stderr."""
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "wb") as stdout:
            done = subprocess.run(
                [BPJS, *arguments],
                input=stdin,
                stdout=stdout,
                stderr=subprocess.PIPE,
                cwd=self.folder,
                env=self._environ({}),
                timeout=LONGEST_SECONDS,
                check=False,
            )
        return done.returncode, done.stderr.decode()

    def closed(self, redirection: str, *arguments: str, stdin: bytes = b"") -> tuple[int, str]:
        """Run with a stream closed or led elsewhere by the shell; returns the exit code and stderr."""
        done = subprocess.run(
            ["sh", "-c", f'"$@" {redirection}', "sh", BPJS, *arguments],
            input=stdin,
            capture_output=True,
            cwd=self.folder,
            env=self._environ({}),
            timeout=LONGEST_SECONDS,
            check=False,
        )
        return done.returncode, done.stderr.decode()

    def limited(self, limit: str, *arguments: str) -> tuple[int, str]:
        """Run under a limit that the shell sets; returns the exit code and stdout."""
        done = subprocess.run(
            ["sh", "-c", f'{limit} && exec "$@"', "sh", BPJS, *arguments],
            capture_output=True,
            cwd=self.folder,
            env=self._environ({}),
            timeout=LONGEST_SECONDS,
            check=False,
        )
        return done.returncode, done.stdout.decode()

    @contextmanager
    def running(self, *arguments: str, **environ: str) -> "Iterator[Running]":
        """A command that goes on until it is stopped; killed at the end if it still runs."""
        said = self.folder / f"{arguments[0]}.log"
        with said.open("wb") as log:
            command: list[str | Path] = [BPJS, *arguments]
            process = subprocess.Popen(
                command, cwd=self.folder, env=self._environ(environ), stdout=log, stderr=log
            )
            try:
                yield Running(process, said)
            finally:
                process.kill()
                process.wait()

    def _environ(self, more: dict[str, str]) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("BPJS_", "PREFECT_"))
            and name not in {"COLUMNS", "NO_COLOR", "FORCE_COLOR"}
        }
        return {**inherited, **self.environ, **more}


def _written(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


@dataclass(frozen=True)
class Running:
    """A command under way."""

    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text()

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Return once the condition holds; fails when the command ends before, or after a long while."""
        until(lambda: condition() or self.process.poll() is not None, lambda: self.said)
        assert condition(), self.said

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send the signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(LONGEST_SECONDS)


def until(condition: Callable[[], bool], evidence: Callable[[], str] = str) -> None:
    """Return once the condition holds."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while not condition():
        assert time.monotonic() < deadline, evidence()
        time.sleep(0.05)
