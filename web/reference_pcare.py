"""Referensi PCare: the clinic's copy of each reference, searched by part of code or name."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from bpjs_client.dates import shown_date
from bpjs_client.jenis import Service
from bpjs_client.references import REFERENCES, Reference
from database.references.search import Found, FoundPage, search_page
from database.references.sync_runs import LastRuns, last_runs
from web.clinic import ChosenClinic, chosen_clinic
from web.form import Form, TheForm, whole
from web.reference_words import COLUMN_WORDS, VARIANTS, cell_words, reference_words
from web.syncing import PAGES, progress_of
from web.who import Staff, staff

router = APIRouter(prefix="/bpjs-fktp", dependencies=[Depends(staff)])
PAGE = PAGES[Service.PCARE]
OF_PCARE: Mapping[str, Reference] = {each.jenis: each for each in REFERENCES if each.service is Service.PCARE}
_ROWS, _MOST_PAGES, _MOST_COLUMNS, _LONGEST = 50, 10_000, 5, 100


@dataclass(frozen=True)
class Wanted:
    """What somebody looks at: one reference of one clinic, the words, and the place in the list."""

    reference: Reference
    clinic: ChosenClinic
    words: str
    with_inactive: bool
    page: int

    def address(self, **changes: Any) -> str:
        """The address of this page, or of one that differs in something."""
        other = replace(self, **changes)
        named = {
            "jenis": other.reference.jenis,
            "cari": other.words,
            "tidak_aktif": "ya" if other.with_inactive else "",
            "halaman": str(other.page) if other.page > 1 else "",
            **other.clinic.in_address,
        }
        return f"{PAGE}?{urlencode({name: value for name, value in named.items() if value})}"


@dataclass(frozen=True)
class Seen:
    """One look at a reference, with all that its template shows."""

    wanted: Wanted
    found: FoundPage
    runs: Mapping[str, LastRuns]

    @property
    def references(self) -> list[Reference]:
        """All references of PCare."""
        return list(OF_PCARE.values())

    @property
    def last(self) -> LastRuns | None:
        """The last runs over the shown reference."""
        return self.runs.get(self.wanted.reference.name)

    @property
    def first_place(self) -> int:
        """The place of the first shown row, counted from one."""
        return (self.wanted.page - 1) * _ROWS + 1

    @property
    def last_place(self) -> int:
        """The place of the last shown row."""
        return self.first_place + len(self.found.rows) - 1

    @property
    def has_more(self) -> bool:
        """Whether there is a next page."""
        return self.last_place < self.found.total

    @property
    def columns(self) -> list[str]:
        """What BPJS says of these rows besides code and name: fields that hold something in one of them."""
        own = {name.casefold() for name in (*self.wanted.reference.kode, self.wanted.reference.nama)}
        named = (name for row in self.found.rows for name, value in row.data.items() if _is_told(value))
        return [name for name in dict.fromkeys(named) if name.casefold() not in own][:_MOST_COLUMNS]

    @property
    def has_variants(self) -> bool:
        """Whether something tells rows of the same code apart."""
        return any(row.varian for row in self.found.rows)

    def variant(self, row: Found) -> str:
        """What tells a row apart from another of the same code."""
        words = VARIANTS.get(self.wanted.reference.jenis, {})
        return words.get(row.varian, shown_date(row.varian))


@router.get("/referensi-pcare")
def references(by: Staff, form: TheForm) -> Response:
    """The page, or its part below the tabs, of the reference and the words that the address names."""
    wanted = _wanted(form, chosen_clinic(by, form))
    found = search_page(
        by.database,
        wanted.reference,
        wanted.words,
        faskes=wanted.clinic.name,
        first=(wanted.page - 1) * _ROWS,
        limit=_ROWS,
        with_inactive=wanted.with_inactive,
    )
    return by.render(
        "_referensi_pcare.html" if by.wants_part else "referensi_pcare.html",
        headers={"HX-Replace-Url": wanted.address()} if by.wants_part else {},
        seen=Seen(wanted, found, last_runs(by.database, wanted.clinic.name)),
        progress=progress_of(by, wanted.clinic, form),
        words=reference_words,
        column=lambda name: COLUMN_WORDS.get(name, name),
        cell=cell_words,
    )


def _wanted(form: Form, clinic: ChosenClinic) -> Wanted:
    """What an address asks for; what cannot be read is left at its default."""
    return Wanted(
        reference=OF_PCARE.get(form.one("jenis")) or OF_PCARE["diagnosa"],
        clinic=clinic,
        words=form.one("cari")[:_LONGEST],
        with_inactive=form.one("tidak_aktif") == "ya",
        page=min(max(whole(form.one("halaman")) or 1, 1), _MOST_PAGES),
    )


def _is_told(value: object) -> bool:
    return value not in (None, "") and not isinstance(value, dict | list)
