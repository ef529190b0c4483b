"""The least that sending can cost: the same signed requests from a bare httpx loop, nothing stored."""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx

from benchmarks.measured import Measured
from benchmarks.workload import Line
from bpjs_client.jenis import Jenis, Service
from bpjs_client.jobs import prepare
from bpjs_client.settings import BpjsSettings
from bpjs_client.signing import Credential, Signing


def measure(lines: Sequence[Line], environ: Mapping[str, str], *, concurrency: int) -> Measured:
    """Send the lines' requests, `concurrency` at a time. Raises AssertionError when BPJS refuses one."""
    settings = BpjsSettings(antrean_base_url=environ["BPJS_ANTREAN_BASE_URL"])
    auth = Signing(Credential.of(settings, Service.ANTREAN))
    requests = [prepare(Jenis(line["jenis"]), line["body"]) for line in lines]
    limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    base_url = f"{settings.base_url(Service.ANTREAN)}/"
    with (
        httpx.Client(auth=auth, base_url=base_url, limits=limits, trust_env=False, timeout=30) as client,
        ThreadPoolExecutor(concurrency) as threads,
    ):
        started = time.perf_counter()
        answers = list(
            threads.map(lambda ready: client.request(ready.method, ready.path, json=ready.json), requests)
        )
        seconds = time.perf_counter() - started
    codes = {answer.json()["metadata"]["code"] for answer in answers}
    assert codes == {200}, f"the simulator answered {codes}"
    return Measured("bare httpx loop, nothing stored", len(answers), seconds)
