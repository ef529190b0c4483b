"""A clinic's copy of BPJS's reference data is kept in step: all changes of a list are stored, or none."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, insert, select, update
from sqlalchemy.orm import Session

from bpjs_client.references import Item, Reference
from database.errors import DatabaseError
from database.faskes_name import UTAMA
from database.storage.dialect import lock_name
from database.storage.engine import Database
from database.storage.models import LONGEST_KODE, ReferenceItem, Sync

# More than this share of the rows gone at once looks like a fault at BPJS, not like news.
MOST_GONE = 0.3


class SuspiciousShrink(DatabaseError):
    """Too many rows vanished at once: nothing was applied; the text says how many, in Indonesian."""

    def __init__(self, gone: int, held: int) -> None:
        super().__init__(
            f"{gone} dari {held} baris hilang: tidak diterapkan. Bila memang benar, ulangi dengan paksa."
        )


@dataclass(frozen=True)
class Synced:
    """The result of syncing one reference; when it failed, the reason, and the counts of what it changed."""

    layanan: str
    jenis: str
    count: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    seconds: float = 0.0
    error: str | None = None
    faskes: str = UTAMA

    @property
    def name(self) -> str:
        """`layanan/jenis`."""
        return f"{self.layanan}/{self.jenis}"

    @property
    def full_name(self) -> str:
        """The name, and the clinic's when it is not `utama`."""
        return self.name if self.faskes == UTAMA else f"{self.name} {self.faskes}"


_Held = Row[tuple[int, str, str, str, dict[str, Any], bool]]


@dataclass
class _Difference:
    """The rows to write; `refreshed` rows differ in what counts as no change (a drug's stock)."""

    added: list[Item] = field(default_factory=list)
    changed: list[tuple[int, Item]] = field(default_factory=list)
    returned: list[tuple[int, Item]] = field(default_factory=list)
    refreshed: list[tuple[int, Item]] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    held: int = 0


def store_reference(
    database: Database,
    faskes: str,
    reference: Reference,
    items: Iterable[Item],
    *,
    variants: Sequence[str] | None,
    started_at: datetime,
    seconds: float,
    flow_run_id: UUID | None = None,
    allow_shrink: bool = False,
    unread: Collection[tuple[str, str]] = (),
    missing: str | None = None,
) -> Synced:
    """Bring the clinic's copy in step with what BPJS holds, in one transaction, and record the run.

    Rows that vanished become inactive; only those of `variants` count (None: all), and none whose variant
    and beginning of the code are `unread`. `missing`: why not all could be read; the run then counts as one
    that failed, with its changes. Raises SuspiciousShrink when more than 30 % of the rows vanished and that
    was not allowed, and DatabaseUnavailable; then nothing changed.
    """
    with database.write() as session:
        _one_at_a_time(session, faskes, reference)
        found = {(item.varian, item.kode[:LONGEST_KODE]): item for item in items}
        held = _without(_held(session, faskes, reference, variants), unread)
        difference = _compare(held, found, reference.volatile)
        if not allow_shrink and len(difference.removed) > MOST_GONE * difference.held:
            raise SuspiciousShrink(len(difference.removed), difference.held)
        _write(session, faskes, reference, difference, database.clock())
        _mark_seen(session, _of(faskes, reference, variants), database.clock())
        done = Synced(
            reference.service.value,
            reference.jenis,
            count=len(found),
            added=len(difference.added) + len(difference.returned),
            changed=len(difference.changed),
            removed=len(difference.removed),
            seconds=seconds,
            error=missing,
            faskes=faskes,
        )
        session.add(_row(faskes, done, started_at, flow_run_id))
    return done


def store_failure(
    database: Database, faskes: str, reference: Reference, error: str, *, started_at: datetime, seconds: float
) -> Synced:
    """Record a run that could not be had whole; the clinic's copy stays. Raises DatabaseUnavailable."""
    failed = Synced(reference.service.value, reference.jenis, seconds=seconds, error=error, faskes=faskes)
    with database.write() as session:
        session.add(_row(faskes, failed, started_at, None))
    return failed


def last_synced(database: Database, faskes: str) -> dict[str, datetime]:
    """When each reference (`layanan/jenis`) was last read whole. Raises DatabaseUnavailable."""
    newest = func.max(Sync.started_at, type_=Sync.started_at.type)
    query = (
        select(Sync.layanan, Sync.jenis, newest)
        .where(Sync.faskes == faskes, Sync.error.is_(None))
        .group_by(Sync.layanan, Sync.jenis)
    )
    with database.read() as session:
        return {f"{layanan}/{jenis}": at for layanan, jenis, at in session.execute(query)}


@dataclass(frozen=True)
class LastSync:
    """The newest run over one reference: how it went, when it began, and its flow run, if any."""

    synced: Synced
    at: datetime
    flow_run_id: UUID | None


