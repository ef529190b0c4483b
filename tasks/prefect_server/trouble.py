"""Tells by an answer why Prefect's server does not do what it is asked: a password, a proxy, a wrong port."""

from dataclasses import dataclass
from json import JSONDecodeError

import httpx

_HOW_TO_ENTER = "periksa PREFECT_API_AUTH_STRING, atau PREFECT_HOME dengan folder Prefect milik server itu"
_REFUSALS = frozenset({httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN})


@dataclass(frozen=True)
class Trouble:
    """A finding and what to do; as text one sentence for a person. `lasting`: no waiting mends it."""

    found: str
    todo: str
    lasting: bool = False

    def __str__(self) -> str:
        return f"Server Prefect {self.found}; {self.todo}."


def answered(error: BaseException) -> Trouble | None:
    """The trouble told by an answer that became an error of Prefect's client; None: nothing answered."""
    if isinstance(error, JSONDecodeError):
        return _somebody_else("jawabannya bukan JSON")
    if isinstance(error, httpx.HTTPStatusError):
        return _refused(error.response)
    return None


def _refused(response: httpx.Response) -> Trouble:
    code = response.status_code
    if code in _REFUSALS:
        return Trouble(f"menolak kata sandi (HTTP {code})", _HOW_TO_ENTER, lasting=True)
    if code == httpx.codes.NOT_FOUND or "json" not in response.headers.get("content-type", ""):
        return _somebody_else(f"HTTP {code}")
    return Trouble(f"menjawab dengan galat (HTTP {code})", "lihat catatan server Prefect")


def _somebody_else(how: str) -> Trouble:
    found = f"bukan yang menjawab, melainkan proxy atau server lain ({how})"
    return Trouble(found, "periksa PREFECT_API_URL dan HTTP_PROXY")
