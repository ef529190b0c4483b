"""A list in pages is read whole, whatever the server does to its pages."""

from collections.abc import Callable

import pytest

from bpjs_client.paging import KeepsChanging, Row, whole_list

ROWS: list[Row] = [{"kode": f"{number:03}"} for number in range(230)]


def kode(row: Row) -> str:
    return str(row["kode"])


def server(rows: list[Row] = ROWS, *, cap: int = 100, base: int = 0) -> Callable[[int], list[Row]]:
    """A server that gives at most `cap` rows from `start`."""

    def fetch(start: int) -> list[Row]:
        first = max(start - base, 0)
        return rows[first : first + cap]

    return fetch


CAPS = [2, 3, 7, 99, 100, 115, 229, 230, 231, 1000]


@pytest.mark.parametrize(("cap", "base"), [(1, 0), *((cap, base) for cap in CAPS for base in (0, 1))])
def test_every_row_comes_once_whatever_the_page_size(cap: int, base: int) -> None:
    assert whole_list(server(cap=cap, base=base), kode) == ROWS


@pytest.mark.parametrize("rows", [[], ROWS[:1], ROWS[:100], ROWS[:200]])
def test_a_list_that_ends_with_a_page_is_whole(rows: list[Row]) -> None:
    assert whole_list(server(rows), kode) == rows


def test_a_server_that_ignores_the_start_is_asked_no_more_than_three_times() -> None:
    asked = []

    def fetch(start: int) -> list[Row]:
        asked.append(start)
        return ROWS[:5]

    assert whole_list(fetch, kode) == ROWS[:5]
    assert len(asked) == 3


def test_rows_that_a_page_repeats_count_once() -> None:
    pages = {0: ROWS[:4], 3: [*ROWS[2:6], *ROWS[4:6]], 8: ROWS[5:6]}

    assert whole_list(lambda start: pages.get(start, []), kode) == ROWS[:6]


def test_of_two_rows_with_one_code_the_later_is_kept() -> None:
    rows: list[Row] = [{"kode": "1", "nama": "lama"}, {"kode": "2"}, {"kode": "1", "nama": "baru"}]

    assert whole_list(server(rows), kode) == [{"kode": "1", "nama": "baru"}, {"kode": "2"}]


class Changing:
    """A server whose list loses its first row (or gains one) before each of the first pages asked for."""

    def __init__(self, times: int, change: Callable[[list[Row]], object]) -> None:
        self.rows = list(ROWS)
        self.times = times
        self.change = change

    def __call__(self, start: int) -> list[Row]:
        page = self.rows[start : start + 50]
        if start and self.times:
            self.times -= 1
            self.change(self.rows)
            page = self.rows[start : start + 50]
        return page


def test_a_row_that_vanishes_between_two_pages_makes_no_other_one_slip_past() -> None:
    shrinking = Changing(1, lambda rows: rows.pop(0))

    assert whole_list(shrinking, kode) == ROWS[1:]


def test_a_row_that_appears_between_two_pages_doubles_none() -> None:
    growing = Changing(1, lambda rows: rows.insert(0, {"kode": "new"}))

    assert [row for row in whole_list(growing, kode) if row["kode"] != "new"] == ROWS


def test_a_list_that_never_holds_still_is_given_up() -> None:
    with pytest.raises(KeepsChanging):
        whole_list(Changing(1000, lambda rows: rows.pop(0)), kode)


def test_a_list_without_an_end_is_given_up() -> None:
    endless = ({"kode": str(number)} for number in range(10**9))

    with pytest.raises(KeepsChanging):
        whole_list(lambda start: ROWS[:1] * bool(start) + [next(endless), next(endless)], kode)
