"""A clinic's reference data is searched: by part of code or name, or by exact code."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, text
from sqlalchemy.orm import Session

from bpjs_client.references import Reference
from database.faskes_name import UTAMA
from database.storage.dialect import has_search_table
from database.storage.engine import Database
from database.storage.models import ReferenceItem, readable

_SHORTEST_FOR_TRIGRAMS = 3
_COLUMNS = (
    ReferenceItem.varian,
    ReferenceItem.kode,
    ReferenceItem.nama,
    ReferenceItem.data,
    ReferenceItem.active,
)
_CODE_AND_NAME = ReferenceItem.kode + " " + ReferenceItem.nama  # as the trigram index on PostgreSQL has it


@dataclass(frozen=True)
class Found:
    """A row of a reference as BPJS gave it, with its code and name. `active`: BPJS still lists it."""

    varian: str
    kode: str
    nama: str
    data: Mapping[str, Any]
    active: bool = True


@dataclass(frozen=True)
class FoundPage:
    """Some of the rows that were found, and how many there are in all."""

    rows: list[Found]
    total: int


def search(
    database: Database,
    reference: Reference,
    words: str = "",
    *,
    faskes: str = UTAMA,
    limit: int | None = None,
    since: date | None = None,
) -> list[Found]:
    """Active rows whose code or name holds every word, exact codes first; all of them for no words.

    Case does not matter. `since` leaves out the rows of earlier days where rows belong to a day.
    Raises DatabaseUnavailable.
    """
    words = readable(words)
    query = (
        select(*_COLUMNS)
        .where(*_active(faskes, reference))
        .order_by(_rank(words.strip()), ReferenceItem.varian, ReferenceItem.kode)
        .limit(limit)
    )
    if reference.dated and since is not None:
        query = query.where(ReferenceItem.varian >= since.isoformat())
    with database.read() as session:
        query = query.where(*_holding(session, words.split()))
        return [Found(*row) for row in session.execute(query)]


def search_page(
    database: Database,
    reference: Reference,
    words: str,
    *,
    faskes: str,
    first: int,
    limit: int,
    with_inactive: bool = False,
) -> FoundPage:
    """So many of the found rows, beginning with the row at the place `first`. Raises DatabaseUnavailable.

    `with_inactive`: also the rows that BPJS lists no more, after those that it lists.
    """
    whose = _of(faskes, reference) if with_inactive else _active(faskes, reference)
    with database.read() as session:
        wanted = [*whose, *_holding(session, words.split())]
        total = session.scalar(select(func.count()).select_from(ReferenceItem).where(*wanted)) or 0
        page = (
            select(*_COLUMNS)
            .where(*wanted)
            .order_by(ReferenceItem.active.desc(), _rank(words.strip()))
            .order_by(ReferenceItem.varian, ReferenceItem.kode)
        )
        rows = session.execute(page.offset(first).limit(limit))
        return FoundPage([Found(*row) for row in rows], total)


def rows_with(
    database: Database, faskes: str, reference: Reference, codes: Iterable[str], *, varian: str | None = None
) -> dict[str, Found]:
    """The active rows with these codes, by code; of one variant or of any. Raises DatabaseUnavailable."""
    askable = [code for code in codes if _is_askable(code)]
    if not askable:
        return {}
    query = select(*_COLUMNS).where(*_active(faskes, reference), ReferenceItem.kode.in_(askable))
    if varian is not None:
        query = query.where(ReferenceItem.varian == varian)
    with database.read() as session:
        return {row.kode: Found(*row) for row in session.execute(query)}


def has_rows(database: Database, faskes: str, reference: Reference, *, varian: str | None = None) -> bool:
    """Whether a clinic's copy holds an active row, of one variant or of any. Raises DatabaseUnavailable."""
    query = select(ReferenceItem.id).where(*_active(faskes, reference)).limit(1)
    if varian is not None:
        query = query.where(ReferenceItem.varian == varian)
    with database.read() as session:
        return session.scalar(query) is not None


def rows_beginning(
    database: Database, faskes: str, reference: Reference, beginning: str = "", *, varian: str | None = None
) -> list[Found]:
    """The active rows whose code begins so, whatever the case; of one variant or of all.

    Raises DatabaseUnavailable.
    """
    if not _is_askable(beginning):
        return []
    query = select(*_COLUMNS).where(
        *_active(faskes, reference), ReferenceItem.kode.istartswith(beginning, autoescape=True)
    )
    if varian is not None:
        query = query.where(ReferenceItem.varian == varian)
    with database.read() as session:
        return [Found(*row) for row in session.execute(query.order_by(ReferenceItem.kode))]


def _is_askable(text: str) -> bool:
    """Whether a database can be asked for a text at all: NUL and broken letters stand in no code."""
    return readable(text) == text


def _of(faskes: str, reference: Reference) -> list[ColumnElement[bool]]:
    return [
        ReferenceItem.faskes == faskes,
        ReferenceItem.layanan == reference.service.value,
        ReferenceItem.jenis == reference.jenis,
    ]


def _active(faskes: str, reference: Reference) -> list[ColumnElement[bool]]:
    return [*_of(faskes, reference), ReferenceItem.active.is_(True)]


def _rank(words: str) -> ColumnElement[int]:
    code, name = func.lower(ReferenceItem.kode), func.lower(ReferenceItem.nama)
    wanted = words.lower()
    return case(
        (code == wanted, 0),
        (code.startswith(wanted, autoescape=True), 1),
        (name.startswith(wanted, autoescape=True), 2),
        else_=3,
    )


def _holding(session: Session, words: Sequence[str]) -> list[ColumnElement[bool]]:
    """The conditions that a row holds every word; a trigram table answers for long words, if there is one."""
    long = [word for word in words if len(word) >= _SHORTEST_FOR_TRIGRAMS]
    if not long or not has_search_table(session, "reference_search"):
        return [_CODE_AND_NAME.ilike(f"%{_escaped(word)}%", escape="\\") for word in words]
    matching = text("SELECT rowid FROM reference_search WHERE reference_search MATCH :phrases").bindparams(
        phrases=" AND ".join(f'"{word.replace(chr(34), chr(34) * 2)}"' for word in long)
    )
    short = [word for word in words if len(word) < _SHORTEST_FOR_TRIGRAMS]
    return [ReferenceItem.id.in_(matching), *_holding(session, short)]


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
