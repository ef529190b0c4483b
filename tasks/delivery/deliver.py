"""Delivers one job in hand: decide, and write down what was decided. Knows no Prefect."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from bpjs_client.endpoints import request_for
from bpjs_client.errors import BpjsError, NotSent, Withheld
from bpjs_client.identifiers import without_identifiers
from database import LeaseLost
from database.errors import DatabaseUnavailable, OtherBpjs
from database.faskes_name import said_name
from database.jobs.attempts import Asker, Evidence, LookTaken, note_look, open_attempt
from database.jobs.claim import ClaimedJob, standing
from database.jobs.late_answers import note_late
from database.jobs.moves import load, move, record
from database.jobs.verdict import Verdict
from database.services.evidence import hear
from database.status import Status
from database.storage.steady_clock import elapsed
from database.vocabulary import Outcome, Reason
from tasks.composition import Composition
from tasks.delivery.before_sending import (
    referral_held,
    sealed_for_another,
    unknown_clinic,
    unknown_codes,
    wrong_body,
)
from tasks.delivery.credential import ask_and_judge
from tasks.delivery.decision import Decision, Ending, evidence_of
from tasks.delivery.hand import Hand, take_up
from tasks.delivery.outcomes import decide
from tasks.delivery.screening import patient_did_not_act
from tasks.delivery.seen import of_a_repeat
from tasks.delivery.settling import settle, turn_to_send

logger = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True)
class Delivered:
    """How a job left our hands: its status and one Indonesian line without identifiers.

    `tried_before`: something of it had been sent before, and its page may be there already. `for_patient`: it
    waits for its patient.
    """

    status: Status
    text: str
    tried_before: bool = False
    for_patient: bool = False


class TryAgain(Exception):
    """The request did not leave; trying again in a moment is safe. Its text is fixed: Prefect stores it."""

    def __init__(self) -> None:
        super().__init__("Belum terkirim: BPJS tidak dapat dihubungi.")


def deliver(
    job: ClaimedJob, at: Composition, *, asker: Asker, first_try: bool = True, last_try: bool = True
) -> Delivered:
    """Send a claimed job and move it on; of one that is in nobody's hand tell where it stands.

    Raises TryAgain while a request that never left may be repeated at once, and DatabaseUnavailable; the job
    then stays in hand until its lease ends.
    """
    if job.claim is None:
        return _as_it_stands(job.id, at)
    try:
        fresh = job.fresh if first_try else None
        hand = take_up(fresh or load(at.database, job.claim), at, asker)
        hand, verdict = _before_it_leaves(hand)
        verdict = verdict or _send(hand, last_try=last_try)
    except LeaseLost:  # taken over meanwhile
        return _as_it_stands(job.id, at)
    if verdict.reason == Reason.REFUSED_ALONE:
        # It may be the third of its jenis, and then waits with the others.
        return _as_it_stands(job.id, at)
    for_patient = verdict.status is Status.MENUNGGU and verdict.reason == Reason.NEEDS_SCREENING
    text = _text(hand, verdict)
    return Delivered(verdict.status, text, tried_before=hand.job.tried_before, for_patient=for_patient)


def _as_it_stands(job_id: int, at: Composition) -> Delivered:
    found = standing(at.database, job_id)
    return Delivered(found.status, without_identifiers(found.why))


def _before_it_leaves(hand: Hand) -> tuple[Hand, Verdict | None]:
    """The job as it is after a look, and its end if it is not sent now."""
    verdict = sealed_for_another(hand) or unknown_clinic(hand) or patient_did_not_act(hand)
    if verdict is None and hand.job.uncertain:
        hand, verdict = _settled(hand)
        if verdict is not None:
            return hand, verdict  # written down with the look
        verdict = turn_to_send(hand)
    verdict = verdict or referral_held(hand) or wrong_body(hand) or unknown_codes(hand)
    if verdict is not None:
        verdict = of_a_repeat(hand, verdict)
        _write_down(hand, Decision(verdict))
    return hand, verdict


def _settled(hand: Hand) -> tuple[Hand, Verdict | None]:
    looked = settle(hand)
    _write_down(hand, looked)
    return (hand.proven_absent() if looked.look is Outcome.ABSENT else hand), looked.verdict


def _send(hand: Hand, *, last_try: bool) -> Verdict:
    """The request itself; its attempt is committed before it leaves, and closed by what came back."""
    try:
        hand.at.note_belonging(hand.job.faskes, hand.service)
    except OtherBpjs as error:
        later = of_a_repeat(hand, _back_in_line(str(error)))
        _write_down(hand, Decision(later))
        return later
    attempt = _open_attempt(hand)
    return _write_down_end(hand, attempt, _ask_bpjs(hand, attempt, last_try=last_try))


def _ask_bpjs(hand: Hand, attempt: int, *, last_try: bool) -> Ending:
    """Raises TryAgain, when that its request never left is written down."""
    try:
        request = request_for(hand.jenis, hand.body)
        receipt = hand.bpjs.deliver(hand.jenis, request, may_leave=lambda: _is_good(hand))
    except Withheld as error:
        # This process was stopped for longer than its lease: whoever has the job now sends it.
        later = of_a_repeat(hand, _back_in_line())
        return Ending(later, evidence_of(error.outcome, error.exchange, error.reason))
    except NotSent as error:
        if not last_try:
            _close(hand, attempt, evidence_of(error.outcome, error.exchange))
            raise TryAgain from None
        return hand.patiently()(decide, hand, error)
    except BpjsError as error:
        return hand.patiently()(decide, hand, error)
    done = Verdict(Status.TERKIRIM, result=receipt.result)
    return Ending(done, evidence_of(Outcome.SUCCESS, receipt.exchange), hand.heard())


def _back_in_line(why: str = "pengirim terhenti sebelum permintaan berangkat") -> Verdict:
    return Verdict(Status.MENUNGGU, Reason.STOPPED, why, counted=False)


def _open_attempt(hand: Hand) -> int:
    lease, claim = hand.at.settings.lease, hand.job.claim
    until = elapsed() + lease.total_seconds()
    attempt = open_attempt(hand.database, claim, request=hand.body, lease=lease, asker=hand.asker)
    hand.at.in_hand.extend([claim], until)
    return attempt


def _is_good(hand: Hand) -> bool:
    return hand.at.in_hand.is_good(hand.job.claim)


def _write_down(hand: Hand, decision: Decision) -> None:
    """Record a decision that no request of the job's own led to; without a verdict it stays in hand."""
    if decision.look is not None:
        _write_down_look(hand, decision, LookTaken(hand.sent, decision.look, hand.asker))
    elif decision.verdict is not None:
        move(hand.database, hand.job.claim, decision.verdict, heard=decision.heard)


