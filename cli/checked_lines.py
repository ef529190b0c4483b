"""JSON lines are read as a hand-over would read them, but each that cannot be read says all that is wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from database import Database, LineRefused
from database.jobs.handover import NewJob, admitted, read_line, wrong_parts
from database.typed import read_json
from tasks.readiness.finding import Finding, unreadable


@dataclass(frozen=True)
class CheckedLine:
    """A line of the file: its job, or what hinders it from being one, or why it is no JSON object at all."""

    number: int
    job: NewJob | None = None
    frame: tuple[Finding, ...] = ()
    galat: str = ""


def read_lines(database: Database, text: str) -> Iterator[CheckedLine]:
    """The lines that are not blank, numbered from 1. Raises DatabaseUnavailable."""
    # Not splitlines(): JSON may hold U+2028 and its like within a line.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield _read(database, number, line)


def _read(database: Database, number: int, line: str) -> CheckedLine:
    try:
        document = read_json(line, "baris ini", strict=True)
    except LineRefused as refused:
        return CheckedLine(number, galat=str(refused))
    if not isinstance(document, Mapping):
        return CheckedLine(number, galat="baris ini bukan objek JSON")
    wrong = wrong_parts(document)
    if wrong:
        return CheckedLine(number, frame=tuple(unreadable(field, f"{why}.") for field, why in wrong.items()))
    try:
        return CheckedLine(number, job=admitted(database, read_line(document)))
    except LineRefused as refused:
        return CheckedLine(number, frame=(unreadable("faskes", f"{refused}."),))
