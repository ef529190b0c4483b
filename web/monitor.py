"""Monitoring: the filter, the cards, what failed by cause, and the table of jobs."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from database.jobs.known_causes import new_causes
from database.services.stopped_lines import stopped_lines
from database.views.causes import Cause, causes, jobs_of_cause
from database.views.clinics_here import clinics_here
from database.views.job_page import JobPage, headings, job_page
from database.views.monitor import Filter, for_patient, open_before, today
from web.filter import Chosen, read_filter
from web.form import Form, TheForm, whole
from web.visitor import Visitor
from web.who import Staff, Watching, staff, watching

router = APIRouter(prefix="/bpjs-fktp", dependencies=[Depends(staff)])
polled = APIRouter(prefix="/bpjs-fktp", dependencies=[Depends(watching)])
PAGE = "/bpjs-fktp/monitoring"


@dataclass(frozen=True)
class Seen:
    """One look at the monitor, with all that its template shows."""

    chosen: Chosen
    page: JobPage
    causes: list[Cause]
    new: set[str]
    left_open: dict[str, int]
    for_patient: int
    stopped: list[str]
    clinics: list[str]

    @property
    def headings(self) -> list[str]:
        """The columns that follow the job type."""
        return headings(self.chosen.jenis)


def look(by: Visitor, chosen: Chosen) -> Seen:
    """Look at what somebody chose, within the clinics that they see. Raises DatabaseUnavailable."""
    database, known = by.database, by.desk.known
    wanted = chosen.filter(by.sees)
    ids = tuple(jobs_of_cause(database, wanted, chosen.cause)) if chosen.cause else None
    found = causes(database, wanted)
    mine = Filter(faskes=wanted.faskes, clinics=wanted.clinics)
    return Seen(
        chosen=chosen,
        page=job_page(database, chosen.filter(by.sees, ids), chosen.order, chosen.after),
        causes=found,
        new=new_causes(database, [cause.key for cause in found]),
        left_open=open_before(database, mine),
        for_patient=for_patient(database, mine),
        stopped=stopped_lines(database, known, clinics=mine.only),
        clinics=clinics_here(database, known) if by.sees is None else sorted(by.sees),
    )


@router.get("/monitoring")
def monitor(by: Staff, form: TheForm) -> Response:
    """The page, with the filter that its address names."""
    return show_monitor(by, form)


@router.post("/monitoring")
def filtered(by: Staff, form: TheForm) -> Response:
    """The page, or its part below the tabs, with the filter of its form."""
    return show_monitor(by, form)


@polled.post("/monitoring/terkini")
def fresh(by: Watching, form: TheForm) -> Response:
    """The part that changes; nothing when the browser has it, or for a search by name, which costs much."""
    chosen = read_filter(form, today(by.database))
    if chosen.is_by_name:
        return Response(status_code=204)
    seen: Seen = by.desk.looks.at((by.sees, chosen), lambda: look(by, chosen))
    return by.unless_same("_hasil.html", seen=seen, picked=_picked(form))


def show_monitor(by: Visitor, form: Form, **more: Any) -> Response:
    """The monitor with whatever stands beside it (`detail`)."""
    chosen = read_filter(form, today(by.database))
    template = "_monitor.html" if by.wants_part else "monitoring.html"
    headers = {"HX-Push-Url": PAGE + chosen.address()} if by.wants_part else {}
    context: dict[str, Any] = {"detail": None, "seen": look(by, chosen), "picked": _picked(form), **more}
    return by.render(template, headers=headers, **context)


def _picked(form: Form) -> frozenset[int]:
    """The rows that somebody has chosen in the table."""
    return frozenset(number for number in map(whole, form.all("pilih")) if number is not None)
