"""Two Prefect servers lose and double nothing while a server, Redis and a dispatcher are killed."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.found import missing
from tests.cluster.load import KILLS
from tests.cluster.rush import rush
from tests.leaks import leaks

pytestmark = [pytest.mark.long, pytest.mark.skipif(bool(missing()), reason=missing() or "all is here")]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own: PostgreSQL, which runs as another user, may not enter that one."""
    with tempfile.TemporaryDirectory(prefix="bpjs-cluster-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.timeout(900)
def test_two_servers_deliver_and_record_everything_through_kills(folder: Path) -> None:
    kills = [kill for kill in KILLS if kill.word != "background"]
    after = rush(
        folder,
        patients=100,
        clinics=20,
        kills=kills,
        seconds=400,
        patience=90,
        also_hanging=False,
        watch_seconds=5,
    )
    assert (after.broken, after.doubled) == ([], 0), after.said[-4000:]
    assert after.jobs == 400
    assert list(after.killed) == ["server", "redis", "dispatcher"]
    assert after.recorded.missing == 0, after.recorded
    assert leaks(after.said) == set()
