"""The table of answers: what each way in which a request can fail means for its job (docs/job-states.md)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bpjs_client.errors import (
    AlreadyThere,
    BpjsError,
    NeedsPatient,
    NeedsPredecessor,
    NotFound,
    NotSent,
    ReferralUnclear,
    Rejected,
    Temporary,
    Unauthorized,
    Unknown,
)
from bpjs_client.identifiers import without_identifiers
from bpjs_client.jenis import DELETIONS, Jenis, Service
from bpjs_client.numbers import is_shaped
from database.jobs.deletion import NUMBER_OF
from database.jobs.moves import chain_has
from database.jobs.verdict import Verdict
from database.services.evidence import Heard
from database.services.harmless_read import Answer
from database.services.stopped_services import is_well
from database.status import UNFINISHED, Status
from database.vocabulary import Outcome, Reason
from tasks.delivery.credential import ask_and_judge
from tasks.delivery.decision import Ending, evidence_of
from tasks.delivery.hand import Hand
from tasks.delivery.readback import Look, Sight, look
from tasks.delivery.screening import wait_for_patient
from tasks.delivery.seen import (
    contradicted,
    found,
    holds_another,
    look_later,
    needs_person,
    of_a_repeat,
    other_content,
)

_OTHER_ENTRY = (
    "sudah terdaftar di BPJS, dan dari sini pernah dikirim dengan isi lain; isi ini belum terkirim:"
    " batalkan dulu antreannya bila harus diganti"
)
_STILL_SEEN = "tetapi nomor itu masih terlihat di daftar BPJS: periksa di aplikasi BPJS"
_NO_NUMBER_OF_BPJS = "Nomor ini tidak berbentuk nomor dari BPJS: periksa penulisannya."

# The verdict of one rule; None: the next rule of its row decides.
Rule = Callable[[Hand, BpjsError], Verdict | None]


def decide(hand: Hand, error: BpjsError) -> Ending:
    """What becomes of a job whose request ended like this. Raises DatabaseUnavailable."""
    if isinstance(error, Unauthorized):
        reading = ask_and_judge(hand.at, hand.job.faskes, hand.service, since=hand.began)
        if not error.may_have_acted:
            return _unauthorized(hand, error, reading.answer)
        error = Unknown(error.reason, error.exchange, error.fields)
    verdict = next(filter(None, (rule(hand, error) for rule in RULES[type(error)])))
    verdict = of_a_repeat(hand, verdict)
    # Seen there with another content, nothing is uncertain any more.
    outcome = Outcome.FOUND_OTHER if verdict.reason == Reason.OLD_CONTENT else error.outcome
    return Ending(verdict, evidence_of(outcome, error.exchange), hand.heard(error))


def said(error: BpjsError) -> str:
    """What BPJS said, in its own words but for the patient's numbers; our short reason when it said nothing.

    A job's message holds no more than this: the monitor shows it and lists carry it away.
    """
    fields = "; ".join(f"{field.field}: {field.message}" for field in error.fields)
    return fields or error.words or error.reason


def _refused(reason: Reason) -> Rule:
    return lambda _hand, error: Verdict(Status.GAGAL, reason, said(error))


def _later(reason: Reason, *, counted: bool) -> Rule:
    def rule(hand: Hand, error: BpjsError) -> Verdict:
        due_in = hand.at.settings.waits.before_try(hand.job.waits, asked=error.exchange.retry_after)
        return Verdict(Status.MENUNGGU, reason, said(error), due_in=due_in, counted=counted)

    return rule


def _unclear(hand: Hand, error: BpjsError) -> Verdict:
    why = f"{error.reason} BPJS: {error.words}" if error.words else error.reason
    due_in = hand.at.settings.waits.before_look(hand.job.waits)
    return Verdict(Status.TIDAK_PASTI, Reason.NO_ANSWER, why, due_in=due_in)


def _once_too_often(hand: Hand, error: BpjsError) -> Verdict | None:
    """After the last wait a job whose service serves others needs a person; in an outage it waits on."""
    tries = len(hand.at.settings.waits.tries)
    if hand.job.waits < tries or not is_well(hand.database, hand.job.faskes, hand.service):
        return None
    return Verdict(Status.GAGAL, Reason.GIVEN_UP, f"{tries + 1} kali dicoba tanpa hasil: {said(error)}")


def _already_there(hand: Hand, error: BpjsError) -> Verdict:
    """Recover the number; an antrean entry has none, and no list shows it."""
    if hand.service is Service.ANTREAN:
        if holds_another(hand, hand.body, Sight(Look.REPEAT), is_duplicate=True):
            return replace(other_content(Sight(Look.REPEAT)), message=_OTHER_ENTRY)
        return Verdict(Status.TERKIRIM, Reason.ALREADY_THERE, said(error), result={})
    try:
        sight = look(hand.bpjs, hand.jenis, hand.body, repeated=False)
    except BpjsError as failed:
        return look_later(hand, f"sudah ada di BPJS, nomornya belum terbaca: {failed.reason}")
    if sight.look is not Look.DONE:
        return contradicted(hand, sight)
    if holds_another(hand, hand.body, sight, is_duplicate=True):
        return other_content(sight)
    return Verdict(Status.TERKIRIM, Reason.ALREADY_THERE, said(error), result=dict(sight.result))


def _deleted_already(hand: Hand, error: BpjsError) -> Verdict | None:
    """A deletion of what is not there is done, once a look confirms it, or BPJS's own word where none can."""
    if hand.jenis not in DELETIONS:
        return None
    if not is_shaped(NUMBER_OF[hand.jenis], hand.body.get(NUMBER_OF[hand.jenis])):
        return Verdict(Status.GAGAL, Reason.NOT_FOUND, f"{said(error)} {_NO_NUMBER_OF_BPJS}")
    try:
        sight = look(hand.bpjs, hand.jenis, hand.body, repeated=True)
    except BpjsError as failed:
        return look_later(hand, f"BPJS menjawab tidak ada; belum dapat dicek: {failed.reason}")
    its_word = sight.look is Look.PERSON and error.exchange.meta_code is not None
    if sight.look is Look.DONE or its_word:
        return Verdict(Status.TERKIRIM, Reason.GONE_ALREADY, "sudah tidak ada di BPJS", result={})
    if sight.look is Look.NOT_DONE:
        return Verdict(Status.GAGAL, Reason.NOT_FOUND, f"{said(error)}; {_STILL_SEEN}")
    return None


