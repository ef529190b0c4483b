"""The clinic's schedule at Antrean, poli by poli: one that cannot be read spoils none of the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from bpjs_client.endpoints import path_of
from bpjs_client.errors import BpjsError, Temporary
from bpjs_client.exchange import Exchange
from bpjs_client.jenis import Service
from bpjs_client.paging import Row
from bpjs_client.readback import UNREADABLE_LIST
from bpjs_client.references import (
    ANTREAN,
    BY_NAME,
    Item,
    Listing,
    Reference,
    doctors_of,
    entry,
    items_of,
    one_line,
    polis_of,
)

POLIS, SCHEDULE = BY_NAME["antrean/poli"], BY_NAME["antrean/dokter"]


class TolerantReading(Protocol):
    """A way to read lists of which some may fail."""

    days: Sequence[date]

    def each_or_why(self, service: Service, listings: Sequence[Listing]) -> list[list[Row] | BpjsError]:
        """The rows of each list, or why it cannot be had."""


@dataclass(frozen=True)
class PoliOfADay:
    """A poli that BPJS lists for a day, and its sessions as BPJS gave them; None: they could not be read.

    Each session has a doctor and hours.
    """

    code: str
    name: str
    sessions: Sequence[Row] | None


@dataclass(frozen=True)
class ReadSchedule:
    """What a reading found, by day; a day whose polis could not be read is missing.

    `failures`: why something is missing, in the order in which it was asked for.
    """

    days: Mapping[date, Sequence[PoliOfADay]]
    items: Sequence[Item] = field(repr=False)
    failures: Sequence[BpjsError] = ()

    @property
    def unread(self) -> list[tuple[str, str]]:
        """Day (`yyyy-MM-dd`) and code of each poli whose sessions could not be read."""
        return [
            (day.isoformat(), poli.code)
            for day, polis in self.days.items()
            for poli in polis
            if poli.sessions is None
        ]


def read_schedule(reading: TolerantReading) -> ReadSchedule:
    """The polis of each day and their sessions. Raises BpjsError when nothing at all can be read."""
    days = polis_of(reading.days)
    lists = _asked(reading, POLIS, days)
    failures = [rows for rows in lists if isinstance(rows, BpjsError)]
    if len(failures) == len(days):
        raise failures[0]
    read = [
        (day, listing, rows)
        for day, listing, rows in zip(reading.days, days, lists, strict=True)
        if not isinstance(rows, BpjsError)
    ]
    wanted = [listing for _, day, rows in read for listing in doctors_of(day.varian, rows)]
    doctors = dict(zip((each.path for each in wanted), _asked(reading, SCHEDULE, wanted), strict=True))
    failures += [rows for rows in doctors.values() if isinstance(rows, BpjsError)]
    if doctors and all(isinstance(rows, BpjsError) for rows in doctors.values()):
        raise failures[-1]
    return ReadSchedule(
        {
            day: [_poli(each, rows, doctors) for each in doctors_of(listing.varian, rows)]
            for day, listing, rows in read
        },
        _items(wanted, doctors),
        failures,
    )


def _asked(
    reading: TolerantReading, reference: Reference, listings: Sequence[Listing]
) -> list[list[Row] | BpjsError]:
    lists = reading.each_or_why(ANTREAN, listings)
    return [
        rows if isinstance(rows, BpjsError) else _usable(reference, listing, rows)
        for listing, rows in zip(listings, lists, strict=True)
    ]


def _usable(reference: Reference, listing: Listing, rows: list[Row]) -> list[Row] | BpjsError:
    """The rows that have a code. Rows of which none has one are no empty list: they cannot be read."""
    usable = [row for row in rows if reference.kode_of({**row, **listing.adds})]
    if rows and not usable:
        return Temporary(UNREADABLE_LIST, Exchange("GET", path_of(*listing.path)))
    return usable


_Lists = Mapping[tuple[str, ...], list[Row] | BpjsError]


def _poli(listing: Listing, polis: Sequence[Row], doctors: _Lists) -> PoliOfADay:
    code, sessions = str(listing.adds["kodepoli"]), doctors[listing.path]
    named = (entry(row, "namapoli") for row in polis if one_line(entry(row, "kodepoli")) == code)
    return PoliOfADay(
        code, one_line(next(named, None)), None if isinstance(sessions, BpjsError) else sessions
    )


def _items(listings: Sequence[Listing], doctors: _Lists) -> list[Item]:
    """The sessions as the reference keeps them, each once."""
    items: dict[tuple[str, str], Item] = {}
    for listing in listings:
        rows = doctors[listing.path]
        for item in [] if isinstance(rows, BpjsError) else items_of(SCHEDULE, listing, rows):
            items[item.varian, item.kode] = item
    return list(items.values())
