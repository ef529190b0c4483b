"""What the pages work with, built once by whoever starts them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request

from database import Database
from database.faskes_name import Known
from tasks.readiness.check import Readiness
from tasks.readiness.here import readiness_here
from tasks.reference_data.book import ReferenceBook
from tasks.reporting import Reportings
from web.bulk_run import BulkRuns
from web.looks import Looks
from web.settings import WebSettings


class SyncUnavailable(Exception):
    """Prefect cannot be asked to read the references; the text says so in Indonesian."""


@dataclass
class Desk:
    """`start_sync` has Prefect read references (`layanan/jenis`) of a clinic, or raises SyncUnavailable.
    `run_link` is the address of a task run in Prefect's UI; None: nobody knows where it is.
    `known`: the clinics in the file, if there is one. `reportings`: when the months of each close.
    """

    database: Database
    settings: WebSettings = field(default_factory=WebSettings)
    known: Known = None
    reportings: Reportings = field(default_factory=Reportings)
    start_sync: Callable[[Sequence[str], str], None] | None = None
    run_link: Callable[[UUID], str | None] = lambda _run: None
    looks: Looks[Any] = field(default_factory=Looks, repr=False)
    bulk: BulkRuns = field(default_factory=BulkRuns)
    book: ReferenceBook = field(init=False)
    readiness: Readiness = field(init=False)

    def __post_init__(self) -> None:
        self.book = ReferenceBook(self.database)
        self.readiness = readiness_here(self.database, self.book)


def desk_of(request: Request) -> Desk:
    """The desk of the application that was asked."""
    desk: Desk = request.app.state.desk
    return desk


TheDesk = Annotated[Desk, Depends(desk_of)]
