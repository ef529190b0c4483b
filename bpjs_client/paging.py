"""Reads a list that BPJS hands out in pages, whole and without doubles, whatever it does to the pages.

A short page does not prove the end: a server may cap the limit without saying so. Nor does `count`, which
is the total in some sources and the page's in others (contract 3). So each page is asked for by the number
of rows received, and only a page that brings nothing new is the end. Each begins with the last row of the one
before: when that is another row now, some were removed and others slipped past, so reading starts over.
"""

import json
from collections.abc import Callable, Mapping

from bpjs_client.exchange import JSON

Row = Mapping[str, JSON]
Fetch = Callable[[int], list[Row]]  # the rows from this one on (base 0), as many as the server pleases
Identity = Callable[[Row], str]  # what makes two rows the same one

MOST_PAGES = 1_000
_MOST_STARTS = 4


class KeepsChanging(Exception):
    """The list never held still while it was read, or has no end."""


def whole_row(row: Row) -> str:
    """Two rows are the same when all that they say is."""
    return json.dumps(row, sort_keys=True)


def whole_list(fetch: Fetch, identity: Identity) -> list[Row]:
    """Every row once, in BPJS's order; of rows with the same identity the last. Raises KeepsChanging."""
    for _ in range(_MOST_STARTS):
        rows = _one_pass(fetch, identity)
        if rows is not None:
            return rows
    raise KeepsChanging


def _one_pass(fetch: Fetch, identity: Identity) -> list[Row] | None:
    """The rows, or None when some were removed between two pages."""
    rows: dict[str, Row] = {}
    received = longest = overlap = 0
    for _ in range(MOST_PAGES):
        fetched = fetch(received - overlap)
        page = {identity(row): row for row in fetched}
        if overlap and fetched and identity(fetched[0]) not in rows:
            return None
        if page.keys() - rows.keys():
            received += len(fetched) - overlap
            longest, overlap = max(longest, len(fetched)), 1
        elif overlap and len(fetched) == longest:
            overlap = 0  # so few rows a page that there is no room for a look back
        else:
            return list((rows | page).values())
        rows |= page
    raise KeepsChanging
