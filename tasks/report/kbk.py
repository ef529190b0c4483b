"""A clinic's month as KBK counts it: participants, contacts, referrals, what is missing, a forecast."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bpjs_client.contact import REFERRALS, WITHOUT_TACC, Contact
from bpjs_client.references import BY_NAME
from database import Database
from database.jobs.older_contacts import fill_contacts
from database.references.search import rows_with
from database.views.contacts import (
    DayContacts,
    Span,
    contacts_by_day,
    days_of_service,
    diagnoses_without_tacc,
    settled_as_there,
)
from database.views.missing_contacts import Lack, count_missing
from database.views.monitor import today
from tasks.report.forecast import LOOKS_BACK, Day, Forecast, forecast
from tasks.reporting import Reporting, Reportings, month_after

# A clinic's referrals without TACC whose diagnoses are read; of more the ratio is not told.
MOST_DIAGNOSES = 2_000


@dataclass(frozen=True)
class Kbk:
    """One clinic's month; it `runs` when today is one of its days.

    `days_left` to the closing day: 0 on it, less after it.

    `non_specialist`: referrals without TACC whose diagnosis BPJS's reference calls non-specialist; None: the
    reference is not there to tell, or they were too many.
    """

    faskes: str
    first: date
    last: date
    due: date
    days_left: int
    runs: bool
    members: int | None
    participants: int
    contacts: Mapping[Contact, int]
    missing: Mapping[Lack, int]
    settled: int
    non_specialist: int | None
    forecast: Forecast | None

    @property
    def healthy(self) -> int:
        """Healthy contacts."""
        return self.contacts.get(Contact.HEALTHY, 0)

    @property
    def sick(self) -> int:
        """Sick contacts, those that ended in a referral among them."""
        return sum(self.contacts.values()) - self.healthy

    @property
    def referrals(self) -> int:
        """All referrals."""
        return _count(self.contacts, REFERRALS)

    @property
    def with_tacc(self) -> int:
        """Referrals with TACC, which leave the ratio of non-specialist referrals."""
        return self.contacts.get(Contact.REFERRED_WITH_TACC, 0)

    @property
    def without_tacc(self) -> int:
        """Referrals without TACC."""
        return _count(self.contacts, WITHOUT_TACC)

    @property
    def lacks(self) -> int:
        """Everything that is missing."""
        return sum(self.missing.values())

    @property
    def contact_rate(self) -> float | None:
        """Participants with a contact per thousand registered ones; None: nobody said how many there are."""
        return self.rate_of(self.participants)

    def rate_of(self, participants: int) -> float | None:
        """The same of so many participants."""
        return None if self.members is None else 1000 * participants / self.members

    @property
    def referred_share(self) -> float | None:
        """Referrals without TACC among sick contacts, from 0 to 1."""
        return self.without_tacc / self.sick if self.sick else None

    @property
    def rrns(self) -> float | None:
        """Non-specialist referrals without TACC among all referrals, from 0 to 1."""
        if self.non_specialist is None or not self.referrals:
            return None
        return self.non_specialist / self.referrals


def make_kbk(
    database: Database, clinics: Collection[str], reportings: Reportings, *, month: date | None = None
) -> list[Kbk]:
    """The month of which `month` is a day, of each of these clinics, in the order of their names.

    Without a month that of each clinic which closes next. Fills in what is older than the columns that are
    counted. Raises DatabaseUnavailable.
    """
    now = today(database)
    by_month: dict[date, list[str]] = {}
    for faskes in sorted(clinics):
        first = month.replace(day=1) if month else reportings.of(faskes).open_month(now)
        by_month.setdefault(first, []).append(faskes)
    made = [
        each
        for first, names in by_month.items()
        for each in _of_month(database, span_of(first, names), reportings, now)
    ]
    return sorted(made, key=lambda each: each.faskes)


def span_of(month: date, clinics: Collection[str]) -> Span:
    """The days of a month, for these clinics."""
    return Span(month.replace(day=1), month_after(month) - timedelta(days=1), clinics)


@dataclass(frozen=True)
class _Counted:
    """What the database says of a month, each by clinic."""

    by_day: Mapping[str, Mapping[date, Day]]
    kinds: Mapping[str, Mapping[Contact, int]]
    missing: Mapping[str, Mapping[Lack, int]]
    settled: Mapping[str, int]
    non_specialist: Mapping[str, int]
    served: Mapping[str, Collection[date]]


def _of_month(database: Database, span: Span, reportings: Reportings, now: date) -> list[Kbk]:
    fill_contacts(database, span.first, span.last, span.clinics)
    contacts = contacts_by_day(database, span)
    kinds: dict[str, Counter[Contact]] = {}
    for each in contacts:
        kinds.setdefault(each.faskes, Counter())[each.contact] += each.count
    counted = _Counted(
        by_day=_days(contacts),
        kinds=kinds,
        missing=count_missing(database, span),
        settled=settled_as_there(database, span),
        non_specialist=_non_specialist(database, replace(span, clinics=_told_by_diagnoses(kinds))),
        served=days_of_service(database, Span(now - LOOKS_BACK, now, span.clinics)),
    )
    return [_kbk(faskes, span, counted, reportings.of(faskes), now) for faskes in span.clinics]


def _kbk(faskes: str, span: Span, counted: _Counted, reporting: Reporting, now: date) -> Kbk:
    due, days = reporting.due(span.first), counted.by_day.get(faskes, {})
    runs = span.first <= now <= span.last
    return Kbk(
        faskes=faskes,
        first=span.first,
        last=span.last,
        due=due,
        days_left=(due - now).days,
        runs=runs,
        members=reporting.members,
        participants=sum(day.newcomers for day in days.values()),
        contacts=counted.kinds.get(faskes, {}),
        missing=counted.missing.get(faskes, {}),
        settled=counted.settled.get(faskes, 0),
        non_specialist=counted.non_specialist.get(faskes),
        forecast=forecast(days, counted.served.get(faskes, ()), now, span.last) if runs else None,
    )


def _days(contacts: Iterable[DayContacts]) -> dict[str, dict[date, Day]]:
    """By clinic what each day with a contact brought."""
    days: dict[str, dict[date, Day]] = {}
    for each in contacts:
        of_clinic = days.setdefault(each.faskes, {})
        so_far = of_clinic.get(each.day, Day(0, 0))
        of_clinic[each.day] = Day(so_far.contacts + each.count, so_far.newcomers + each.newcomers)
    return days


def _told_by_diagnoses(kinds: Mapping[str, Mapping[Contact, int]]) -> list[str]:
    """The clinics whose referrals are few enough for their diagnoses to be read."""
    return [
        faskes
        for faskes, of_clinic in kinds.items()
        if REFERRALS & of_clinic.keys() and _count(of_clinic, WITHOUT_TACC) <= MOST_DIAGNOSES
    ]


def _count(contacts: Mapping[Contact, int], kinds: Collection[Contact]) -> int:
    return sum(contacts.get(kind, 0) for kind in kinds)


def _non_specialist(database: Database, span: Span) -> dict[str, int]:
    """By clinic the referrals without TACC of a non-specialist diagnosis, where the reference tells."""
    counted = dict.fromkeys(span.clinics, 0)
    for faskes, diagnoses in diagnoses_without_tacc(database, span).items():
        known = _are_non_specialist(database, faskes, diagnoses)
        if known is None:
            del counted[faskes]
        else:
            counted[faskes] = sum(count for code, count in diagnoses.items() if known[code])
    return counted


def _are_non_specialist(database: Database, faskes: str, codes: Collection[str]) -> dict[str, bool] | None:
    """Whether BPJS calls each diagnosis non-specialist; None where the reference lacks one of them."""
    spelled = {code: _spellings(code) for code in codes}
    ways = {way for each in spelled.values() for way in each}
    rows = rows_with(database, faskes, BY_NAME["pcare/diagnosa"], ways)
    found = {code: next((rows[way] for way in each if way in rows), None) for code, each in spelled.items()}
    if not all(found.values()):
        return None
    return {code: row.data.get("nonSpesialis") is True for code, row in found.items() if row}


def _spellings(code: str) -> tuple[str, ...]:
    """BPJS takes a diagnosis with its dot or without (contract 5e)."""
    plain = code.strip().upper().replace(".", "")
    return code.strip(), plain, f"{plain[:3]}.{plain[3:]}"
