"""The feed tells every change once it is settled, in order, page by page."""

import httpx
import pytest

from database import Database
from database.status import Status
from tests.database.clinic import Clinic, FakeClock
from tests.web.api.served import line, problem


def ids(page: httpx.Response) -> list[int]:
    return [job["id"] for job in page.json()["pekerjaan"]]


def test_changes_are_told_page_by_page_and_never_twice(
    caller: httpx.Client, database: Database, clock: FakeClock
) -> None:
    clinic = Clinic(database, clock)
    jobs = [clinic.hand_over(norm=f"RM-{number}") for number in range(5)]
    clock.advance(seconds=61)
    first = caller.get("/perubahan", params={"limit": 3})
    assert (ids(first), first.json()["lagi"]) == (jobs[:3], True)
    second = caller.get("/perubahan", params={"limit": 3, "cursor": first.json()["cursor"]})
    assert (ids(second), second.json()["lagi"]) == (jobs[3:], False)
    empty = caller.get("/perubahan", params={"cursor": second.json()["cursor"]})
    assert (ids(empty), empty.json()["cursor"]) == ([], second.json()["cursor"])

    clinic.bring_to(jobs[1], Status.TERKIRIM)
    clock.advance(seconds=61)
    changed = caller.get("/perubahan", params={"cursor": second.json()["cursor"]})
    assert [(job["id"], job["status"]) for job in changed.json()["pekerjaan"]] == [(jobs[1], "terkirim")]


def test_what_changed_just_now_waits(caller: httpx.Client, clock: FakeClock) -> None:
    caller.post("/pekerjaan", json=line())
    clock.advance(seconds=59)
    assert ids(caller.get("/perubahan")) == []
    clock.advance(seconds=1)
    assert ids(caller.get("/perubahan")) == [1]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "1-2-3"}, "cursor"),
        ({"cursor": "-1-2"}, "cursor"),
        ({"cursor": "9" * 16 + "-" + "9" * 18}, None),
        ({"cursor": "9" * 41}, "cursor"),
        ({"cursor": "\x00"}, "cursor"),
        ({"cursor": ""}, None),
        ({"limit": 0}, "limit"),
        ({"limit": 501}, "limit"),
        ({"limit": "x"}, "limit"),
    ],
)
def test_a_cursor_of_ones_own_making_is_refused(
    caller: httpx.Client, asked: dict[str, str], field: str | None
) -> None:
    answer = caller.get("/perubahan", params=asked)
    if field is None:
        assert answer.status_code == 200
    else:
        assert (answer.status_code, set(problem(answer)["errors"])) == (422, {field})
