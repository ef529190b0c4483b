"""Tells somebody that clinics' antrean schedules changed: one summary for each clinic and day.

What changes after that day's summary is told the next day; nothing is lost between two summaries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from database.local_time import local_date
from database.references.schedule_days import note_told, settled_now
from database.views.monitor import today
from tasks.alerts.subjects import RESOURCE, SINCE, Subject, Together, together
from tasks.alerts.watch import News, Tell, emit
from tasks.composition import Composition
from tasks.schedule.changes import Change
from tasks.schedule.own_codes import OwnCode
from tasks.schedule.week import changes_to_tell, week_of
from tasks.schedule.words import codes_in_short, counted

SCHEDULE_CHANGED = "bpjs.jadwal.berubah"


@dataclass(frozen=True)
class Changed:
    """What changed in a clinic's schedule until `looked_at`, and which of its codes have no session now."""

    faskes: str
    looked_at: datetime
    changes: Sequence[Change]
    missing: Sequence[OwnCode]


def tell_schedules(at: Composition, faskes: Sequence[str], tell: Tell = emit) -> None:
    """Tell of these clinics what changed since they were last told of. Raises DatabaseUnavailable."""
    changed = [found for name in faskes if (found := _changed(at, name))]
    day = today(at.database)
    for group in together(changed, at.clinics):
        tell(News(SCHEDULE_CHANGED, _about(group, day), _said(group.found, group.whose)))
        # After it was told: who dies in between tells it again under the same name, which counts once.
        note_told(at.database, {each.faskes: each.looked_at for each in group.found})


def _about(group: Together[Changed], day: date) -> Subject:
    """The clinic and the day; of several clinics also which, for others may follow on the same day."""
    if not group.whose:
        return {RESOURCE: group.resource, SINCE: day.isoformat()}
    names = "\n".join(sorted(each.faskes for each in group.found))
    return {RESOURCE: group.resource, SINCE: f"{day} {sha256(names.encode()).hexdigest()[:12]}"}


def _changed(at: Composition, faskes: str) -> Changed | None:
    """What is to be told of a clinic; None for nothing. The first look is what later ones compare with."""
    looked_at = settled_now(at.database, faskes)
    told_at, changes = changes_to_tell(at.database, faskes)
    if told_at is None:
        if week_of(at.database, faskes).read_at is not None:
            note_told(at.database, {faskes: looked_at})
        return None
    if not changes or local_date(at.database, told_at) == today(at.database):
        return None
    return Changed(faskes, looked_at, changes, week_of(at.database, faskes).missing_at_antrean)


def _said(found: Sequence[Changed], whose: str) -> str:
    changes = [change for each in found for change in each.changes]
    said = f"Jadwal antrean{whose} berubah: {counted(changes)}."
    if len(found) == 1 and found[0].missing:
        said += f" Tanpa sesi tujuh hari ke depan: {codes_in_short(found[0].missing)}."
    elif any(each.missing for each in found):
        said += f" {sum(bool(each.missing) for each in found)} faskes memakai kode tanpa sesi."
    return f"{said} Lihat tab Referensi Antrean, atau bpjs jadwal."