def _write_down_look(hand: Hand, decision: Decision, look: LookTaken) -> None:
    """Record a look and what it means for the job in one change: a crash in between would lose the latter."""
    patiently, claim = hand.patiently(), hand.job.claim
    if decision.verdict is None:
        patiently(note_look, hand.database, claim, look)
        if decision.heard is not None:
            patiently(hear, hand.database, hand.who, hand.job.id, decision.heard)
    elif patiently(move, hand.database, claim, decision.verdict, look=look, heard=decision.heard):
        _ask_whose_fault(hand)


def _write_down_end(hand: Hand, attempt: int, end: Ending) -> Verdict:
    """Record what came of the job's request."""
    write = partial(
        move,
        hand.database,
        hand.job.claim,
        end.verdict,
        attempt=attempt,
        evidence=end.evidence,
        heard=end.heard,
    )
    if _in_time_or_late(hand, write, attempt, end):
        _ask_whose_fault(hand)
    return end.verdict


def _close(hand: Hand, attempt: int, how: Evidence) -> None:
    """Record a request that never left and is tried again in a moment."""
    write = partial(record, hand.database, hand.job.claim, attempt=attempt, evidence=how)
    _in_time_or_late(hand, write, attempt, Ending(_back_in_line(), how))


def _in_time_or_late(hand: Hand, write: Callable[[], T], attempt: int, end: Ending) -> T:
    """Raises LeaseLost when the job was taken over; what came back is kept in its history then."""
    patiently = hand.patiently()
    try:
        return patiently(write)
    except LeaseLost:
        patiently(note_late, hand.database, hand.job.id, attempt, end.evidence, end.verdict)
        raise


def _ask_whose_fault(hand: Hand) -> None:
    """Is it the job or the service? The job's end is written down already: a failure here loses nothing."""
    try:
        ask_and_judge(hand.at, hand.job.faskes, hand.service, since=hand.began)
    except DatabaseUnavailable as error:
        whose = said_name(hand.job.faskes, hand.at.clinics.known)
        logger.warning("%s of %s: not judged: %s", hand.service, whose, error)


def _text(hand: Hand, verdict: Verdict) -> str:
    """One line for Prefect: our number, or what BPJS said without anything that names a patient."""
    if verdict.result:
        return " · ".join(f"{name} {number}" for name, number in verdict.result.items())
    return without_identifiers(verdict.message or "", hand.body)
