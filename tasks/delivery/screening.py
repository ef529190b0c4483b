"""A job whose patient must fill in the health screening waits for that, and is checked again by itself.

BPJS wants it once a calendar year (docs/bpjs-contract.md, 9, row 19), so that each January brings a wave of
these. They are no failures, and go again unchanged; but a queue entry is pointless once its day is over, and
a registration or visit once its month is reported.
"""

from datetime import date, datetime, time, timedelta

from bpjs_client.bodies import poli, service_date
from bpjs_client.errors import BpjsError
from bpjs_client.jenis import Service
from database.jobs.attempts import refused_for_patient
from database.jobs.verdict import Verdict
from database.status import Status
from database.vocabulary import Reason
from tasks.delivery.hand import Hand
from tasks.opening_hours import Hours
from tasks.rechecks import Rechecks, Refusal
from tasks.reference_data.sessions import sessions_of

TELL_THE_PATIENT = "minta pasien mengisinya di Mobile JKN atau webskrining.bpjs-kesehatan.go.id"
_NO_MORE = "tidak dicek lagi sendiri; tekan Periksa lagi setelah pasien mengisinya"
_OVER = {
    Service.ANTREAN: "hari antreannya berlalu sebelum pasien mengisi skrining kesehatan",
    Service.PCARE: "hari pelaporannya berlalu sebelum pasien mengisi skrining kesehatan",
}


def wait_for_patient(hand: Hand, error: BpjsError) -> Verdict:
    """It waits until the poli is open and some time has passed, or has failed when its last day is over.

    Raises DatabaseUnavailable.
    """
    said, now, last = error.words or error.reason, _now(hand), _last_day(hand)
    if now.date() > last:
        return _over(hand, said)
    settings = hand.at.settings
    refusal = Refusal(now, _refused_today(hand, now), _visit_day(hand), last)
    at = Rechecks(settings.screening_waits).after(refusal, lambda day: _sessions(hand, day))
    ends = datetime.combine(last + timedelta(days=1), time(), now.tzinfo)
    then = f"dicek lagi sendiri {_at(at, now)}" if at else _NO_MORE
    message = f"{said} · {TELL_THE_PATIENT}; {then}"
    return Verdict(Status.MENUNGGU, Reason.NEEDS_SCREENING, message, due_in=(at or ends) - now)


def patient_did_not_act(hand: Hand) -> Verdict | None:
    """A job that waited for its patient until its last day was over is not sent any more."""
    if not hand.job.for_patient or _now(hand).date() <= _last_day(hand):
        return None
    return _over(hand)


def _over(hand: Hand, said: str = "") -> Verdict:
    message = " · ".join(filter(None, (said, _OVER[hand.service])))
    return Verdict(Status.GAGAL, Reason.NEEDS_SCREENING, message)


def _now(hand: Hand) -> datetime:
    return hand.database.clock().astimezone(hand.database.timezone)


def _visit_day(hand: Hand) -> date:
    """The day that the body names; without one, today."""
    return service_date(hand.jenis, hand.body) or _now(hand).date()


def _last_day(hand: Hand) -> date:
    """A queue entry's own day; in PCare the day on which the visits of its month are reported."""
    visit = _visit_day(hand)
    if hand.service is Service.ANTREAN:
        return visit
    return hand.at.clinics.reportings.of(hand.job.faskes).due(visit)


def _refused_today(hand: Hand, now: datetime) -> int:
    midnight = datetime.combine(now, time(), now.tzinfo)
    return refused_for_patient(hand.database, hand.job.id, midnight)


def _sessions(hand: Hand, day: date) -> list[Hours]:
    """By the schedule of BPJS's queue where it is known, else the clinic's plain opening hours."""
    code = poli(hand.jenis, hand.body) or ""
    return sessions_of(hand.at.book, hand.job.faskes, code, day) or [hand.at.settings.opening_hours]


def _at(at: datetime, now: datetime) -> str:
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at:%d-%m-%Y %H:%M}"
