"""Referensi Antrean: the week's sessions poli by poli, what changed, and which own codes have no session."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from bpjs_client.jenis import Service
from bpjs_client.references import BY_NAME
from database.references.sync_runs import LastRuns, last_runs
from tasks.schedule import words as schedule_words
from tasks.schedule.week import PoliWeek, Week, week_of
from web.clinic import ChosenClinic, chosen_clinic
from web.form import TheForm
from web.schedule import matching
from web.syncing import PAGES, progress_of
from web.who import Staff, staff

router = APIRouter(prefix="/bpjs-fktp", dependencies=[Depends(staff)])
PAGE = PAGES[Service.ANTREAN]
DOKTER = BY_NAME["antrean/dokter"]
_LONGEST = 100


@dataclass(frozen=True)
class Seen:
    """One look at the schedule, with all that its template shows."""

    clinic: ChosenClinic
    words: str
    week: Week
    polis: Sequence[PoliWeek]
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
    week = week_of(by.database, clinic.name)
    seen = Seen(clinic, words, week, matching(week, words), last_runs(by.database, clinic.name))
    return by.render(
        "_referensi_antrean.html" if by.wants_part else "referensi_antrean.html",
        headers={"HX-Replace-Url": seen.address} if by.wants_part else {},
        seen=seen,
        progress=progress_of(by, clinic, form),
        say=schedule_words,
    )
