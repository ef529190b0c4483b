"""Measures a full sync of the reference data, beside the same requests made bare."""

import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from pydantic import SecretStr

from benchmarks.measured import Measured
from bpjs_client.exchange import Exchange
from bpjs_client.jenis import Service
from bpjs_client.jobs import Bpjs
from bpjs_client.reading import AT_ONCE
from bpjs_client.references import BY_NAME
from bpjs_client.settings import BpjsSettings
from bpjs_client.signing import Credential, Signing
from database import open_database
from database.settings import DatabaseSettings
from tasks.composition import Composition, using

Request = tuple[Service, str]


class Recording(Bpjs):
    """Remembers what it read."""

    def __init__(self, settings: BpjsSettings) -> None:
        super().__init__(settings)
        self.asked: list[Request] = []

    def read(self, service: Service, path: str) -> Exchange:
        self.asked.append((service, path))
        return super().read(service, path)


def measure(environ: Mapping[str, str], control_url: str, *, latency_ms: int) -> list[Measured]:
    """Sync into an empty database, sync again, and make the same requests bare. Raises AssertionError."""
    from flows.in_process.syncing import sync_now  # noqa: PLC0415 - after Prefect's settings are made

    httpx.post(f"{control_url}/control/latency", json={"latency_ms": latency_ms}, trust_env=False)
    settings = BpjsSettings(
        pcare_base_url=environ["BPJS_PCARE_BASE_URL"], antrean_base_url=environ["BPJS_ANTREAN_BASE_URL"]
    )
    bpjs = Recording(settings)
    with tempfile.TemporaryDirectory() as folder:
        url = SecretStr(f"sqlite:///{Path(folder) / 'bpjs.db'}")
        database = open_database(DatabaseSettings(database_url=url))
        with using(Composition(open_database=lambda: database, open_bpjs=lambda faskes: bpjs)):
            seconds = []
            for _ in range(2):
                bpjs.asked.clear()
                started = time.perf_counter()
                done = sync_now(list(BY_NAME), allow_shrink=False, tell=lambda _synced: None)
                seconds.append(time.perf_counter() - started)
                assert not any(synced.error for synced in done), done
        database.close()
    rows, requests = sum(synced.count for synced in done), len(bpjs.asked)
    return [
        Measured(
            f"the same {requests} requests bare, {AT_ONCE} at a time", rows, _bare(settings, bpjs.asked)
        ),
        Measured("first sync, until recorded by Prefect", rows, seconds[0]),
        Measured("second sync, nothing changed", rows, seconds[1]),
    ]


def _bare(settings: BpjsSettings, asked: list[Request]) -> float:
    auths = {service: Signing(Credential.of(settings, service)) for service in Service}
    with httpx.Client(trust_env=False, timeout=30) as client, ThreadPoolExecutor(AT_ONCE) as threads:

        def ask(request: Request) -> int:
            service, path = request
            return client.get(f"{settings.base_url(service)}/{path}", auth=auths[service]).status_code

        started = time.perf_counter()
        codes = set(threads.map(ask, asked))
        seconds = time.perf_counter() - started
    assert codes <= {200, 204}, f"the simulator answered {codes}"
    return seconds
