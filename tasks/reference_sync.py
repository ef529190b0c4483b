"""Brings one reference in step with BPJS: reads it whole, compares and stores it, or says why not.

The antrean schedule, a list for each poli and day, is stored as far as it could be read.

A refused reference says nothing of the jobs: no service is ever paused from here. Nothing here knows Prefect.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from bpjs_client.errors import BpjsError, NotSent, Temporary
from bpjs_client.identifiers import without_identifiers
from bpjs_client.jenis import Service
from bpjs_client.page_words import MOST_WORDS
from bpjs_client.reading import PoliteReading
from bpjs_client.references import Item, Reference, read_reference, variants
from bpjs_client.schedule import SCHEDULE, ReadSchedule, read_schedule
from database.references.schedule_days import keep_schedule
from database.references.store import SuspiciousShrink, Synced, store_failure, store_reference, synced_in
from database.services.clinic_service import WHOLE
from database.services.state_words import named, state_words
from database.services.stopped_services import stopped_services
from tasks.composition import Composition

MOST_NAMED = 5  # polis


class NotNow(Exception):
    """BPJS cannot be read just now; a little later it may. Its text is fixed: Prefect stores it."""

    def __init__(self) -> None:
        super().__init__("Referensi belum terbaca: BPJS sedang tidak dapat dibaca.")


def sync_reference(
    reference: Reference,
    reading: PoliteReading,
    at: Composition,
    faskes: str,
    *,
    flow_run_id: UUID | None,
    allow_shrink: bool,
    last_try: bool,
) -> Synced:
    """Read and store one reference; a failure is recorded, returned with its reason, and changes nothing.

    A flow run that is retried reads only what it could not read before.
    Raises NotNow while trying again soon may help, and DatabaseError when not even that could be recorded.
    """
    done = synced_in(at.database, faskes, reference, flow_run_id) if flow_run_id else None
    if done is not None:
        return done
    started_at, started = at.database.clock(), time.monotonic()
    try:
        read = _read(reference, reading, at, faskes, last_try=last_try)
        at.note_belonging(faskes, reference.service)
        if read.schedule is not None:
            keep_schedule(at.database, faskes, read.schedule)
        return store_reference(
            at.database,
            faskes,
            reference,
            read.items,
            variants=read.variants,
            started_at=started_at,
            seconds=time.monotonic() - started,
            flow_run_id=flow_run_id,
            allow_shrink=allow_shrink,
            unread=read.unread,
            missing=read.missing,
        )
    except (_CannotRead, SuspiciousShrink) as failed:
        seconds = time.monotonic() - started
        return store_failure(
            at.database, faskes, reference, str(failed), started_at=started_at, seconds=seconds
        )


class _CannotRead(Exception):
    """The reason in Indonesian, without identifiers."""


@dataclass(frozen=True)
class _Read:
    """What was read of a reference: of which variants (None: all there are), and what of them was not."""

    items: Sequence[Item]
    variants: Sequence[str] | None
    schedule: ReadSchedule | None = None
    unread: Sequence[tuple[str, str]] = ()
    missing: str | None = None


def _read(
    reference: Reference, reading: PoliteReading, at: Composition, faskes: str, *, last_try: bool
) -> _Read:
    _refuse_while_stopped(at, faskes, reference.service)
    try:
        if reference is SCHEDULE:
            return _schedule(read_schedule(reading), reading, last_try=last_try)
        return _Read(read_reference(reference, reading), variants(reference, reading))
    except BpjsError as error:
        if _may_help(error) and not last_try:
            raise NotNow from None
        raise _CannotRead(_explained(error)) from None


def _may_help(error: BpjsError) -> bool:
    """Whether the same may be read a little later."""
    return isinstance(error, NotSent | Temporary)


def _schedule(read: ReadSchedule, reading: PoliteReading, *, last_try: bool) -> _Read:
    """What could be read counts, once trying again would bring no more. Raises NotNow."""
    if any(map(_may_help, read.failures)) and not last_try:
        raise NotNow
    days = [day.isoformat() for day in read.days]
    unread = [(day, f"{code}/") for day, code in read.unread]
    return _Read(read.items, days, read, unread, _missing(read, len(reading.days)))


def _missing(read: ReadSchedule, days: int) -> str | None:
    """`Sebagian jadwal belum terbaca (poli 002, 003; 1 hari seluruhnya): …`; None when nothing is missing."""
    if not read.failures:
        return None
    polis = ", ".join(sorted({code for _, code in read.unread})[:MOST_NAMED])
    whole = days - len(read.days)
    which = [*([f"poli {polis}"] if polis else []), *([f"{whole} hari seluruhnya"] if whole else [])]
    return f"Sebagian jadwal belum terbaca ({'; '.join(which)}): {_explained(read.failures[0])}"


# An answer with one of these words says nothing of the reason why it cannot be used.
_SAYS_NOTHING = frozenset({"", "ok"})


def _explained(error: BpjsError) -> str:
    """Our reason, and what BPJS or its gateway said where that is something else; without identifiers."""
    said = error.exchange.message[:MOST_WORDS]
    is_told = said.casefold() in _SAYS_NOTHING or said in error.reason
    return without_identifiers(error.reason if is_told else f"{error.reason} BPJS: “{said}”")


def _refuse_while_stopped(at: Composition, faskes: str, service: Service) -> None:
    for row in stopped_services(at.database):
        if (row.faskes, row.service, row.jenis) == (faskes, service.value, WHOLE):
            is_so = f"{named(service.value, WHOLE)} {state_words(WHOLE, row.state)}"
            raise _CannotRead(f"{is_so}: {without_identifiers(row.reason or '')}")
