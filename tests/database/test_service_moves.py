"""The state of a service is changed in one place, by the moves of one table."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from database.settings import PROJECT

ROOMS = ("bpjs_client", "database", "tasks", "flows", "cli", "deployments")
THE_PLACE = "database/services/transitions.py"
HISTORY = "database/migrations/"  # makes and remakes the table, and moves no service


def product() -> Iterator[tuple[str, str]]:
    """The name and the text of each of our files that may run in a clinic."""
    for room in ROOMS:
        for file in sorted((PROJECT / room).rglob("*.py")):
            name = file.relative_to(PROJECT).as_posix()
            if not name.startswith(HISTORY):
                yield name, file.read_text("utf-8")


def changes_of_state(source: str) -> list[int]:
    """The lines that assign a state, or write the table of the services by a statement that may."""
    tree = ast.parse(source)
    assigned = [
        target.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)
        for whole in (node.targets if isinstance(node, ast.Assign) else [node.target])
        for target in ast.walk(whole)
        if isinstance(target, ast.Attribute) and target.attr == "state"
    ]
    statements = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and re.match(r"update\(ServiceState\)", ast.unparse(node))
        if any(keyword.arg == "state" for keyword in node.keywords)
    ]
    raw = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.search(r"UPDATE\s+services\b", node.value, re.IGNORECASE)
    ]
    return [*assigned, *statements, *raw]


def test_a_state_is_changed_in_one_place() -> None:
    assert {name for name, source in product() if changes_of_state(source)} == {THE_PLACE}


@pytest.mark.parametrize(
    "source",
    [
        'row.state = "open"',
        'row.reason, row.state = why, "open"',
        'session.execute(update(ServiceState).where(ServiceState.faskes == "utama").values(state="open"))',
        "session.execute(text(\"UPDATE services SET state = 'open'\"))",
    ],
)
def test_another_place_would_be_found(source: str) -> None:
    assert changes_of_state(source)


def test_a_probe_time_may_be_written_elsewhere() -> None:
    assert not changes_of_state(Path(PROJECT / "database/services/probes.py").read_text("utf-8"))
