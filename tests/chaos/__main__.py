"""`make chaos`: storm after storm, on SQLite and PostgreSQL by turns, until the time is over."""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from database import open_database
from database.settings import DatabaseSettings
from tests.chaos.storm import Figures, storm
from tests.flows.prefect_server import PrefectServer, prefect_server
from tests.postgres import PostgresServer, start_postgres

STORM_SECONDS, PATIENTS = 60.0, 160


def main() -> int:
    """Exit code 0 only if every promise held in every storm."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="start no storm after so many minutes")
    parser.add_argument("--seed", type=int, help="one storm with this seed, on each database")
    asked = parser.parse_args()
    screen, table = (
        Console(),
        Table(
            "seed",
            "database",
            "jobs",
            "writes",
            "faults",
            "kills",
            "stops",
            "servers",
            "for a person",
            "broken",
            "seconds",
        ),
    )
    postgres, broken = start_postgres(), 0
    end = time.monotonic() + asked.minutes * 60
    with tempfile.TemporaryDirectory(prefix="bpjs-chaos-") as folder:
        home = Path(folder)
        (home / "prefect").mkdir()
        with prefect_server(home / "prefect") as prefect:
            while time.monotonic() < end:
                seed = asked.seed if asked.seed is not None else random.randrange(10**6)
                for kind in ("SQLite", "PostgreSQL"):
                    after = _one(kind, seed, postgres, prefect, Path(tempfile.mkdtemp(dir=home)))
                    broken += len(after.problems)
                    numbers = (
                        after.jobs,
                        after.writes,
                        after.faults,
                        after.kills,
                        after.stops,
                        after.servers,
                        after.for_a_person,
                        len(after.problems),
                    )
                    row = (str(seed), kind, *map(str, numbers), f"{after.seconds:.0f}")
                    screen.print(*row)
                    table.add_row(*row)
                    for problem in after.problems:
                        screen.print(f"  {problem}", style="red")
                if asked.seed is not None:
                    break
    postgres.stop()
    screen.print(table)
    return 1 if broken else 0


def _one(kind: str, seed: int, postgres: PostgresServer, prefect: PrefectServer, home: Path) -> Figures:
    url = f"sqlite:///{home / 'bpjs.db'}" if kind == "SQLite" else postgres.emptied()
    database = open_database(DatabaseSettings(database_url=SecretStr(url)))
    try:
        return storm(
            seed,
            seconds=STORM_SECONDS,
            patients=PATIENTS,
            database=database,
            database_url=url,
            prefect=prefect,
            home=home,
            postgres=None if kind == "SQLite" else postgres,
            servers_fail=True,
        )
    finally:
        database.close()


if __name__ == "__main__":
    sys.exit(main())
