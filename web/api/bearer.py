"""Who asks: a token in the header `Authorization` says for which clinic, and what may be asked."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from database import Database
from database.errors import TokenRefused
from database.people.tokens import Ability, Token, token_of
from web.api.problem import Problem

MOST_AT_A_TIME = 8  # requests of one token; the pool has connections for more clinics than one
_READ = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="Token dari `bpjs token buat`, satu faskes setiap token.",
)
_NEEDS = {Ability.SUBMIT: "menyerahkan pekerjaan", Ability.READ: "membaca pekerjaan"}


class InFlight:
    """How many requests of each token are being served."""

    def __init__(self, most: int = MOST_AT_A_TIME) -> None:
        self._most = most
        self._now: Counter[str] = Counter()
        self._counting = Lock()

    @contextmanager
    def one_more(self, token_id: str) -> Iterator[None]:
        """Count this request. Raises Problem when there are too many."""
        with self._counting:
            if self._now[token_id] >= self._most:
                raise Problem(
                    "terlalu-banyak",
                    f"Paling banyak {self._most} permintaan sekaligus setiap token; ulangi sebentar lagi.",
                    headers={"Retry-After": "1"},
                )
            self._now[token_id] += 1
        try:
            yield
        finally:
            with self._counting:
                self._now[token_id] -= 1
                if not self._now[token_id]:
                    del self._now[token_id]


def database_of(request: Request) -> Database:
    """The database that this API serves."""
    database: Database = request.app.state.database
    return database


At = Annotated[Database, Depends(database_of)]


class WhoMay:
    """The dependency that lets a token with one ability through."""

    def __init__(self, ability: Ability) -> None:
        self._ability = ability

    def __call__(
        self,
        request: Request,
        database: At,
        given: Annotated[HTTPAuthorizationCredentials | None, Depends(_READ)],
    ) -> Iterator[Token]:
        """The token, for as long as its request is served. Raises Problem."""
        token = _token(database, given)
        request.scope["bpjs.token"] = token.id
        if self._ability not in token.abilities:
            raise Problem(
                "tidak-boleh", f"Token ini tidak boleh {_NEEDS[self._ability]} ({self._ability.value})."
            )
        with request.app.state.in_flight.one_more(token.id):
            yield token


def _token(database: Database, given: HTTPAuthorizationCredentials | None) -> Token:
    if given is None:
        raise _refused("sertakan header Authorization: Bearer dengan token")
    try:
        return token_of(database, given.credentials)
    except TokenRefused as refused:
        raise _refused(str(refused)) from None


def _refused(why: str) -> Problem:
    return Problem("tanpa-token", f"{why[0].upper()}{why[1:]}.", headers={"WWW-Authenticate": "Bearer"})


Submitter = Annotated[Token, Depends(WhoMay(Ability.SUBMIT))]
Reader = Annotated[Token, Depends(WhoMay(Ability.READ))]
