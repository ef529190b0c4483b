"""The stock way: one flow run per job, each a process that a worker starts."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed

from benchmarks.measured import Measured
from benchmarks.workload import Line
from deployments.children.processes import Children
from tasks.prefect_server.environment import API_URL
from tasks.prefect_server.password import basic_auth

_LOOK_SECONDS = 0.2
_PATIENCE_SECONDS = 120
_ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


def measure(lines: Sequence[Line], children: Children, environ: Mapping[str, str]) -> Measured:
    """Start a run of the job type's deployment for each line; from the first start to the last end."""
    auth = basic_auth(environ)
    with httpx.Client(base_url=environ[API_URL], auth=auth, trust_env=False, timeout=30) as client:
        deployment = _unlimited_deployment(client, lines[0]["jenis"])
        started = time.perf_counter()
        runs = [_start(client, deployment, line) for line in lines]
        states = _await_ends(client, runs, children)
        seconds = time.perf_counter() - started
    assert set(states) == {"COMPLETED"}, f"runs ended as {states}"
    return Measured("one worker process per job", len(lines), seconds)


def _unlimited_deployment(client: httpx.Client, name: str) -> str:
    deployment: str = _ask(client, "GET", f"/deployments/name/{name}/{name}").json()["id"]
    # The limit of prefect.yaml protects a small machine; here the worker's own limit is what is measured.
    _ask(client, "PATCH", f"/deployments/{deployment}", {"concurrency_limit": None})
    return deployment


def _start(client: httpx.Client, deployment: str, line: Line) -> str:
    parameters = {name: line[name] for name in ("norm", "nama_pasien", "body")}
    path = f"/deployments/{deployment}/create_flow_run"
    run: str = _ask(client, "POST", path, {"parameters": parameters}).json()["id"]
    return run


def _await_ends(client: httpx.Client, runs: Sequence[str], children: Children) -> list[str]:
    deadline = time.perf_counter() + _PATIENCE_SECONDS
    body = {"flow_runs": {"id": {"any_": list(runs)}}}
    while True:
        states = [run["state_type"] for run in _ask(client, "POST", "/flow_runs/filter", body).json()]
        if set(states) <= _ENDED or time.perf_counter() > deadline:
            return states
        children.pause(_LOOK_SECONDS)


@retry(retry=retry_if_exception_type(httpx.HTTPStatusError), wait=wait_fixed(1), stop=stop_after_attempt(30))
def _ask(client: httpx.Client, method: str, path: str, body: Any = None) -> httpx.Response:
    """Prefect on SQLite answers 503 while it is still writing down the runs of the way before this one."""
    return client.request(method, path, json=body).raise_for_status()
