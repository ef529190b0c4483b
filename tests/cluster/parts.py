"""The parts of a cluster as processes: each can be killed without warning and started again."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from database.settings import PROJECT


class Part:
    """One process, with all that it starts; what it says is added to one file."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environ: Mapping[str, str],
        log: Path,
        *,
        user: str | None = None,
        end_with: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self._command = command
        self._environ = environ
        self._log = log
        self._user = user
        self._end_with = end_with
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it serves some time later."""
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                env=dict(self._environ),
                cwd=PROJECT,
                stdout=output,
                stderr=output,
                start_new_session=True,
                user=self._user,
            )

    def kill(self) -> None:
        """`kill -9`."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self, seconds: float = 60.0) -> None:
        """Let it finish what it has in flight."""
        if self._process is None:
            return
        self._process.send_signal(self._end_with)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        self.kill_rest()

    def await_end(self, seconds: float = 120.0) -> None:
        """Return when it has done what it was started for."""
        assert self._process is not None
        code = self._process.wait(seconds)
        assert code == 0, f"{self.name} ended with {code}: {self.said()[-2000:]}"
        self._process = None

    def kill_rest(self) -> None:
        """Whatever of it still lives."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def check(self) -> None:
        """Fail when it ended by itself."""
        if self._process is not None and self._process.poll() is not None:
            raise AssertionError(f"{self.name} ended with {self._process.returncode}: {self.said()[-2000:]}")

    def said(self) -> str:
        """All that it wrote."""
        return self._log.read_text(encoding="utf-8", errors="replace")


def wait_until(answers: Callable[[], bool], part: Part, *, seconds: float = 90.0) -> None:
    """Return when it answers; fail when it ends, or after so long."""
    give_up = time.monotonic() + seconds
    while not answers():
        part.check()
        assert time.monotonic() < give_up, f"{part.name} does not answer: {part.said()[-2000:]}"
        time.sleep(0.1)