def _registration_to_come(hand: Hand, error: BpjsError) -> Verdict | None:
    if chain_has(hand.database, hand.job.id, Jenis.TAMBAH_PENDAFTARAN, UNFINISHED):
        return Verdict(Status.MENUNGGU, Reason.WAITS_FOR_REGISTRATION, said(error), due_in=timedelta(0))
    return None


def _call_or_cancellation(hand: Hand, error: BpjsError) -> Verdict | None:
    """One that is refused may lack its queue entry."""
    if hand.jenis not in {Jenis.PANGGIL_ANTREAN, Jenis.BATAL_ANTREAN}:
        return None
    if not chain_has(hand.database, hand.job.id, Jenis.TAMBAH_ANTREAN, {Status.TERKIRIM}):
        return Verdict(Status.GAGAL, Reason.WITHOUT_ADD, said(error))
    return None


def _referral_unclear(hand: Hand, error: BpjsError) -> Verdict:
    """Satu Sehat may have made the referral: the visit counts once it is seen, and is never just sent again.

    docs/bpjs-contract.md, 5e and 9, row 21.
    """
    if hand.job.is_edit:
        return needs_person(said(error))
    try:
        sight = look(hand.bpjs, hand.jenis, hand.body, repeated=False)
    except BpjsError:
        return needs_person(said(error))
    if sight.look is not Look.DONE:
        return needs_person(said(error))
    return found(hand, sight, is_other=holds_another(hand, hand.body, sight, is_duplicate=False))


# A row for each way to end; of its rules the first that knows the job decides, and the last knows every job.
RULES: dict[type[BpjsError], tuple[Rule, ...]] = {
    NotSent: (_once_too_often, _later(Reason.UNREACHED, counted=False)),
    Temporary: (_once_too_often, _later(Reason.BUSY, counted=True)),
    Unknown: (_unclear,),
    Rejected: (_call_or_cancellation, _refused(Reason.REFUSED)),
    NotFound: (_deleted_already, _refused(Reason.NOT_FOUND)),
    AlreadyThere: (_already_there,),
    NeedsPredecessor: (_registration_to_come, _refused(Reason.WITHOUT_REGISTRATION)),
    NeedsPatient: (wait_for_patient,),
    ReferralUnclear: (_referral_unclear,),
}


def _unauthorized(hand: Hand, error: Unauthorized, answer: Answer) -> Ending:
    """Is the credential refused, or this job? A harmless read has decided, whatever the words."""
    how = evidence_of(error.outcome, error.exchange)
    if answer is Answer.REFUSED:
        # The service is paused with the reason; the job did nothing wrong and is due as soon as that ends.
        due = timedelta(0)
        verdict = Verdict(Status.MENUNGGU, Reason.SERVICE_PAUSED, said(error), due_in=due, counted=False)
        return Ending(of_a_repeat(hand, verdict), how)
    words = without_identifiers(said(error), hand.body)
    if answer is Answer.FAILED:
        due = hand.at.settings.waits.before_try(hand.job.waits)
        verdict = Verdict(Status.MENUNGGU, Reason.NO_ANSWER, words, due_in=due, counted=False)
        return Ending(of_a_repeat(hand, verdict), how)
    mark = hand.at.credential_mark(hand.job.faskes, hand.service)
    heard = Heard(refusal=words, probes=hand.at.settings.waits.probes, mark=mark)
    return Ending(of_a_repeat(hand, Verdict(Status.GAGAL, Reason.REFUSED_ALONE, words)), how, heard)