def last_syncs(database: Database) -> list[LastSync]:
    """The newest run over each reference of each clinic, failed ones too. Raises DatabaseUnavailable."""
    newest = select(func.max(Sync.id)).group_by(Sync.faskes, Sync.layanan, Sync.jenis)
    with database.read() as session:
        rows = session.scalars(select(Sync).where(Sync.id.in_(newest)).order_by(Sync.id))
        return [LastSync(as_synced(row), row.started_at, row.flow_run_id) for row in rows]


def as_synced(row: Sync) -> Synced:
    """The result that a row of the table `syncs` records."""
    counts = (row.count, row.added, row.changed, row.removed)
    return Synced(row.layanan, row.jenis, *counts, row.seconds, error=row.error, faskes=row.faskes)


def synced_in(database: Database, faskes: str, reference: Reference, flow_run_id: UUID) -> Synced | None:
    """The result that this flow run already has for a reference; None when it failed or was not read yet.

    Raises DatabaseUnavailable.
    """
    query = select(Sync).where(
        Sync.faskes == faskes,
        Sync.layanan == reference.service.value,
        Sync.jenis == reference.jenis,
        Sync.flow_run_id == flow_run_id,
        Sync.error.is_(None),
    )
    with database.read() as session:
        row = session.scalars(query).first()
    return None if row is None else as_synced(row)


def _row(faskes: str, synced: Synced, started_at: datetime, flow_run_id: UUID | None) -> Sync:
    return Sync(
        faskes=faskes,
        layanan=synced.layanan,
        jenis=synced.jenis,
        started_at=started_at,
        seconds=synced.seconds,
        count=synced.count,
        added=synced.added,
        changed=synced.changed,
        removed=synced.removed,
        error=synced.error,
        flow_run_id=flow_run_id,
    )


def _one_at_a_time(session: Session, faskes: str, reference: Reference) -> None:
    """Two syncs of one reference would both count its news."""
    lock_name(session, f"{faskes}/{reference.name}")


def _of(faskes: str, reference: Reference, variants: Sequence[str] | None) -> list[ColumnElement[bool]]:
    of = [
        ReferenceItem.faskes == faskes,
        ReferenceItem.layanan == reference.service.value,
        ReferenceItem.jenis == reference.jenis,
    ]
    return of if variants is None else [*of, ReferenceItem.varian.in_(variants)]


def _held(
    session: Session, faskes: str, reference: Reference, variants: Sequence[str] | None
) -> dict[tuple[str, str], _Held]:
    columns = (
        ReferenceItem.id,
        ReferenceItem.varian,
        ReferenceItem.kode,
        ReferenceItem.nama,
        ReferenceItem.data,
        ReferenceItem.active,
    )
    rows = session.execute(select(*columns).where(*_of(faskes, reference, variants)))
    return {(row.varian, row.kode): row for row in rows}


def _without(
    held: dict[tuple[str, str], _Held], unread: Collection[tuple[str, str]]
) -> dict[tuple[str, str], _Held]:
    if not unread:
        return held
    return {
        (varian, kode): row
        for (varian, kode), row in held.items()
        if not any(varian == which and kode.startswith(beginning) for which, beginning in unread)
    }


def _compare(
    held: Mapping[tuple[str, str], _Held], found: Mapping[tuple[str, str], Item], volatile: frozenset[str]
) -> _Difference:
    difference = _Difference(held=sum(row.active for row in held.values()))
    for key, item in found.items():
        row = held.get(key)
        if row is None:
            difference.added.append(item)
        elif not row.active:
            difference.returned.append((row.id, item))
        elif row.nama != item.nama or _lasting(row.data, volatile) != _lasting(item.data, volatile):
            difference.changed.append((row.id, item))
        elif row.data != item.data:
            difference.refreshed.append((row.id, item))
    difference.removed = [row.id for key, row in held.items() if row.active and key not in found]
    return difference


def _lasting(data: Mapping[str, Any], volatile: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in volatile}


def _write(
    session: Session, faskes: str, reference: Reference, difference: _Difference, now: datetime
) -> None:
    of = {"faskes": faskes, "layanan": reference.service.value, "jenis": reference.jenis}
    seen = {"active": True, "last_seen": now, "changed_at": now}
    if difference.added:
        session.execute(
            insert(ReferenceItem),
            [{**of, **_said(item), **seen, "first_seen": now} for item in difference.added],
        )
    news = [
        *({"id": id_, **_said(item), **seen} for id_, item in (*difference.changed, *difference.returned)),
        *({"id": id_, "data": dict(item.data)} for id_, item in difference.refreshed),
        *({"id": id_, "active": False, "changed_at": now} for id_ in difference.removed),
    ]
    if news:
        session.execute(update(ReferenceItem), news)


def _mark_seen(session: Session, these: Sequence[ColumnElement[bool]], now: datetime) -> None:
    session.execute(
        update(ReferenceItem)
        .where(*these, ReferenceItem.active)
        .values(last_seen=now)
        .execution_options(synchronize_session=False)
    )


def _said(item: Item) -> dict[str, Any]:
    return {
        "varian": item.varian,
        "kode": item.kode[:LONGEST_KODE],
        "nama": item.nama,
        "data": dict(item.data),
    }
