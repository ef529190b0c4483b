"""What somebody paused in Prefect stays paused when it is deployed again.

Prefect itself keeps a paused schedule, work pool and queue, but wakes every paused deployment that it deploys
anew. So those are deployed as paused, from a copy of prefect.yaml: none is awake for a moment.
"""

import re
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from prefect import get_client
from prefect.client.schemas.filters import WorkPoolFilter, WorkPoolFilterName

from database.settings import PROJECT
from deployments.commands import POOL

PREFECT_FILE = PROJECT / "prefect.yaml"
_MOST = 200  # the most that the server answers at once


def paused_deployments() -> set[str]:
    """The names of the deployments that are paused.

    Raises what Prefect's client raises when its server cannot be reached.
    """
    with get_client(sync_client=True) as client:
        ours = WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL]))
        found = client.read_deployments(work_pool_filter=ours, limit=_MOST)
    return {deployment.name for deployment in found if deployment.paused}


@contextmanager
def prefect_file(paused: Collection[str]) -> Iterator[Path]:
    """prefect.yaml, or while this lasts a copy of it in which these deployments are paused."""
    text = PREFECT_FILE.read_text("utf-8")
    told = with_paused(text, paused)
    if told == text:
        yield PREFECT_FILE
        return
    with tempfile.TemporaryDirectory(prefix="bpjs-deploy-") as folder:
        copy = Path(folder) / PREFECT_FILE.name
        copy.write_text(told, "utf-8")
        yield copy


def with_paused(text: str, paused: Collection[str]) -> str:
    """The text of prefect.yaml with `paused: true` below the names of these deployments."""
    for name in sorted(paused):
        line = re.compile(rf"^(?:  - |    )name: {re.escape(name)}$", re.MULTILINE)
        text = line.sub(lambda found: f"{found[0]}\n    paused: true", text)
    return text
