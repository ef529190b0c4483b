"""After hours without a worker only the newest late run of a schedule is carried out, and every manual one."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from prefect import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.flows import flow

from tasks.prefect_server.late_runs import skip_late
from tests.flows.prefect_server import PrefectServer, ask

ZONE = timezone(timedelta(hours=7))
NOON = datetime(2026, 9, 14, 5, 0, tzinfo=UTC)  # twelve o'clock there
HOURLY: dict[str, Any] = {"referensi": ["antrean/poli"]}


@flow(name="late-sync")
def late_sync(referensi: list[str] | None = None) -> None:
    """Nothing; only its runs matter here."""


@pytest.fixture
def deployment_id(prefect: PrefectServer) -> Iterator[str]:
    with get_client(sync_client=True) as client:
        flow_id = client.create_flow(late_sync)
        made = client.create_deployment(flow_id, name=f"late-{time.monotonic_ns()}")
    yield str(made)
    ask("DELETE", f"{prefect.api_url}/deployments/{made}")


def late(
    prefect: PrefectServer, deployment_id: str, hour: int, *, scheduled: bool = True, **parameters: Any
) -> str:
    """A late run that was due at this hour; by the scheduler, or by a person."""
    due = NOON.replace(hour=hour - 7)
    state = {"type": "SCHEDULED", "name": "Late", "state_details": {"scheduled_time": due.isoformat()}}
    where = f"{prefect.api_url}/deployments/{deployment_id}/create_flow_run"
    run_id = str(ask("POST", where, {"parameters": parameters, "state": state})["id"])
    with closing(sqlite3.connect(prefect.home / "prefect.db", timeout=60)) as kept, kept:
        done = kept.execute(
            "UPDATE flow_run SET auto_scheduled = ? WHERE replace(id, '-', '') = ?",
            (scheduled, run_id.replace("-", "")),
        )
        assert done.rowcount == 1
    return run_id


def run_of(run_id: str) -> FlowRun:
    with get_client(sync_client=True) as client:
        return client.read_flow_run(run_id)  # type: ignore[arg-type] # a UUID as text


def begin(run_id: str) -> str | None:
    """What the run does first when a worker begins it."""
    with get_client(sync_client=True) as client:
        return skip_late(client, run_of(run_id), NOON, ZONE)


def states(*run_ids: str) -> list[tuple[str | None, str | None]]:
    found = [run_of(run_id).state for run_id in run_ids]
    return [(state.name, state.message) if state else (None, None) for state in found]


def test_the_oldest_ends_those_between_and_gives_way_to_the_newest(
    prefect: PrefectServer, deployment_id: str
) -> None:
    runs = [late(prefect, deployment_id, hour, **HOURLY) for hour in (8, 9, 10, 11)]
    said = begin(runs[0])
    assert said == "dilewati: yang dijadwalkan 14-09-2026 11:00 menggantikannya"
    assert states(*runs[1:]) == [("Cancelled", said), ("Cancelled", said), ("Late", None)]
    assert begin(runs[3]) is None


def test_the_newest_ends_the_older_ones_and_is_carried_out(
    prefect: PrefectServer, deployment_id: str
) -> None:
    older, newest = (late(prefect, deployment_id, hour, **HOURLY) for hour in (8, 9))
    assert begin(newest) is None
    assert [name for name, _ in states(older, newest)] == ["Cancelled", "Late"]


def test_what_a_person_started_is_neither_dropped_nor_counted(
    prefect: PrefectServer, deployment_id: str
) -> None:
    scheduled = late(prefect, deployment_id, 8, **HOURLY)
    manual = [late(prefect, deployment_id, hour, scheduled=False, **HOURLY) for hour in (7, 9)]
    assert begin(scheduled) is None
    assert [begin(run) for run in manual] == [None, None]
    assert {name for name, _ in states(scheduled, *manual)} == {"Late"}


def test_another_schedule_of_the_deployment_keeps_its_run(prefect: PrefectServer, deployment_id: str) -> None:
    daily = late(prefect, deployment_id, 8)
    hourly = [late(prefect, deployment_id, hour, **HOURLY) for hour in (9, 10)]
    assert begin(daily) is None
    assert begin(hourly[0])
    assert [name for name, _ in states(daily, *hourly)] == ["Late", "Late", "Late"]


def test_what_is_not_due_yet_counts_for_nothing(prefect: PrefectServer, deployment_id: str) -> None:
    due, coming = (late(prefect, deployment_id, hour, **HOURLY) for hour in (11, 13))
    assert begin(due) is None
    assert [name for name, _ in states(due, coming)] == ["Late", "Late"]
