"""Runs `bpjs` in processes that are forked from one which has loaded its libraries already.

Loading them takes a command a second or more, and the tests run hundreds. Each still is a process of its own,
with the environment, the folder and the streams that it was given; only what Python itself reads at its start
(`PYTHON…` variables, the script's own file) needs a real start.
"""

import atexit
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from database.settings import PROJECT

_FILES = 3  # stdin, stdout, stderr
_LONGEST = 1 << 20
# Whatever reads settings while it is loaded is left to each command.
_LOADED_BY_EACH = ("prefect", "flows", "tasks", "deployments", "tests", "__main__")


class WarmStart:
    """Starts the process that is forked from, on first use; `close` ends it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="bpjs-warm-")
        self._address = str(Path(self._folder.name) / "socket")
        command = [sys.executable, "-m", "tests.cli.warm_start", self._address]
        self._server = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE)
        assert self._server.stdout
        assert self._server.stdout.readline() == b"ready\n"

    def run(
        self,
        arguments: Sequence[str],
        *,
        stdin: bytes,
        environ: Mapping[str, str],
        folder: Path,
        timeout: float,
    ) -> tuple[int, bytes, bytes]:
        """The exit code and what was printed. Raises TimeoutError."""
        with (
            tempfile.TemporaryFile() as typed,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            typed.write(stdin)
            typed.seek(0)
            asked = {"arguments": list(arguments), "environ": dict(environ), "folder": str(folder)}
            with closing(socket.socket(socket.AF_UNIX)) as connection:
                connection.settimeout(timeout)
                connection.connect(self._address)
                files = [stream.fileno() for stream in (typed, out, err)]
                socket.send_fds(connection, [json.dumps(asked).encode() + b"\n"], files)
                code = int(connection.makefile().readline())
            for stream in (out, err):
                stream.seek(0)
            return code, out.read(), err.read()

    def close(self) -> None:
        """From now on no process is forked."""
        self._server.kill()
        self._server.wait()
        self._folder.cleanup()


def _serve(address: str) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(address)
        listener.listen(64)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _become(_parted(connection))
            connection.close()
            with suppress(ChildProcessError):  # those that have ended
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass


def _parted(connection: socket.socket) -> Callable[[], Any]:
    """In the child: fork once more; the parent tells how the command ended and is gone, the child runs it."""
    said = b""
    files: list[int] = []
    while not said.endswith(b"\n"):
        more, given, _, _ = socket.recv_fds(connection, _LONGEST, _FILES)
        said, files = said + more, [*files, *given]
    command = os.fork()
    if command:
        for file in files:
            os.close(file)
        _, status = os.waitpid(command, 0)
        with suppress(OSError):
            connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os._exit(0)
    connection.close()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    return lambda: json.loads(said)


def _become(told: Callable[[], Any]) -> None:
    asked = told()
    os.environ.clear()
    os.environ.update(asked["environ"])
    os.chdir(asked["folder"])
    for name, number, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        setattr(sys, name, open(number, mode, encoding="utf-8", errors="strict", closefd=False))  # noqa: SIM115
    sys.argv = ["bpjs", *asked["arguments"]]
    code: object = 0
    try:
        from cli.app import main  # noqa: PLC0415 - what it loads depends on the command

        main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 - as Python itself ends
        sys.excepthook(*sys.exc_info())
        code = 1
    threading._shutdown()  # type: ignore[attr-defined] # as Python itself does at its end
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


def _load() -> None:
    """All that the slowest command loads, but for what reads settings."""
    report = "import sys, flows.in_process.bulk_resending, cli.commands.doctor; print(*sys.modules)"
    names = subprocess.run([sys.executable, "-c", report], capture_output=True, check=True).stdout.decode()
    for name in names.split():
        if name.partition(".")[0] not in _LOADED_BY_EACH:
            with suppress(Exception):
                import_module(name)


if __name__ == "__main__":
    _load()
    _serve(sys.argv[1])
