"""Somebody at the page: who they are, what they asked, and what is shown to them and written down of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from database import Database, DatabaseError
from database.errors import JobNotFound
from database.people.acts import Did, note_act
from database.people.people import Person
from web.desk import Desk
from web.pages import is_part, render

T = TypeVar("T")


@dataclass(frozen=True)
class Visitor:
    """A person with the right to be here, and their request."""

    request: Request
    desk: Desk
    person: Person

    @property
    def database(self) -> Database:
        """Our tables."""
        return self.desk.database

    @property
    def sees(self) -> frozenset[str] | None:
        """The clinics that they may see; None: all. Every question to the database names it."""
        return self.person.sees

    @property
    def name(self) -> str:
        """By whom something is done."""
        return self.person.name

    @property
    def address(self) -> str:
        """From where they ask."""
        return address_of(self.request)

    @property
    def wants_part(self) -> bool:
        """Whether the page itself asks for a part of it."""
        return is_part(self.request)

    def render(
        self, template: str, *, code: int = 200, headers: Mapping[str, str] | None = None, **context: Any
    ) -> HTMLResponse:
        """The page of a template."""
        return render(self.request, self.desk, template, self.person, code=code, headers=headers, **context)

    def unless_same(self, template: str, **context: Any) -> Response:
        """The part, marked by its content; nothing when the browser said that it has just this."""
        answer = self.render(template, **context)
        mark = sha256(bytes(answer.body)).hexdigest()[:16]
        if mark == self.request.headers.get("x-terakhir"):
            return Response(status_code=204)
        answer.headers["X-Terakhir"] = mark
        return answer

    def note(
        self,
        did: Did,
        *,
        result: str = "ok",
        job_id: int | None = None,
        faskes: str | None = None,
        about: str | None = None,
    ) -> None:
        """One line in the log of what people did. Raises DatabaseUnavailable."""
        note_act(
            self.database,
            did,
            by=self.name,
            result=result,
            job_id=job_id,
            faskes=faskes,
            address=self.address,
            about=about,
        )

    def noted(
        self, did: Did, act: Callable[[], T], *, job_id: int | None = None, faskes: str | None = None
    ) -> T:
        """The act's result; it is done and then written down, a refusal too. Raises what the act raises."""
        try:
            done = act()
        except DatabaseError as refused:
            result = "tidak ada" if isinstance(refused, JobNotFound) else "ditolak"
            self.note(did, result=result, job_id=job_id, faskes=faskes)
            raise
        self.note(did, job_id=job_id, faskes=faskes)
        self.desk.looks.forget()
        return done


def address_of(request: Request) -> str:
    """The address of whoever asks."""
    return request.client.host if request.client else ""
