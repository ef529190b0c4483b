"""Sinkronisasi: Prefect is told to read references anew, and the page tells how far that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from bpjs_client.jenis import Service
from bpjs_client.references import BY_NAME, REFERENCES
from database import LineRefused
from database.people.acts import Did
from database.references.store import LastSync, Synced
from database.references.sync_runs import last_run_number, runs_since
from web.clinic import ChosenClinic, chosen_clinic
from web.desk import SyncUnavailable
from web.form import Form, TheForm, whole
from web.visitor import Visitor
from web.who import Staff, Watching, staff, watching

router = APIRouter(prefix="/bpjs-fktp/sinkronisasi", dependencies=[Depends(staff)])
polled = APIRouter(prefix="/bpjs-fktp/sinkronisasi", dependencies=[Depends(watching)])

PAGES: Mapping[Service, str] = {
    Service.PCARE: "/bpjs-fktp/referensi-pcare",
    Service.ANTREAN: "/bpjs-fktp/referensi-antrean",
}
_NO_SUCH = "referensi itu tidak ada"
_NOBODY_TO_ASK = "Prefect tidak dapat dihubungi, jadi referensi belum dibaca ulang."


@dataclass(frozen=True)
class Progress:
    """The references to be read, as they were asked for and each, and the runs over them since then."""

    asked: str
    names: Sequence[str]
    since: int
    clinic: ChosenClinic
    runs: Mapping[str, LastSync]

    @property
    def done(self) -> list[Synced]:
        """Those that were read, or could not be."""
        return [self.runs[name].synced for name in self.names if name in self.runs]

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to read."""
        return len(self.runs) == len(self.names)

    @property
    def failed(self) -> int:
        """How many could not be read."""
        return sum(synced.error is not None for synced in self.done)

    @property
    def address(self) -> str:
        """The query under which one looks again."""
        return urlencode(_asked(self.asked, self.since) | self.clinic.in_address)

    @property
    def page_now(self) -> str:
        """The page with the progress, for whose browser does not look by itself."""
        return _page(self.names, _asked(self.asked, self.since) | self.clinic.in_address)

    @property
    def page(self) -> str:
        """The page that shows what was read."""
        return _page(self.names, self.clinic.in_address)


@router.post("")
def start(by: Staff, form: TheForm) -> Response:
    """Have the references read, and go back to their page, which shows the progress."""
    clinic, asked = chosen_clinic(by, form), form.one("referensi")
    names = _names(asked)
    if not names:
        raise LineRefused(_NO_SUCH)
    since = last_run_number(by.database)
    try:
        _start(by, names, clinic.name)
    except SyncUnavailable as away:
        by.note(Did.SYNC, result="gagal", faskes=clinic.name, about=asked)
        return by.render("pesan.html", code=503, says=str(away), kind="salah")
    by.note(Did.SYNC, faskes=clinic.name, about=asked)
    return RedirectResponse(_page(names, _asked(asked, since) | clinic.in_address), 303)


@polled.get("/kemajuan")
def progress(by: Watching, form: TheForm) -> Response:
    """The part that tells how far it is."""
    return by.unless_same("_kemajuan_sinkron.html", progress=progress_of(by, chosen_clinic(by, form), form))


def progress_of(by: Visitor, clinic: ChosenClinic, form: Form) -> Progress | None:
    """How far the sync is that an address names; None when it names none. Raises DatabaseUnavailable."""
    since, asked = whole(form.one("setelah")), form.one("sinkron")
    names = _names(asked)
    if since is None or not names:
        return None
    return Progress(asked, names, since, clinic, runs_since(by.database, clinic.name, names, since))


def _start(by: Visitor, names: Sequence[str], faskes: str) -> None:
    if by.desk.start_sync is None:
        raise SyncUnavailable(_NOBODY_TO_ASK)
    by.desk.start_sync(names, faskes)


def _names(asked: str) -> list[str]:
    """`pcare/poli` is one reference, `pcare` all of the service; none for any other text."""
    return [each.name for each in REFERENCES if asked in {each.name, each.service.value}]


def _page(names: Sequence[str], query: Mapping[str, str]) -> str:
    """The address of the page that shows these references, with something more in it."""
    reference = BY_NAME[names[0]]
    shown = {"jenis": reference.jenis} if len(names) == 1 else {}
    return f"{PAGES[reference.service]}?{urlencode(shown | dict(query))}"


def _asked(asked: str, since: int) -> dict[str, str]:
    return {"sinkron": asked, "setelah": str(since)}
