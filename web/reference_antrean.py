"""Referensi Antrean: poli and doctors with their sessions and quota, today and the next seven days."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from bpjs_client.jenis import Service
from bpjs_client.references import BY_NAME
from database.references.search import Found, search
from database.references.sync_runs import LastRuns, last_runs
from database.views.monitor import today
from web.clinic import ChosenClinic, chosen_clinic
from web.form import TheForm
from web.schedule import Day, Poli, days_from, schedule, sessions_by_hour
from web.syncing import PAGES, progress_of
from web.visitor import Visitor
from web.who import Staff, staff

router = APIRouter(prefix="/bpjs-fktp", dependencies=[Depends(staff)])
PAGE = PAGES[Service.ANTREAN]
POLI, DOKTER = BY_NAME["antrean/poli"], BY_NAME["antrean/dokter"]
_MOST_ROWS, _LONGEST = 5_000, 100


@dataclass(frozen=True)
class Seen:
    """One look at the schedule, with all that its template shows."""

    clinic: ChosenClinic
    words: str
    days: list[Day]
    polis: list[Poli]
    runs: Mapping[str, LastRuns]

    @property
    def last(self) -> LastRuns | None:
        """The last runs over the doctors' sessions."""
        return self.runs.get(DOKTER.name)

    @property
    def address(self) -> str:
        """The page's address."""
        query = ({"cari": self.words} if self.words else {}) | self.clinic.in_address
        return f"{PAGE}?{urlencode(query)}" if query else PAGE


@router.get("/referensi-antrean")
def references(by: Staff, form: TheForm) -> Response:
    """The page, or its part below the tabs, with the words that the address names."""
    clinic, words = chosen_clinic(by, form), form.one("cari")[:_LONGEST]
    days = days_from(today(by.database))
    polis, sessions = (_rows(by, name, clinic.name, days) for name in (POLI.name, DOKTER.name))
    seen = Seen(clinic, words, days, schedule(polis, sessions, words), last_runs(by.database, clinic.name))
    return by.render(
        "_referensi_antrean.html" if by.wants_part else "referensi_antrean.html",
        headers={"HX-Replace-Url": seen.address} if by.wants_part else {},
        seen=seen,
        progress=progress_of(by, clinic, form),
        hours_of=sessions_by_hour,
    )


def _rows(by: Visitor, name: str, faskes: str, days: list[Day]) -> list[Found]:
    found = search(by.database, BY_NAME[name], faskes=faskes, since=today(by.database), limit=_MOST_ROWS)
    shown = {day.key for day in days}
    return [row for row in found if row.varian in shown]
