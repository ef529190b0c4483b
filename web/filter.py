"""The filter of the monitor: what the form says, what stands in the address, and what the query is asked.

A norm and a name stay out of addresses; they travel in the form alone.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import urlencode

from bpjs_client.jenis import Jenis
from database import LineRefused
from database.status import FILTERS
from database.typed import ALL_DAYS, read_day
from database.views.job_page import Order
from database.views.monitor import Filter
from web.form import Form, whole
from web.pages import day_words

_MOST_PAGES = 400
_LONGEST = 200  # characters of a search


@dataclass(frozen=True)
class Chosen:
    """What somebody looks at. `day` None: all days; `trail`: the jobs after which each page began.

    `wrong` says in Indonesian what of the form could not be read; the rest counts.
    """

    today: date
    day: date | None
    jenis: Jenis | None = None
    search: str = field(default="", repr=False)
    status: str = "semua"
    faskes: str = ""
    order: Order = Order.NEWEST
    trail: tuple[int, ...] = ()
    cause: str = ""
    wrong: str = ""

    @property
    def after(self) -> int | None:
        """The job after which this page begins."""
        return self.trail[-1] if self.trail else None

    @property
    def is_by_name(self) -> bool:
        """Whether the search is by a part of a name; a norm has a digit, a name has none."""
        return bool(self.search) and not any(letter.isdigit() for letter in self.search)

    @property
    def said_day(self) -> str:
        """The day as the form shows it; empty for all."""
        return day_words(self.day) if self.day else ""

    def next_day(self, step: int) -> str:
        """The day before or after; from all days it is today."""
        try:
            return day_words(self.day + timedelta(days=step)) if self.day else day_words(self.today)
        except OverflowError:
            return day_words(self.today)

    def filter(self, sees: frozenset[str] | None, ids: tuple[int, ...] | None = None) -> Filter:
        """The question to the database, within the clinics that somebody sees; `ids`: only these jobs."""
        by_name = self.is_by_name
        return Filter(
            jenis=self.jenis,
            tanggal=self.day,
            norm=self.search if self.search and not by_name else None,
            nama=self.search if by_name else None,
            status="tidak-terkirim" if ids is not None else self.status,
            faskes=self.faskes or None,
            clinics=sees,
            ids=ids,
        )

    def address(self) -> str:
        """The query of the page's address: for Back and bookmarks, without norm and name."""
        day = ALL_DAYS if self.day is None else "" if self.day == self.today else day_words(self.day)
        named = {
            "jenis": self.jenis or "",
            "tanggal": day,
            "status": "" if self.status == "semua" else self.status,
            "faskes": self.faskes,
            "urut": "" if self.order is Order.NEWEST else self.order.value,
            "sebab": self.cause,
        }
        query = urlencode({name: value for name, value in named.items() if value})
        return f"?{query}" if query else ""


def read_filter(form: Form, today: date) -> Chosen:
    """The filter that a form or an address asks for; what cannot be read is left out and named."""
    day, wrong = _day(form.one("tanggal", day_words(today)), today)
    jenis, order = form.one("jenis"), form.one("urut")
    status = form.one("status", "semua")
    trail = [whole(part) for part in form.one("jejak").split(",")][:_MOST_PAGES]
    return Chosen(
        today=today,
        day=day,
        jenis=Jenis(jenis) if jenis in set(Jenis) else None,
        search=form.one("cari")[:_LONGEST],
        status=status if status in FILTERS else "semua",
        faskes=form.one("faskes")[:64],
        order=Order(order) if order in set(Order) else Order.NEWEST,
        trail=tuple(part for part in trail if part is not None),
        cause=form.one("sebab")[:16],
        wrong=wrong,
    )


def _day(typed: str, today: date) -> tuple[date | None, str]:
    if typed in ("", ALL_DAYS):  # an empty field stands for all days; a form without the field for today
        return None, ""
    try:
        return read_day(typed, "Tanggal"), ""
    except LineRefused as refused:
        return today, f"{refused}."
