"""The promises hold in a storm: nothing lost, nothing doubled, every job ended or waits for a person."""

import os
from pathlib import Path

import pytest

from database import Database
from database.storage.dialect import is_file
from tests.chaos.storm import storm
from tests.flows.prefect_server import PrefectServer
from tests.leaks import leaks

SEED = 20260914  # the same storm each time; `make chaos` looks for others


@pytest.mark.timeout(240)
def test_a_storm_loses_and_doubles_nothing(
    database: Database,
    database_url: str,
    prefect: PrefectServer,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    seed = int(os.environ.get("CHAOS_SEED") or SEED)
    print(f"CHAOS_SEED={seed}")

    after = storm(
        seed,
        seconds=16,
        patients=32,
        database=database,
        database_url=database_url,
        prefect=prefect,
        home=tmp_path,
        postgres=None if is_file(database.engine) else request.getfixturevalue("postgres"),
    )

    assert after.problems == [], f"CHAOS_SEED={seed}\n{after.said[-4000:]}"
    assert (after.kills > 0, after.faults > 0) == (True, True)
    assert leaks(after.said) == set()
