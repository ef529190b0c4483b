"""Scripts: which requests meet which answer, how often, and whether a write takes effect first."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from bpjs_simulator.named_answers import NAMED
from bpjs_simulator.request import Request
from bpjs_simulator.said import Said
from bpjs_simulator.spelled_answer import CUSTOM, WrongAnswer, spelled

METHODS = ("GET", "POST", "PUT", "DELETE")
SERVICES = ("pcare", "antrean")


class WrongScript(ValueError):
    """There is no such answer or match, or no script of this number."""


def _in_body(wanted: str, request: Request) -> bool:
    # As it was sent, and without the escapes and spaces that a program may write or not.
    plain = json.dumps(request.content, ensure_ascii=False, separators=(",", ":"))
    return wanted in request.body.decode("utf-8", "replace") or (bool(request.body) and wanted in plain)


# A match may name these -> the test whether a request is so.
_TESTS: dict[str, Callable[[str, Request], bool]] = {
    "service": lambda wanted, request: wanted == request.service,
    "endpoint": lambda wanted, request: wanted.lower() in request.path.lower(),
    "method": lambda wanted, request: wanted.upper() == request.method,
    "card": lambda wanted, request: wanted == request.card,
    "contains": _in_body,
    "cons_id": lambda wanted, request: wanted == request.cons_id,
}
_CHOICES = {"service": SERVICES, "method": METHODS}


@dataclass
class Script:
    """One answer for the requests that are as `match` says; all of them when it is empty."""

    number: int
    name: str  # of the answer; `custom` for one that was spelled out
    said: Said
    match: Mapping[str, str]
    times: int | None = None  # None: for ever
    after: bool = False  # a write takes effect first
    met: int = 0

    def meets(self, request: Request) -> bool:
        """Whether it answers this request."""
        is_left = self.times is None or self.met < self.times
        return is_left and all(_TESTS[name](wanted, request) for name, wanted in self.match.items())


def once(name: str) -> Script:
    """A script of a named answer for the one request in hand, before anything took effect."""
    return Script(0, name, NAMED[name].said, {}, times=1)


class Scripts:
    """The scripts there are; of several that fit a request, the oldest answers it."""

    def __init__(self) -> None:
        self._scripts: dict[int, Script] = {}
        self._numbers = count(1)

    def add(self, answer: Any, match: Mapping[str, Any], *, times: Any = None, after: bool = False) -> int:
        """Add a script for a name or a spelled-out answer; its number. Raises WrongScript."""
        try:
            name, said = spelled(answer)
        except WrongAnswer as wrong:
            raise WrongScript(str(wrong)) from None
        if times is not None and (type(times) is not int or times < 1):
            raise WrongScript("'times' harus bilangan mulai 1; tanpa itu, untuk seterusnya")
        script = Script(next(self._numbers), name, said, _usual(name, _checked(match)), times, after)
        self._scripts[script.number] = script
        return script.number

    def clear(self, number: Any = None) -> None:
        """Forget one script, or all. Raises WrongScript."""
        if number is None:
            self._scripts.clear()
        elif type(number) is not int or self._scripts.pop(number, None) is None:
            raise WrongScript(f"tidak ada jawaban dengan 'id' {number!r}")

    def choose(self, request: Request) -> Script | None:
        """The script that answers this request, which counts as once; None for none."""
        script = next((script for script in self._scripts.values() if script.meets(request)), None)
        if script is not None:
            script.met += 1
        return script

    def ledger(self) -> list[dict[str, Any]]:
        """Each script's number, answer, and how many requests it met."""
        return [
            {"id": script.number, "answer": script.name, "met": script.met}
            for script in self._scripts.values()
        ]


def _checked(match: Mapping[str, Any]) -> Mapping[str, str]:
    for name, wanted in match.items():
        if name not in _TESTS:
            raise WrongScript(f"tidak ada '{name}' dalam 'match'; yang ada: {', '.join(_TESTS)}")
        if not isinstance(wanted, str) or not wanted:
            raise WrongScript(f"'{name}' dalam 'match' harus teks yang tidak kosong")
        choices = _CHOICES.get(name)
        if choices and wanted not in choices:
            raise WrongScript(f"'{name}' dalam 'match' harus salah satu dari {', '.join(choices)}")
    return match


def _usual(name: str, match: Mapping[str, str]) -> Mapping[str, str]:
    """A match, with what an answer of this name usually meets where the match does not say it."""
    usual = dict(NAMED[name].meets) if name != CUSTOM else {}
    if "endpoint" in match:  # it says the service too
        usual = {kept: usual[kept] for kept in usual if kept == "method"}
    return {**usual, **match}
