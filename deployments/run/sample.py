"""The sample clinic day, handed over as a clinic's own system would: through `bpjs enqueue`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bpjs_simulator.sample_day import SampleDay
from deployments import commands
from deployments.children.processes import Children


@dataclass(frozen=True)
class Handed:
    """The answer of `enqueue` to one line of the day."""

    job_id: int
    status: str
    new: bool


def hand_over(day: SampleDay, children: Children, environ: Mapping[str, str]) -> list[Handed]:
    """Enqueue the day; one answer per line, in order. Raises StepFailed (also when a line is refused)."""
    lines = "".join(json.dumps(line) + "\n" for line in day.lines)
    answers = children.run("Hari contoh", commands.bpjs("enqueue", "-"), environ, typed=lines)
    rows = [json.loads(answer) for answer in answers.splitlines()]
    return [Handed(row["id"], row["status"], row["new"]) for row in rows]
