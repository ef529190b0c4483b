"""Two Prefect servers on one PostgreSQL with Redis between them, their background services, two dispatchers."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from pydantic import SecretStr

from database import Database, open_database
from database.settings import DatabaseSettings
from database.storage.private_files import make_folder
from deployments import commands
from deployments.children.ports import HOST, free_port
from deployments.run.plan import Plan, demo_plan
from tasks.prefect_server.environment import API_URL
from tasks.prefect_server.shared import REDIS
from tests.cluster.parts import Part, wait_until
from tests.cluster.stores import RedisServer, postgres

SERVERS = DISPATCHERS = 2
CONCURRENCY = 20  # of each dispatcher
_API_PORTS = 26_000
_PREFECT_DATABASE = "PREFECT_SERVER_DATABASE_CONNECTION_URL"
# What takes minutes in a clinic takes seconds here: a dispatcher that was killed must be missed in time.
_QUICK = {
    "BPJS_SHARE_CREDENTIAL": "true",
    "BPJS_TIMEOUT_SECONDS": "3",
    "BPJS_LEASE_MARGIN_SECONDS": "5",
    "BPJS_TRY_SECONDS": "0.5,1,1,1,2,2,2,2,2,2,2,2,2,2",
    "BPJS_LOOK_SECONDS": "0.3,0.6,1,1,1,2,2,2",
    "BPJS_PROBE_SECONDS": "0.5,1,2",
}


@dataclass
class Cluster:
    """All of it, running."""

    plan: Plan
    environ: dict[str, str]
    database: Database
    redis: RedisServer
    background: Part
    ports: list[int] = field(default_factory=list)
    servers: list[Part] = field(default_factory=list)
    dispatchers: list[Part] = field(default_factory=list)

    def api_url(self, place: int) -> str:
        """The API of one of the servers."""
        return f"http://{HOST}:{self.ports[place]}/api"

    def serves(self, place: int) -> None:
        """Return when that server answers."""
        wait_until(lambda: _answers(f"{self.api_url(place)}/health"), self.servers[place])

    @property
    def prefect_url(self) -> str:
        """The address of Prefect's database."""
        return self.environ[_PREFECT_DATABASE].replace("+asyncpg", "")

    def said(self) -> str:
        """All that the dispatchers wrote."""
        return "\n".join(part.said() for part in self.dispatchers)


@contextmanager
def cluster(folder: Path, *, latency_ms: int, watch_seconds: int) -> Iterator[Cluster]:
    """Start everything in a fresh folder; what it left running is stopped, the dispatchers first."""
    plan = demo_plan(os.environ, folder)
    for made in (plan.logs, Path(plan.environ["PREFECT_HOME"])):
        make_folder(made)
    with ExitStack() as ending:
        port = ending.enter_context(postgres(folder))
        redis = RedisServer(folder)
        ending.callback(redis.stop)
        redis.start()
        redis.wait()
        environ = plan.environ | _QUICK | _addresses(port, redis)
        environ["BPJS_WATCH_SECONDS"] = str(watch_seconds)
        _simulator(plan, environ, latency_ms, ending)
        url = SecretStr(environ["BPJS_DATABASE_URL"])
        database = open_database(
            DatabaseSettings(_env_file=None, database_url=url, data_key_file=folder / "data.key")
        )
        ending.callback(database.close)
        whole = Cluster(plan, environ, database, redis, _service(plan, environ, "background", "background"))
        _prefect(whole, ending)
        _deliverers(whole, ending)
        yield whole


def _addresses(port: int, redis: RedisServer) -> dict[str, str]:
    return {
        "BPJS_DATABASE_URL": f"postgresql://postgres@{HOST}:{port}/bpjs",
        _PREFECT_DATABASE: f"postgresql+asyncpg://postgres@{HOST}:{port}/prefect",
        REDIS: redis.url,
    }


def _simulator(plan: Plan, environ: Mapping[str, str], latency_ms: int, ending: ExitStack) -> None:
    assert plan.simulator_port is not None
    ledger = plan.folder / "simulator.jsonl"
    command = commands.simulator(plan.simulator_port, latency_ms=latency_ms, ledger=ledger)
    part = Part("simulator", command, environ, plan.logs / "simulator.log")
    ending.callback(part.stop)
    part.start()
    wait_until(lambda: _answers(f"{plan.control_url}/ledger"), part)


def _prefect(whole: Cluster, ending: ExitStack) -> None:
    """The tables, then what runs in the background, then the servers."""
    tables = _service(whole.plan, whole.environ, "prefect-tables", "tables")
    tables.start()
    tables.await_end()
    first = free_port(_API_PORTS, width=SERVERS)
    whole.ports = [first + place for place in range(SERVERS)]
    whole.servers = [
        _service(whole.plan, whole.environ, f"api {port}", f"api-{port}") for port in whole.ports
    ]
    whole.environ[API_URL] = whole.api_url(0)
    for part in (whole.background, *whole.servers):
        ending.callback(part.stop)
        part.start()
    for place in range(SERVERS):
        whole.serves(place)
    deploying = Part(
        "deploy", [sys.executable, "-m", "deployments.deploy"], whole.environ, whole.plan.logs / "deploy.log"
    )
    deploying.start()
    deploying.await_end()


def _deliverers(whole: Cluster, ending: ExitStack) -> None:
    """A worker, and the dispatchers, each of which knows one server alone."""
    worker = _service(whole.plan, whole.environ, "worker", "worker")
    ending.callback(worker.stop)
    worker.start()
    for place in range(DISPATCHERS):
        environ = whole.environ | {API_URL: whole.api_url(place % SERVERS)}
        command = commands.bpjs("dispatch", "--concurrency", str(CONCURRENCY))
        log = whole.plan.logs / f"dispatcher-{place}.log"
        whole.dispatchers.append(Part(f"dispatcher {place}", command, environ, log))
        ending.callback(whole.dispatchers[-1].stop)


def _service(plan: Plan, environ: Mapping[str, str], words: str, name: str) -> Part:
    command = [sys.executable, "-m", "deployments.service", *words.split()]
    return Part(name, command, environ, plan.logs / f"{name}.log")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).is_success
    except httpx.HTTPError:
        return False
