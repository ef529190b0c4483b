"""An answer other than the rules': BPJS's envelope with any words, a foreign page or JSON, or a cut."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bpjs_simulator.clinic import Clinic
from bpjs_simulator.envelope import Answer, write
from bpjs_simulator.request import Request

ABSENT: Any = object()  # null is JSON too
_CREATED = 201
_REFUSED = {"pcare": 412, "antrean": 201}  # the code with which each service refuses


@dataclass(frozen=True)
class Said:
    """One answer; `{card}` and `{nik}` in its texts become those of the request that it answers."""

    http: int | None = None  # None: what the service gives with the code; 200 for a page and foreign JSON
    code: int | None = None  # None: the HTTP status if one is named, else the code of a refusal
    message: str = ""
    response: Any = None  # never sealed
    meta: Mapping[str, Any] = field(default_factory=dict)  # more fields, beside message and code
    number: str | None = None  # a success whose sealed number is this
    page: str | None = None  # HTML instead of an envelope
    json: Any = ABSENT  # JSON of another program instead of an envelope
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_seconds: float = 0  # how long nothing is said
    cut: bool = False  # then the connection is cut without a byte

    @property
    def forms(self) -> set[str]:
        """The forms that it has, which exclude each other; none when the rules' own answer is only late."""
        plain = Said()
        told = {form for name, form in _FORMS.items() if getattr(self, name) != getattr(plain, name)}
        return told or ({"envelope"} if self.http is not None else set())


# Field -> the form that it makes of an answer; the others go with each form.
_FORMS = dict.fromkeys(("code", "message", "response", "meta"), "envelope") | {
    name: name for name in ("number", "page", "json", "cut")
}


@dataclass(frozen=True)
class Reply:
    """A said answer as HTTP; `code` is the envelope's, or the HTTP status where there is no envelope."""

    status: int
    code: int
    body: bytes
    content_type: str


def reply(said: Said, request: Request, clinic: Clinic | None) -> Reply:
    """The answer to this request; a number is sealed for the clinic, when there is one."""
    said = _quoting(said, request)
    if said.page is not None:
        status = said.http or 200
        return Reply(status, status, said.page.encode("utf-8", "replace"), "text/html")
    if said.json is not ABSENT:
        status = said.http or 200
        body = json.dumps(said.json, ensure_ascii=False).encode("utf-8", "replace")
        return Reply(status, status, body, "application/json")
    answer = _created(said, request) if said.number is not None else _in_envelope(said, request)
    status, body = write(request.service, answer, clinic, request.headers.get("X-timestamp", ""))
    return Reply(status, answer.code, body, "application/json")


def _in_envelope(said: Said, request: Request) -> Answer:
    given = [number for number in (said.code, said.http) if number is not None]
    code = given[0] if given else _REFUSED[request.service]
    return Answer(code, said.message, said.response, http=said.http, meta=said.meta)


def _created(said: Said, request: Request) -> Answer:
    response: Any = {"field": "noUrut", "message": said.number}
    if request.path.lower().startswith("kunjungan"):  # an object there, a list here (contract 5d, 5e)
        response = [{"field": "noKunjungan", "message": said.number}]
    return Answer(_CREATED, "CREATED", response, sealed=True, http=said.http)


def _quoting(said: Said, request: Request) -> Said:
    quotes = {"{card}": request.card, "{nik}": request.nik}

    def filled(text: str) -> str:
        for place, quote in quotes.items():
            text = text.replace(place, quote)
        return text

    changes = {name: _in_texts(getattr(said, name), filled) for name in _QUOTED}
    return replace(said, **changes)


_QUOTED = ("message", "response", "meta", "page", "json")


def _in_texts(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: _in_texts(inner, change) for name, inner in value.items()}
    if isinstance(value, list):
        return [_in_texts(inner, change) for inner in value]
    return value
