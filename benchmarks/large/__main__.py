"""`make bench-large`: the same questions of a million jobs and of ten million, on PostgreSQL.

The days have as many jobs in both, so the ten million are ten times as many days.
"""

import argparse
import sys
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter

import psycopg
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from benchmarks.large.beside import Claims, claims_beside_deletion, deletions_in_turn
from benchmarks.large.fill import Size, bytes_per_job, fill
from benchmarks.large.questions import OF_ALL, QUESTIONS, TIMES_OF_ALL, HandOver, asked_in_turn
from database import open_database
from database.settings import DatabaseSettings
from tests.postgres import start_postgres

LIMIT = 1.5
# As `docs/operating.md` recommends them; all else is as PostgreSQL comes.
_SETTINGS = (
    "ALTER SYSTEM SET shared_buffers = '2GB'",
    "ALTER SYSTEM SET effective_cache_size = '12GB'",
    "ALTER SYSTEM SET random_page_cost = 1.1",
)
_TO_DISK = ("ALTER SYSTEM RESET fsync", "SELECT pg_reload_conf()")


@dataclass(frozen=True)
class Filled:
    """A database of one size: its address, and what filling it took and left."""

    size: Size
    url: str
    seconds: float
    bytes: tuple[int, int]


@dataclass(frozen=True)
class Measured:
    """What was measured of one size; times in milliseconds."""

    steady: dict[str, float]
    growing: dict[str, float]
    alone: Claims
    beside: Claims


def filled(url: str, size: Size) -> Filled:
    """Migrate and fill a database."""
    open_database(DatabaseSettings(database_url=SecretStr(url))).close()
    began = perf_counter()
    fill(url, size)
    return Filled(size, url, perf_counter() - began, bytes_per_job(url))


def measure(sizes: list[Filled]) -> list[Measured]:
    """Each question of each size in turn, so that whatever else the machine does meets all of them."""
    databases = [open_database(DatabaseSettings(database_url=SecretStr(each.url))) for each in sizes]
    try:
        steady = asked_in_turn(databases, QUESTIONS)
        new = asked_in_turn(databases, {"hand-over of 100 new jobs": HandOver(sizes[0].size.clinics)})
        growing = asked_in_turn(databases, OF_ALL, TIMES_OF_ALL)
        deleted = deletions_in_turn(databases, [each.size.days for each in sizes])
        return [
            Measured(
                steady[place] | new[place] | {"retention, a thousand jobs": deleted[place]},
                growing[place],
                *claims_beside_deletion(database, each.url, timedelta(days=each.size.days / 2)),
            )
            for place, (database, each) in enumerate(zip(databases, sizes, strict=True))
        ]
    finally:
        for database in databases:
            database.close()


def _execute(url: str, statements: tuple[str, ...]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def main() -> int:
    """Fill, measure and print; exit code 1 when something grows more than it may."""
    server = start_postgres()
    try:
        _execute(server.url("postgres"), _SETTINGS)
        server.restart()
        with server.never_migrated() as url:
            few, many = _asked_sizes()
            sizes = [filled(url, few), filled(server.emptied(), many)]
            _execute(url, _TO_DISK)
            return report(sizes, measure(sizes))
    finally:
        server.stop()


def report(sizes: list[Filled], found: list[Measured]) -> int:
    """Print what was found of the two sizes; 1 when something grows more than it may."""
    console, (few, many) = Console(), found
    for title, before, after in (
        (f"What may not grow beyond {LIMIT}×", few.steady, many.steady),
        ("What covers all days, and grows with them", few.growing, many.growing),
    ):
        console.print(_questions(title, sizes, before, after))
    console.print(_beside(sizes, found))
    for each in sizes:
        tables, indexes = each.bytes
        console.print(
            f"{each.size.rows:,} jobs of {each.size.days} days, filled in {each.seconds:.0f} s: "
            f"{tables} bytes a job with its attempts, and {indexes} in their indexes"
        )
    return int(any(many.steady[what] > LIMIT * time for what, time in few.steady.items()))


def _questions(title: str, sizes: list[Filled], before: dict[str, float], after: dict[str, float]) -> Table:
    table = Table(title=f"{title}; milliseconds, {sizes[0].size.clinics:,} clinics")
    table.add_column("question")
    for heading in (*(f"{each.size.rows:,} jobs" for each in sizes), "ratio"):
        table.add_column(heading, justify="right")
    for what, time in before.items():
        table.add_row(what, f"{time:.1f}", f"{after[what]:.1f}", f"{after[what] / time:.2f}×")
    return table


def _beside(sizes: list[Filled], found: list[Measured]) -> Table:
    table = Table(title="Claims of 40 while old jobs are deleted")
    table.add_column("jobs stored")
    for heading in ("a second, alone", "beside", "ratio", "95 %, alone", "95 %, beside"):
        table.add_column(heading, justify="right")
    for stored, each in zip(sizes, found, strict=True):
        rates = (
            f"{each.alone.rate:.1f}",
            f"{each.beside.rate:.1f}",
            f"{each.beside.rate / each.alone.rate:.2f}×",
        )
        table.add_row(
            f"{stored.size.rows:,}", *rates, f"{each.alone.p95:.0f} ms", f"{each.beside.p95:.0f} ms"
        )
    return table


def _asked_sizes() -> list[Size]:
    parser = argparse.ArgumentParser(prog="make bench-large")
    parser.add_argument("--few", type=int, default=1_000_000)
    parser.add_argument("--many", type=int, default=10_000_000)
    parser.add_argument("--clinics", type=int, default=500)
    parser.add_argument("--per-day", type=int, default=25_000)
    parsed = parser.parse_args()
    return [Size(rows, parsed.clinics, parsed.per_day) for rows in (parsed.few, parsed.many)]


if __name__ == "__main__":
    sys.exit(main())
