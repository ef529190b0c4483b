"""Looks codes up in the clinic's reference data, and remembers for a minute those it has found."""

from collections.abc import Iterable
from copy import copy
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from heapq import nlargest
from threading import Lock

from cachetools import TTLCache

from bpjs_client.jenis import Service
from bpjs_client.references import Reference
from database import Database
from database.references.search import Found, has_rows, rows_beginning, rows_with, search
from database.references.store import last_synced
from database.storage.batches import batched

# Older reference data says nothing about what BPJS does not have: it may have it by now. PCare's is read
# daily, the antrean schedule hourly.
FRESH_FOR = {Service.PCARE: timedelta(hours=36), Service.ANTREAN: timedelta(hours=3)}
_REMEMBERED_SECONDS, _MOST_REMEMBERED = 60, 20_000
_MOST_MEANT = 2_000  # codes that BPJS does not have
_MOST_LISTS = 200
_MOST_SUGGESTIONS = 3
_ALIKE = 0.5  # from 0 to 1
_SHORT_LIST = 12  # rows; of so few any may be meant
_LONG_LIST = 2_000
_AT_ONCE = 100  # codes in one question, each in a few spellings


class ReferenceBook:
    """Thread-safe. Finding a code that was looked up within the minute costs nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._found: TTLCache[tuple[str, ...], Found] = TTLCache(_MOST_REMEMBERED, _REMEMBERED_SECONDS)
        self._synced: TTLCache[str, dict[str, datetime]] = TTLCache(_MOST_REMEMBERED, _REMEMBERED_SECONDS)
        self._meant: TTLCache[tuple[str, ...], list[Found]] = TTLCache(_MOST_MEANT, _REMEMBERED_SECONDS)
        self._lists: TTLCache[tuple[str, ...], list[Found]] = TTLCache(_MOST_LISTS, _REMEMBERED_SECONDS)
        self._lock = Lock()
        self._is_of_one_check = False
        self._absent: set[tuple[str, ...]] = set()
        self._filled: dict[tuple[str, ...], bool] = {}

    def is_fresh(self, faskes: str, reference: Reference) -> bool:
        """Whether the reference was read whole lately enough to say what is *not* in it."""
        at = self.last_read(faskes, reference)
        return at is not None and at > self._database.clock() - FRESH_FOR[reference.service]

    def last_read(self, faskes: str, reference: Reference) -> datetime | None:
        """When the reference was last read whole; None: never. Raises DatabaseUnavailable."""
        with self._lock:
            synced = self._synced.get(faskes)
        if synced is None:
            synced = last_synced(self._database, faskes)
            with self._lock:
                self._synced[faskes] = synced
        return synced.get(reference.name)

    def find(
        self, faskes: str, reference: Reference, spellings: Iterable[str], varian: str | None = None
    ) -> Found | None:
        """The row with one of these spellings of a code. Raises DatabaseUnavailable."""
        ways = tuple(spellings)
        key = _key(faskes, reference, varian, ways)
        with self._lock:
            known = self._found.get(key)
        if known is None and key not in self._absent:
            rows = rows_with(self._database, faskes, reference, ways, varian=varian)
            known = next((rows[way] for way in ways if way in rows), None)
            if known is not None:
                with self._lock:
                    self._found[key] = known
        return known

    def learn(
        self, faskes: str, reference: Reference, codes: Iterable[tuple[str, ...]], varian: str | None = None
    ) -> None:
        """Look many codes up at once, each with its spellings, so that `find` need not ask for them.

        Raises DatabaseUnavailable.
        """
        with self._lock:
            unknown = [ways for ways in codes if _key(faskes, reference, varian, ways) not in self._found]
        for part in batched(unknown, _AT_ONCE):
            wanted = dict.fromkeys(way for ways in part for way in ways)
            rows = rows_with(self._database, faskes, reference, wanted, varian=varian)
            found = {ways: next((rows[way] for way in ways if way in rows), None) for ways in part}
            with self._lock:
                for ways, row in found.items():
                    key = _key(faskes, reference, varian, ways)
                    if row is not None:
                        self._found[key] = row
                    elif self._is_of_one_check:
                        self._absent.add(key)

    def for_one_check(self) -> "ReferenceBook":
        """The same book, to be thrown away soon: it also remembers what it did not find.

        It is one thread's alone.
        """
        mine = copy(self)
        mine._is_of_one_check, mine._absent, mine._filled = True, set(), {}
        return mine

    def has_rows(self, faskes: str, reference: Reference, varian: str | None = None) -> bool:
        """Whether the clinic's copy holds a row of it. Raises DatabaseUnavailable."""
        key = _key(faskes, reference, varian, ())
        known = self._filled.get(key)
        if known is None:
            known = has_rows(self._database, faskes, reference, varian=varian)
            if self._is_of_one_check:
                self._filled[key] = known
        return known

    def rows(
        self, faskes: str, reference: Reference, beginning: str = "", varian: str | None = None
    ) -> list[Found]:
        """The rows whose code begins so. Raises DatabaseUnavailable."""
        return rows_beginning(self._database, faskes, reference, beginning, varian=varian)

    def rows_lately(
        self, faskes: str, reference: Reference, beginning: str, varian: str | None = None
    ) -> list[Found]:
        """The same, perhaps as they were a minute ago. Raises DatabaseUnavailable."""
        key = _key(faskes, reference, varian, (beginning.casefold(),))
        with self._lock:
            known = self._lists.get(key)
        if known is None:
            known = self.rows(faskes, reference, beginning, varian)
            if known:
                with self._lock:
                    self._lists[key] = known
        return known

    def nearest(
        self, faskes: str, reference: Reference, typed: str, varian: str | None = None
    ) -> list[Found]:
        """The rows whose code or name is most like what was typed, best first. Raises DatabaseUnavailable."""
        key = _key(faskes, reference, varian, (typed,))
        with self._lock:
            known = self._meant.get(key)
        if known is None:
            known = self._most_alike(faskes, reference, typed, varian)
            with self._lock:
                self._meant[key] = known
        return known

    def _most_alike(self, faskes: str, reference: Reference, typed: str, varian: str | None) -> list[Found]:
        rows = self.rows_lately(faskes, reference, typed[:2], varian)
        if len(rows) < _MOST_SUGGESTIONS:  # too few to choose from
            rows = self.rows_lately(faskes, reference, typed[:1], varian)
        rows = rows or self.rows_lately(faskes, reference, "", varian)
        if len(rows) > _LONG_LIST:  # not even the first letter fits: then only a name can be meant
            rows = search(self._database, reference, typed, faskes=faskes, limit=_LONG_LIST)
        return most_alike(typed, rows)


def _key(faskes: str, reference: Reference, varian: str | None, ways: tuple[str, ...]) -> tuple[str, ...]:
    return (faskes, reference.name, "*" if varian is None else varian, *ways)


def most_alike(typed: str, rows: list[Found]) -> list[Found]:
    """At most three, best first; of a short list the likeliest even when none is much alike."""
    least = 0.0 if len(rows) <= _SHORT_LIST else _ALIKE
    matcher = SequenceMatcher(None, "", typed.casefold())  # it remembers the second text
    scored = ((_likeness(matcher, row, least), row) for row in rows)
    best = nlargest(
        _MOST_SUGGESTIONS, ((score, row) for score, row in scored if score >= least), key=lambda pair: pair[0]
    )
    return [row for _, row in best]


def _likeness(matcher: SequenceMatcher[str], row: Found, least: float) -> float:
    """From 0 to 1; below `least` only that it is below, for most rows are told by their length alone."""
    best = 0.0
    for text in (row.kode, row.nama):
        matcher.set_seq1(text.casefold())
        if matcher.real_quick_ratio() >= max(best, least) and matcher.quick_ratio() >= max(best, least):
            best = max(best, matcher.ratio())
    return best
