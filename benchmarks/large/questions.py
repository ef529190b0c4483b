"""The questions that are asked of few and of many jobs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from statistics import median
from time import perf_counter

from bpjs_client.jenis import Jenis
from database import Database
from database.jobs.claim import claim, has_work, release
from database.jobs.handover import NewJob, store
from database.views.alarms import long_waits, many_failures
from database.views.causes import causes
from database.views.handed_over import BEGINNING, changes_since
from database.views.job_page import Order, job_page
from database.views.monitor import Filter, look, open_before, today
from database.views.needs_person import needing_somebody
from database.views.report import Scope
from tasks.report.figures import make_report
from tests.tasks.bodies import BODIES

CLINIC, NORM, NAME = "faskes-00007", "RM-7", "Contoh 17"
TIMES, TIMES_OF_ALL = 5, 3
HANDED_OVER = 100
LEASE = timedelta(seconds=60)
_VISIT = (Jenis.TAMBAH_ANTREAN, Jenis.PANGGIL_ANTREAN, Jenis.TAMBAH_PENDAFTARAN, Jenis.TAMBAH_KUNJUNGAN)

Ask = Callable[[Database], object]


def claim_and_put_back(here: Database) -> int:
    """A dispatcher's claim of 40; how many it got."""
    jobs = claim(here, owner="bench", limit=40, lease=LEASE)
    release(here, [job.claim for job in jobs if job.claim])
    return len(jobs)


@dataclass
class HandOver:
    """Hands over new jobs of visits of many clinics, others each time."""

    clinics: int
    numbers: Iterator[int] = field(default_factory=count)

    def __call__(self, here: Database) -> object:
        """A hundred of them in one transaction."""
        day = today(here)
        return store(here, [job for _ in range(HANDED_OVER // len(_VISIT)) for job in self._visit(day)])

    def _visit(self, day: date) -> Iterator[NewJob]:
        number = next(self.numbers)
        norm, faskes = f"NEW-{number}", f"faskes-{number % self.clinics:05}"
        for jenis in _VISIT:
            yield NewJob(jenis, norm, "Pasien Contoh", dict(BODIES[jenis]), faskes=faskes, tanggal=day)


def _report(first: Callable[[date], date | None]) -> Ask:
    def ask(here: Database) -> object:
        day = today(here)
        begin = first(day)
        return make_report(here, Scope(begin, begin and day), reporting_day=5)

    return ask


def _page(*, of_today: bool, faskes: str | None = None, nama: str | None = None) -> Ask:
    def ask(here: Database) -> object:
        chosen = Filter(tanggal=today(here) if of_today else None, faskes=faskes, nama=nama)
        return job_page(here, chosen, Order.NEWEST, None)

    return ask


# What must not grow with what is stored, then what covers all of it and grows by its nature.
QUESTIONS: Mapping[str, Ask] = {
    "claim of 40, put back": claim_and_put_back,
    "whether anything is due": has_work,
    "monitor, today": lambda here: look(here, Filter(tanggal=today(here)), limit=50),
    "monitor, one clinic, today": lambda here: look(
        here, Filter(tanggal=today(here), faskes=CLINIC), limit=50
    ),
    "monitor, failed of today": lambda here: look(
        here, Filter(tanggal=today(here), status="tidak-terkirim"), limit=50
    ),
    "monitor, a norm of a clinic": lambda here: look(here, Filter(norm=NORM, faskes=CLINIC), limit=50),
    "monitor, a norm of all clinics": lambda here: look(here, Filter(norm=NORM), limit=50),
    "page, today": _page(of_today=True),
    "page, all days": _page(of_today=False),
    "page, one clinic, all days": _page(of_today=False, faskes=CLINIC),
    "page, a part of a name, today": _page(of_today=True, nama=NAME),
    "page, causes of today": lambda here: causes(here, Filter(tanggal=today(here))),
    "page, causes of all days": lambda here: causes(here, Filter()),
    "page, left open before today": lambda here: open_before(here, Filter()),
    "page, one clinic's left open": lambda here: open_before(here, Filter(faskes=CLINIC)),
    "what needs a person": lambda here: needing_somebody(here, limit=50),
    "alarms": lambda here: (long_waits(here, timedelta(hours=1)), many_failures(here, 0.2)),
    "feed of a clinic, its beginning": lambda here: changes_since(here, CLINIC, BEGINNING, limit=500),
    "report, today": _report(lambda day: day),
    "report, a month": _report(lambda day: day - timedelta(days=30)),
}
OF_ALL: Mapping[str, Ask] = {
    "monitor, all days": lambda here: look(here, Filter(), limit=50),
    "monitor, failed of all days": lambda here: look(here, Filter(status="tidak-terkirim"), limit=50),
    "page, a part of a name, all days": _page(of_today=False, nama=NAME),
    "report, all days": _report(lambda _day: None),
}


def asked_in_turn(
    databases: Sequence[Database], questions: Mapping[str, Ask], times: int = TIMES
) -> list[dict[str, float]]:
    """The median time of each answer of each database, in milliseconds."""
    found: list[dict[str, float]] = [{} for _ in databases]
    for what, ask in questions.items():
        asked = [[_milliseconds(ask, database) for database in databases] for _ in range(times)]
        for place, medians in enumerate(found):
            medians[what] = median(each[place] for each in asked)
    return found


def _milliseconds(ask: Ask, database: Database) -> float:
    started = perf_counter()
    ask(database)
    return 1000 * (perf_counter() - started)
