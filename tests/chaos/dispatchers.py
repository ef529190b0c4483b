"""Dispatchers as processes of their own, to be killed without warning and started again."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from bpjs_simulator.server import Simulator
from database.settings import PROJECT
from tests.chaos.launcher import AHEAD
from tests.flows.prefect_server import PrefectServer

# Everything that takes minutes in a clinic takes seconds in a storm.
QUICK = {
    "BPJS_TIMEOUT_SECONDS": "1.5",
    "BPJS_LEASE_MARGIN_SECONDS": "4",
    "BPJS_TRY_SECONDS": "0.5,1,1,1,1,1,1,1,2,2,2,2,2,2,2,2,2,2,2,2",
    "BPJS_LOOK_SECONDS": "0.3,0.6,1,1,1,2",
    "BPJS_PROBE_SECONDS": "0.5,1,2",
}


def clinics_file(home: Path, simulator: Simulator) -> Path:
    """The clinics of a storm: the simulator's, each under its name."""
    tables = []
    for member in simulator.double.clinics.values():
        name = "utama" if member.username == "klinik" else member.username
        secrets = {
            "secret_key": member.secret_key,
            "pcare_user_key": member.pcare_user_key,
            "antrean_user_key": member.antrean_user_key,
            "pcare_password": member.password,
        }
        for key, value in secrets.items():
            (home / f"{name}-{key}").write_text(value)
        plain = {
            "cons_id": member.cons_id,
            "pcare_username": member.username,
            "kd_provider": member.kd_provider,
        }
        lines = [f'{key} = {{ file = "{name}-{key}" }}' for key in secrets]
        lines += [f'{key} = "{value}"' for key, value in plain.items()]
        tables.append("\n".join([f"[{name}]", *lines, "serentak = 8"]))
    file = home / "faskes.toml"
    file.write_text("\n".join(tables))
    return file


def environment(
    database_url: str, simulator: Simulator, prefect: PrefectServer, home: Path, clinics: Path
) -> dict[str, str]:
    """What a dispatcher is told."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("BPJS_")}
    return ours | {
        **QUICK,
        "BPJS_DATABASE_URL": database_url,
        "BPJS_PCARE_BASE_URL": simulator.pcare_url,
        "BPJS_ANTREAN_BASE_URL": simulator.antrean_url,
        "BPJS_FASKES_FILE": str(clinics),
        "PREFECT_API_URL": prefect.api_url,
        "PREFECT_HOME": str(home / "prefect"),
    }


LEASE_SECONDS = float(QUICK["BPJS_TIMEOUT_SECONDS"]) + float(QUICK["BPJS_LEASE_MARGIN_SECONDS"])
AT_WORK = "Dispatcher berjalan"


class Dispatchers:
    """Up to two of them; what they say goes to a file each."""

    def __init__(self, environ: dict[str, str], home: Path, clocks: Sequence[int] = (0, 0)) -> None:
        """`clocks`: by how many seconds each one's machine is ahead of the true time."""
        self._environ = environ
        self._home = home
        self._clocks = clocks
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._logs: dict[int, Path] = {}
        self.started = self.kills = self.stops = 0
        self.died: list[str] = []  # what those said that ended although nobody asked them to

    def start(self, place: int) -> None:
        """Start the one of this place, if it does not run; if it was frozen, it goes on."""
        if place in self._running:
            self.thaw(place)
            return
        self.started += 1
        command = [sys.executable, "-m", "tests.chaos.launcher", "dispatch", "--concurrency", "8"]
        environ = self._environ | {AHEAD: str(self._clocks[place])}
        with (self._home / f"dispatch-{place}-{self.started}.log").open("wb") as log:
            self._logs[place] = Path(log.name)
            self._running[place] = subprocess.Popen(
                command, env=environ, cwd=PROJECT, start_new_session=True, stdout=log, stderr=log
            )

    def kill(self, place: int) -> None:
        """`kill -9`, with all that it started."""
        process = self._running.pop(place, None)
        if process is not None:
            if process.poll() is not None:
                self.died.append(self._ending(place, process.returncode))
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            self.kills += 1

    def freeze(self, place: int, seconds: float) -> None:
        """SIGSTOP for so long to this one, or to the other if that alone runs, as when a machine is moved.

        It goes on by a clock of its own: frozen with SQLite's lock it keeps whoever would wake it waiting.
        """
        for each in (place, 1 - place):
            if each in self._running:
                os.killpg(self._running[each].pid, signal.SIGSTOP)
                self.stops += 1
                waking = threading.Timer(seconds, self.thaw, [each])
                waking.daemon = True
                waking.start()
                return

    def thaw(self, place: int) -> None:
        """It goes on, and knows nothing of the time between but by its clocks."""
        with suppress(KeyError, ProcessLookupError):  # killed meanwhile
            os.killpg(self._running[place].pid, signal.SIGCONT)

    def stop(self) -> list[str]:
        """SIGTERM to all, once they are at work; what those said that did not end well."""
        for place, process in self._running.items():
            self.thaw(place)
            self.await_start(place)
            process.terminate()
        codes = {place: process.wait(timeout=60) for place, process in self._running.items()}
        self._running.clear()
        return [self._ending(place, code) for place, code in codes.items() if code]

    def _ending(self, place: int, code: int) -> str:
        return f"{code}: {self._logs[place].read_text()[-4000:]}"

    def await_start(self, place: int) -> None:
        """Return when it is at work."""
        give_up = time.monotonic() + 60
        while AT_WORK not in self._logs[place].read_text(encoding="utf-8"):
            assert time.monotonic() < give_up, f"dispatcher {place} never started"
            time.sleep(0.05)

    def said(self) -> str:
        """All that any of them wrote."""
        logs = sorted(self._home.glob("dispatch-*.log"))
        return "\n".join(log.read_text(encoding="utf-8", errors="replace") for log in logs)
