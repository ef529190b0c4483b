"""Brings one reference in step with BPJS: reads it whole, compares and stores it, or says why not.

A refused reference says nothing of the jobs: no service is ever paused from here. Nothing here knows Prefect.
"""

import time
from uuid import UUID

from bpjs_client.errors import BpjsError, NotSent, Temporary
from bpjs_client.identifiers import without_identifiers
from bpjs_client.jenis import Service
from bpjs_client.page_words import MOST_WORDS
from bpjs_client.reading import PoliteReading
from bpjs_client.references import Item, Reference, read_reference, variants
from database.references.store import SuspiciousShrink, Synced, store_failure, store_reference, synced_in
from database.services.clinic_service import WHOLE
from database.services.state_words import named, state_words
from database.services.stopped_services import stopped_services
from tasks.composition import Composition


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
        items = _read(reference, reading, at, faskes, last_try=last_try)
        at.note_belonging(faskes, reference.service)
        return store_reference(
            at.database,
            faskes,
            reference,
            items,
            variants=variants(reference, reading),
            started_at=started_at,
            seconds=time.monotonic() - started,
            flow_run_id=flow_run_id,
            allow_shrink=allow_shrink,
        )
    except (_CannotRead, SuspiciousShrink) as failed:
        seconds = time.monotonic() - started
        return store_failure(
            at.database, faskes, reference, str(failed), started_at=started_at, seconds=seconds
        )


class _CannotRead(Exception):
    """The reason in Indonesian, without identifiers."""


def _read(
    reference: Reference, reading: PoliteReading, at: Composition, faskes: str, *, last_try: bool
) -> list[Item]:
    _refuse_while_stopped(at, faskes, reference.service)
    try:
        return read_reference(reference, reading)
    except BpjsError as error:
        if isinstance(error, NotSent | Temporary) and not last_try:
            raise NotNow from None
        raise _CannotRead(_explained(error)) from None


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
