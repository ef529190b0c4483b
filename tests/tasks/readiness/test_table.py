"""docs/job-states.md tells each rule by which a job is checked, and its weight."""

import re

from database.settings import PROJECT
from tasks.readiness.finding import unreadable
from tasks.readiness.table import RULES

PAGE = (PROJECT / "docs" / "job-states.md").read_text("utf-8")
SECTION = PAGE.partition("## Before it is handed over")[2].partition("\n## ")[0]


def test_the_page_tells_every_rule_with_its_weight_in_their_order() -> None:
    told = re.findall(r"^\| `([a-z-]+)` \| ([a-z ]+) \| [^|]{10,} \|$", SECTION, re.MULTILINE)
    frame = unreadable("norm", "wajib diisi.")
    assert told == [(frame.rule, frame.weight.value), *((rule.name, rule.weight.value) for rule in RULES)]


def test_every_rule_says_what_to_do() -> None:
    assert all(len(rule.todo) > 10 for rule in RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_certain_ones_come_first() -> None:
    weights = [rule.weight for rule in RULES]
    assert weights == sorted(weights, reverse=True)
