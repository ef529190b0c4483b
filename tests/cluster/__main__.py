"""`make cluster`: a load through two Prefect servers, while each part of them is killed."""

import argparse
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from tests.chaos.verdict import problems
from tests.cluster.cluster import cluster
from tests.cluster.load import KILLS, deliver, hand_over, people
from tests.cluster.recorded import wait_until_recorded


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--patients", type=int, default=500)
    parser.add_argument("--clinics", type=int, default=40)
    parser.add_argument("--kill", default="")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="cluster-"))
    print(folder)
    folder.chmod(0o755)
    today = datetime.now(ZoneInfo("Asia/Jakarta")).date()
    patients = people(asked.patients, asked.clinics, today)
    t = time.monotonic()
    with cluster(folder, clinics=asked.clinics, latency_ms=50) as whole:
        print("up after", time.monotonic() - t)
        jobs = hand_over(whole.database, patients)
        for d in whole.dispatchers:
            d.start()
        begun = time.monotonic()
        kills = [k for k in KILLS if asked.kill in (k.what, "") ]
        if asked.kill == "none":
            kills = []
        killed = deliver(whole, jobs, kills, seconds=600)
        took = time.monotonic() - begun
        print(jobs, "jobs", took, "s", jobs / took, "/s", killed)
        port = whole.environ["BPJS_DATABASE_URL"].rsplit(":", 1)[1].split("/")[0]
        after = wait_until_recorded(whole.database, f"postgresql://postgres@127.0.0.1:{port}/prefect", patience=60)
        print("recorded", after, "after", time.monotonic() - begun - took)
        ledger = httpx.get(f"{whole.plan.control_url}/ledger", timeout=120).json()
        print(problems(whole.database, ledger, patients)[:20])
        time.sleep(float(__import__('os').environ.get('HOLD', '0')))
    return 0


if __name__ == "__main__":
    sys.exit(main())
