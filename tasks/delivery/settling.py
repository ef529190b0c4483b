"""Settles a job whose last write got no clear answer: BPJS is asked before anything is sent again."""

from bpjs_client.errors import BpjsError, Unauthorized
from bpjs_client.identifiers import without_identifiers
from bpjs_client.words import said_in
from database.jobs.attempts import proven_failures
from database.jobs.chain import blocked_by
from database.jobs.held_content import held_content
from database.jobs.verdict import Verdict
from database.services.lone_failures import failures_that_stand_alone
from database.services.stopped_services import held_back
from database.status import Status
from database.vocabulary import Outcome, Reason
from tasks.delivery.content import is_edit_proven
from tasks.delivery.credential import ask_and_judge
from tasks.delivery.decision import Decision
from tasks.delivery.hand import Hand
from tasks.delivery.readback import Look, Sight, look, look_at_edited
from tasks.delivery.seen import contradicted, found, holds_another, look_later, needs_person

# So often BPJS may answer a write with a failure of its own and take nothing, while it serves others.
MOST_ROUNDS = 3


def settle(hand: Hand) -> Decision:
    """Ask BPJS; without a verdict the job may be sent, once it is its turn (`turn_to_send`).

    Raises DatabaseUnavailable.
    """
    return _settle_edit(hand) if hand.job.is_edit else _settle_write(hand)


def _settle_write(hand: Hand) -> Decision:
    try:
        sight = look(hand.bpjs, hand.jenis, hand.sent, repeated=hand.job.repeated)
    except BpjsError as error:
        return _look_failed(hand, error)
    if sight.look is Look.DONE:
        is_other = holds_another(hand, hand.sent, sight, is_duplicate=False)
        outcome = Outcome.FOUND_OTHER if is_other else Outcome.FOUND
        return _looked(hand, outcome, found(hand, sight, is_other=is_other))
    if sight.look is Look.NOT_DONE:
        # This proves absence only where BPJS never said that it is there.
        return _not_seen(hand, sight) if hand.job.contradictions else _looked(hand, Outcome.ABSENT)
    if sight.look is Look.REPEAT and not hand.edited:
        return Decision()  # a repeat does no harm
    return Decision(needs_person())


def _settle_edit(hand: Hand) -> Decision:
    """A correction does no harm when it is sent twice: what BPJS does not show of it is sent again."""
    if hand.edited:
        return Decision()
    try:
        sight = look_at_edited(hand.bpjs, hand.sent)
    except BpjsError as error:
        return _look_failed(hand, error)
    if sight.look is Look.NOT_DONE:
        return _not_seen(hand, sight)
    held = held_content(hand.database, hand.job.id, hand.sent, is_duplicate=False)
    proven = is_edit_proven(hand.sent, sight.content, held)
    if proven is None:
        return Decision()
    if proven:
        return _looked(hand, Outcome.FOUND, found(hand, sight, is_other=False))
    return _looked(hand, Outcome.ABSENT)


def _looked(hand: Hand, outcome: Outcome, verdict: Verdict | None = None) -> Decision:
    """BPJS answered."""
    return Decision(verdict, hand.heard(is_look=True), look=outcome)


def _not_seen(hand: Hand, sight: Sight) -> Decision:
    return _looked(hand, Outcome.NOT_SEEN, contradicted(hand, sight))


def _look_failed(hand: Hand, error: BpjsError) -> Decision:
    later = look_later(hand, f"belum dapat dicek di BPJS: {error.reason}")
    if isinstance(error, Unauthorized):
        ask_and_judge(hand.at, hand.job.faskes, hand.service, since=hand.began)
        return Decision(later, look=Outcome.LOOK_FAILED)
    return Decision(later, hand.heard(error, is_look=True), look=Outcome.LOOK_FAILED)


def turn_to_send(hand: Hand) -> Verdict | None:
    """After the look: looking up needs no turn, sending again does. None: it is sent now.

    Raises DatabaseUnavailable.
    """
    return _never_taken(hand) or _wait_in_line(hand)


def _never_taken(hand: Hand) -> Verdict | None:
    """A write that BPJS fails and lacks, time after time while it serves others, is as good as refused.

    Where no look can tell whether BPJS lacks it, a person is asked.
    """
    failures = proven_failures(hand.database, hand.job.id, looked=not hand.job.uncertain)
    if len(failures) < MOST_ROUNDS:
        return None
    times = [failure.at for failure in failures]
    if failures_that_stand_alone(hand.database, hand.who, hand.job.id, times) < MOST_ROUNDS:
        return None
    words = without_identifiers(said_in(failures[-1].raw or ""), hand.sent)
    why = words or f"HTTP {failures[-1].http_code}"
    if hand.job.uncertain:
        return needs_person(f"{len(failures)} kali dikirim, dan BPJS menjawab: {why}")
    said_so = f"{len(failures)} kali dikirim dan tidak pernah tercatat di BPJS, yang menjawab: {why}"
    return Verdict(Status.GAGAL, Reason.NEVER_TAKEN, said_so)


def _wait_in_line(hand: Hand) -> Verdict | None:
    why, reason = blocked_by(hand.database, hand.job.id), Reason.NOT_ITS_TURN
    if why is None:
        why, reason = held_back(hand.database, hand.who), Reason.JENIS_HELD
    if why is None:
        return None
    return look_later(hand, why) if hand.job.uncertain else Verdict(Status.MENUNGGU, reason, why)
