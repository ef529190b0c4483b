"""A dispatcher's run stays open: what comes soon after leaves in the same run, and the run ends by itself."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from database.status import Status
from flows import burst
from tests.flows.bpjs import friendly
from tests.flows.dispatching import dispatching
from tests.flows.prefect_server import PrefectServer
from tests.flows.test_kirim import runs_of
from tests.tasks.desk import Desk

PATIENT_SECONDS = 60  # for what the machine does; what is waited for is a condition


def wait_until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENT_SECONDS
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def deliver(here: Desk, norm: str) -> None:
    job_id = here.hand_over("tambah-antrean", norm=norm)
    wait_until(lambda: here.job(job_id).status == Status.TERKIRIM)


def flow_runs(prefect: PrefectServer, norm: str) -> list[dict[str, Any]]:
    """The flow runs of the patients whose norm begins like this, when their task runs are recorded."""
    wait_until(lambda: len(runs_of(prefect, norm)) == 2)
    ids = {run["flow_run_id"] for run in runs_of(prefect, norm)}
    return prefect.query("/flow_runs/filter", flow_runs={"id": {"any_": sorted(ids)}})


def test_two_jobs_one_after_the_other_leave_in_one_run(desk: Any, prefect: PrefectServer, norm: str) -> None:
    here = desk(friendly)
    with dispatching(here.at):
        deliver(here, f"{norm}-1")
        time.sleep(1)  # nothing is due meanwhile
        deliver(here, f"{norm}-2")
    (run,) = flow_runs(prefect, norm)
    assert run["state_type"] == "COMPLETED"  # a shutdown ends it at once


def test_a_run_ends_when_nothing_has_come_for_its_time(
    desk: Any, prefect: PrefectServer, norm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.burst.OPEN_SECONDS", 0.2)
    here = desk(friendly)
    with dispatching(here.at):
        deliver(here, f"{norm}-1")
        time.sleep(2)
        deliver(here, f"{norm}-2")
    assert [run["state_type"] for run in flow_runs(prefect, norm)] == ["COMPLETED"] * 2


def test_a_job_that_falls_due_by_time_alone_leaves_in_the_open_run(
    desk: Any, prefect: PrefectServer, norm: str
) -> None:
    """Nobody announces it: the run looks by itself."""
    answers = iter([429])

    def busy_once(request: Any) -> Any:
        return httpx.Response(429) if next(answers, None) else friendly(request)

    here = desk(busy_once)
    here.at.settings.try_seconds = (1.0,)
    with dispatching(here.at):
        deliver(here, f"{norm}-1")
    (run,) = flow_runs(prefect, norm)
    assert run["state_type"] == "COMPLETED"


def test_what_comes_into_an_open_run_leaves_before_anything_else_is_asked(
    desk: Any, prefect: PrefectServer, norm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts: list[str] = []

    def noting(name: str) -> None:
        act = getattr(burst, name)

        def noted(*arguments: Any, **named: Any) -> Any:
            done = act(*arguments, **named)
            acts.append(name if name != "claim" or done else "claim of nothing")
            return done

        monkeypatch.setattr(burst, name, noted)

    here = desk(friendly)
    with dispatching(here.at):
        deliver(here, f"{norm}-1")
        time.sleep(1)  # the run is open, and nothing is due
        noting("has_work")
        noting("claim")
        noting("submit")
        deliver(here, f"{norm}-2")
    assert "claim" in acts
    assert acts[acts.index("claim") + 1] == "submit"
    assert len(flow_runs(prefect, norm)) == 1
