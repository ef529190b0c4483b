"""Sends the same requests as bare Prefect tasks, to see what Prefect allows without storing and checking.

Reads the lines of jobs from stdin; prints an `Ended` as JSON.
"""

import json
import sys
from typing import Any
from uuid import UUID

import httpx
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext
from prefect.futures import wait
from prefect.task_runners import ThreadPoolTaskRunner

from benchmarks.stopwatch import Stopwatch
from bpjs_client.jenis import Jenis, Service
from bpjs_client.jobs import prepare
from bpjs_client.settings import BpjsSettings
from bpjs_client.signing import Credential, Signing


def main(concurrency: int) -> None:
    """Send all of them in one flow run, a task run each."""
    settings = BpjsSettings()
    client = httpx.Client(
        auth=Signing(Credential.of(settings, Service.ANTREAN)),
        base_url=f"{settings.base_url(Service.ANTREAN)}/",
        limits=httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency),
        trust_env=False,
        timeout=30,
    )
    lines = [json.loads(line) for line in sys.stdin]
    codes: list[int] = []

    @task(cache_policy=NO_CACHE, persist_result=False)
    def send(number: int) -> None:
        ready = prepare(Jenis(lines[number]["jenis"]), lines[number]["body"])
        answer = client.request(ready.method, ready.path, json=ready.json)
        codes.append(answer.json()["metadata"]["code"])

    @flow(persist_result=False, task_runner=ThreadPoolTaskRunner(max_workers=concurrency))  # type: ignore[arg-type]
    def send_all() -> tuple[UUID, Stopwatch]:
        watch = Stopwatch()
        wait([send.submit(number) for number in range(len(lines))])
        watch.sent()
        context = FlowRunContext.get()
        assert context is not None
        assert context.flow_run is not None
        return context.flow_run.id, watch

    ended: Any = send_all()
    run_id, watch = ended
    assert codes == [200] * len(lines), "not everything was delivered"
    print(watch.recorded({run_id: len(lines)}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
