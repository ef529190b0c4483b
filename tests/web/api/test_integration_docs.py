"""What docs/integration.md shows of the HTTP API is done here, word for word."""

import json
from pathlib import Path

from database.people.tokens import Ability
from tests.documents import examples, run
from tests.web.api.served import Served
from web.api.app import api
from web.api.bearer import MOST_AT_A_TIME
from web.api.jobs import MOST_JOBS

EXAMPLE = next(each for each in examples("integration.md") if "$API/pekerjaan" in each.text)
PAGE = (Path(__file__).parents[3] / "docs" / "integration.md").read_text("utf-8")
SECTION = PAGE.partition("## HTTP API")[2].partition("\n## ")[0]


def test_a_job_is_handed_over_and_read_back_with_curl(served: Served, tmp_path: Path) -> None:
    environ = {"API": served.url, "TOKEN": served.token("utama", *Ability)}
    first, found, feed = map(json.loads, run(EXAMPLE, tmp_path, environ).splitlines())
    assert (first["kunci"], first["status"], first["baru"]) == ("visit-9-antrean", "menunggu", True)
    assert (found["id"], found["status"]) == (first["id"], "menunggu")
    assert feed == {"pekerjaan": [], "cursor": "0-0", "lagi": False}  # settled in a minute
    again = json.loads(run(EXAMPLE, tmp_path, environ).splitlines()[0])
    assert (again["id"], again["baru"]) == (first["id"], False)


def test_every_operation_and_limit_is_told() -> None:
    paths = api(None).openapi()["paths"]  # type: ignore[arg-type] # the document needs no database
    for path, methods in paths.items():
        for method in methods:
            assert f"`{method.upper()} {path}" in SECTION, path
    assert f"{MOST_JOBS} at most" in SECTION
    assert f"more than {MOST_AT_A_TIME} requests" in SECTION
