"""The two stores of a cluster: a PostgreSQL with two databases, and a Redis that has everything on disk at once."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from database.settings import PROJECT
from deployments.children.ports import HOST, free_port
from tests.cluster.found import postgres_programs, redis_program
from tests.cluster.parts import Part, wait_until

_PORTS = 25_000
_SETTINGS = PROJECT / "deployments" / "production" / "redis.conf"
_SYSTEM_USER = "postgres"  # PostgreSQL refuses to run as root


@contextmanager
def postgres(folder: Path) -> Iterator[int]:
    """The port of a server that trusts this machine, with the databases `bpjs` and `prefect`."""
    programs = postgres_programs()
    assert programs is not None
    user = _SYSTEM_USER if os.getuid() == 0 else None
    data, port = folder / "postgres", free_port(_PORTS)
    data.mkdir(parents=True)
    if user:
        shutil.chown(data, user)
    _initialised(programs, data, user)
    options = (f"-k{data}", "-p", str(port), "-c", "max_connections=200", "-c", "synchronous_commit=on")
    command = [str(programs / "postgres"), "-D", str(data), *options]
    part = Part("PostgreSQL", command, os.environ, folder / "postgres.log", user=user, end_with=signal.SIGINT)
    part.start()
    try:
        wait_until(lambda: _serves(port), part)
        for name in ("bpjs", "prefect"):
            with psycopg.connect(_address(port, "postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}".encode())
        yield port
    finally:
        part.stop()


def _initialised(programs: Path, data: Path, user: str | None) -> None:
    options = ("--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync")
    command = [str(programs / "initdb"), "-D", str(data), *options]
    subprocess.run(command, check=True, user=user, cwd=data, capture_output=True, timeout=120)


def _address(port: int, name: str) -> str:
    return f"postgresql://postgres@{HOST}:{port}/{name}"


def _serves(port: int) -> bool:
    try:
        psycopg.connect(_address(port, "postgres"), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


class RedisServer(Part):
    """A Redis with the settings that we ship."""

    def __init__(self, folder: Path) -> None:
        program = redis_program()
        assert program is not None
        self.port = free_port(_PORTS)
        data = folder / "redis"
        data.mkdir()
        told = {
            "port": self.port,
            "bind": HOST,
            "dir": data,
        }
        options = [word for name, value in told.items() for word in (f"--{name}", str(value))]
        command = [program, str(_SETTINGS), *options]
        super().__init__("Redis", command, os.environ, folder / "redis.log")

    @property
    def url(self) -> str:
        """Where it is."""
        return f"redis://{HOST}:{self.port}/0"

    def wait(self) -> None:
        """Return when it has read its file and serves."""
        wait_until(self._serves, self)

    def _serves(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), timeout=2) as asking:
                asking.sendall(b"PING\r\n")
                return asking.recv(64).startswith(b"+PONG")  # while it reads its file it says -LOADING
        except OSError:
            return False
