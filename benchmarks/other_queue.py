"""Sends the same requests through procrastinate, a job queue on PostgreSQL, in a process with its packages.

Reads the lines of jobs from stdin, prints the seconds from the worker's start to the last job's end.
"""

import asyncio
import json
import os
import sys
import time
from typing import Any

import httpx
import procrastinate

from bpjs_client.jenis import Jenis, Service
from bpjs_client.jobs import prepare
from bpjs_client.settings import BpjsSettings
from bpjs_client.signing import Credential, Signing

URL = "OTHER_QUEUE_URL"


async def main(concurrency: int) -> None:
    """Defer all, then work until nothing is left."""
    settings = BpjsSettings()
    connector = procrastinate.PsycopgConnector(conninfo=os.environ[URL], max_size=concurrency + 2)
    app = procrastinate.App(connector=connector)
    client = httpx.AsyncClient(
        auth=Signing(Credential.of(settings, Service.ANTREAN)),
        base_url=f"{settings.base_url(Service.ANTREAN)}/",
        limits=httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency),
        trust_env=False,
        timeout=30,
    )
    codes: list[int] = []

    @app.task(name="send")  # type: ignore[untyped-decorator] # procrastinate is not in this environment
    async def send(jenis: str, body: dict[str, Any]) -> None:
        ready = prepare(Jenis(jenis), body)
        answer = await client.request(ready.method, ready.path, json=ready.json)
        codes.append(answer.json()["metadata"]["code"])

    lines = [json.loads(line) for line in sys.stdin]
    async with app.open_async(), client:
        await app.schema_manager.apply_schema_async()
        await send.batch_defer_async(*({"jenis": line["jenis"], "body": line["body"]} for line in lines))
        started = time.perf_counter()
        await app.run_worker_async(concurrency=concurrency, wait=False, install_signal_handlers=False)
        seconds = time.perf_counter() - started
    assert codes == [200] * len(lines), "not everything was delivered"
    print(seconds)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
