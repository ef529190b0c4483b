"""Delivers one job in hand: look if need be, send, and write down what came of it. Knows no Prefect."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential_jitter

from bpjs_client.bodies import check_body
from bpjs_client.errors import (
    AlreadyThere,
    BpjsError,
    NeedsPredecessor,
    NotFound,
    NotSent,
    Rejected,
    Temporary,
    Unauthorized,
    Unknown,
    Withheld,
)
from bpjs_client.exchange import Exchange
from bpjs_client.identifiers import without_identifiers
from bpjs_client.jenis import Jenis, Service
from bpjs_client.jobs import Bpjs
from bpjs_client.words import said_in
from database import Database, LeaseLost
from database.errors import DatabaseUnavailable, OtherBpjs
from database.faskes_name import said_name
from database.jobs.attempts import (
    ABSENT,
    FOUND,
    FOUND_OTHER,
    LOOK_FAILED,
    NOT_SEEN,
    Asker,
    Evidence,
    JobInHand,
    note_look,
    open_attempt,
    proven_failures,
)
from database.jobs.chain import blocked_by
from database.jobs.claim import standing
from database.jobs.corrections import OLD_BODY
from database.jobs.due_jobs import NEEDS_PERSON
from database.jobs.handover import BAD_BODY, say_fields
from database.jobs.held_claim import Claim
from database.jobs.held_content import held_content
from database.jobs.late_answers import note_late
from database.jobs.moves import chain_has, load, move, record
from database.jobs.revival import REFUSED_WITHOUT_ADD
from database.jobs.verdict import Verdict
from database.services.clinic_service import ClinicService
from database.services.evidence import HELD, REFUSED_ALONE, Heard, hear
from database.services.harmless_read import Answer
from database.services.lone_failures import failures_that_stand_alone
from database.services.states import NO_ANSWER, UNCLEAR
from database.services.stopped_services import held_back, is_well
from database.status import UNFINISHED, Status
from database.storage.row_seal import FOREIGN, is_foreign
from database.storage.steady_clock import elapsed
from tasks.clinics import UnknownClinic
from tasks.composition import Composition
from tasks.delivery.content import is_edit_proven, is_other_content
from tasks.delivery.credential import ask_and_judge, pause_service
from tasks.delivery.outcomes import said, trouble_of, verdict_of
from tasks.delivery.readback import Look, Sight, look, look_at_edited
from tasks.reference_data.code_check import UNKNOWN_CODE, check_codes

logger = logging.getLogger(__name__)

T = TypeVar("T")

GIVEN_UP = "tidak-berhasil"
BAD_SEAL = "segel-tertukar"
# BPJS answered each time with a failure of its own and took nothing, while it served others.
NEVER_TAKEN, MOST_ROUNDS = "gangguan-bpjs", 3
# So often BPJS may say "already there" and not show it before a person is asked.
MOST_CONTRADICTIONS = 3


@dataclass(frozen=True)
class Delivered:
    """How a job left our hands: its status and one Indonesian line without identifiers.

    `tried_before`: something of it had been sent before, and its page may be there already.
    """

    status: Status
    text: str
    tried_before: bool = False


class TryAgain(Exception):
    """The request did not leave; trying again in a moment is safe. Its text is fixed: Prefect stores it."""

    def __init__(self) -> None:
        super().__init__("Belum terkirim: BPJS tidak dapat dihubungi.")


@dataclass(frozen=True)
class _InHand:
    """One job with all that its steps share."""

    job: JobInHand
    jenis: Jenis
    body: Mapping[str, Any] = field(repr=False)
    at: Composition
    asker: Asker
    began: float  # before anything of it left, by the clock of `at.harmless_reads`

    @property
    def database(self) -> Database:
        return self.at.database

    @property
    def sent(self) -> Mapping[str, Any]:
        """What may be at BPJS already."""
        return self.body if self.job.lost_request is None else self.job.lost_request

    @property
    def edited(self) -> bool:
        """Whether somebody corrected the body after a request whose answer was lost."""
        return dict(self.sent) != dict(self.body)

    @property
    def service(self) -> Service:
        return self.jenis.service

    @property
    def who(self) -> ClinicService:
        return ClinicService(self.job.faskes, self.service.value, self.jenis.value)

    @property
    def bpjs(self) -> Bpjs:
        return self.at.bpjs(self.job.faskes)


def deliver(claim: Claim, at: Composition, *, asker: Asker, last_try: bool) -> Delivered:
    """Send a claimed job and move it on. Raises TryAgain while a request that never left may be repeated at
    once, and DatabaseUnavailable; the job then stays in hand until its lease ends.
    """
    try:
        hand = _take_up(claim, at, asker)
        verdict = (
            _anothers(hand)
            or _unknown_clinic(hand)
            or _before_sending(hand)
            or _settle(hand)
            or _unknown_codes(hand)
        )
        verdict = verdict or _send(hand, last_try=last_try)
    except LeaseLost:
        # Taken over meanwhile, or never in hand: a run that only shows where the job stands.
        return _as_it_stands(claim.job_id, at)
    if verdict.reason == REFUSED_ALONE:  # it may be the third of its jenis, and then waits with the others
        return _as_it_stands(claim.job_id, at)
    return Delivered(verdict.status, _text(hand, verdict), tried_before=hand.job.tried_before)


def _as_it_stands(job_id: int, at: Composition) -> Delivered:
    found = standing(at.database, job_id)
    return Delivered(found.status, without_identifiers(found.why))


def _take_up(claim: Claim, at: Composition, asker: Asker) -> _InHand:
    job = at.in_hand.take_fresh(claim) or load(at.database, claim)
    jenis = Jenis(job.jenis)
    given = {name: value for name, value in job.body.items() if value not in (None, "")}
    missing = {name: value for name, value in job.numbers.items() if name not in given}
    body = {**job.body, **missing} if jenis in _DELETES else job.body
    return _InHand(job, jenis, body, at, asker, at.harmless_reads.now())


_DELETES = frozenset({Jenis.HAPUS_PENDAFTARAN, Jenis.HAPUS_KUNJUNGAN})


def _finish(hand: _InHand, verdict: Verdict, heard: Heard | None = None) -> Verdict:
    if move(hand.database, hand.job.claim, verdict, heard=heard):
        _ask(hand)
    return verdict


def _ask(hand: _InHand) -> None:
    """Is it the job or the service? The job's end is written down already: a failure here loses nothing."""
    try:
        ask_and_judge(hand.at, hand.job.faskes, hand.service, since=hand.began)
    except DatabaseUnavailable as error:
        whose = said_name(hand.job.faskes, hand.at.clinics.known)
        logger.warning("%s of %s: not judged: %s", hand.service, whose, error)


def _record_end(hand: _InHand, verdict: Verdict, attempt: int, how: Evidence, heard: Heard | None) -> Verdict:
    """Write down what came of a request."""
    write_down = partial(move, hand.database, hand.job.claim, verdict, attempt=attempt, evidence=how)
    if _in_time_or_late(hand, partial(write_down, heard=heard), verdict, attempt, how):
        _ask(hand)
    return verdict


def _in_time_or_late(
    hand: _InHand, write_down: Callable[[], T], verdict: Verdict, attempt: int, how: Evidence
) -> T:
    """Raises LeaseLost when the job was taken over; what came back is kept in its history then."""
    patiently = _patiently(hand)
    try:
        return patiently(write_down)
    except LeaseLost:
        patiently(note_late, hand.database, hand.job.id, attempt, how, verdict)
        raise


def _patiently(hand: _InHand) -> Retrying:
    """After BPJS answered: a database that hiccups now would make a known end uncertain."""
    return Retrying(
        retry=retry_if_exception_type(DatabaseUnavailable),
        wait=wait_exponential_jitter(multiplier=0.2, max=2),
        stop=stop_after_delay(hand.at.settings.lease.total_seconds() / 2),
        reraise=True,
    )


def _heard(hand: _InHand, error: BpjsError | None = None, *, is_look: bool = False) -> Heard:
    """What an answer, or its lack, told of the service."""
    trouble = trouble_of(error) if error else None
    if trouble is not None:
        trouble = without_identifiers(trouble, hand.body)
    return Heard(trouble, is_look=is_look, probes=hand.at.settings.waits.probes)


def _anothers(hand: _InHand) -> Verdict | None:
    """What is stored here was sealed for another job: its patient must not be reported under this one."""
    if not any(is_foreign(value, hand.job.id) for value in (hand.job.body, hand.job.lost_request)):
        return None
    if hand.job.uncertain:
        return _finish(hand, Verdict(Status.TIDAK_PASTI, NEEDS_PERSON, f"{FOREIGN} ({_ASK_A_PERSON})"))
    return _finish(hand, Verdict(Status.GAGAL, BAD_SEAL, f"{FOREIGN}; serahkan lagi dengan kunci baru"))


def _unknown_clinic(hand: _InHand) -> Verdict | None:
    """A job of a clinic whose credential nobody gave us waits until somebody does."""
    try:
        hand.at.bpjs(hand.job.faskes)
    except UnknownClinic as unknown:
        pause_service(hand.at, hand.job.faskes, hand.service, str(unknown))
        if hand.job.uncertain:
            return _finish(hand, _look_later(hand, str(unknown)))
        return _finish(hand, Verdict(Status.MENUNGGU, "faskes-tidak-dikenal", str(unknown)))
    return None


def _before_sending(hand: _InHand) -> Verdict | None:
    """What can be decided without BPJS: a pointless deletion, a body that still lacks something."""
    errors = check_body(hand.jenis, hand.body, chain_supplies=False, is_edit=hand.job.is_edit)
    if errors and hand.job.unclear:
        return _finish(hand, Verdict(Status.GAGAL, BAD_BODY, hand.job.unclear))
    if errors and hand.job.pointless:
        return _finish(
            hand, Verdict(Status.DITUTUP, "tidak-perlu", "yang akan dihapus tidak pernah sampai di BPJS")
        )
    if errors:
        return _finish(hand, Verdict(Status.GAGAL, BAD_BODY, say_fields(errors)))
    return None


def _unknown_codes(hand: _InHand) -> Verdict | None:
    """A code that BPJS does not have is not sent; where its write may already be, BPJS alone decides."""
    if not hand.at.settings.check_references or hand.job.uncertain:
        return None
    errors = check_codes(hand.at.book, hand.job.faskes, hand.jenis, hand.body)
    return _finish(hand, Verdict(Status.GAGAL, UNKNOWN_CODE, say_fields(errors))) if errors else None


def _settle(hand: _InHand) -> Verdict | None:
    """For a job whose last write got no clear answer: look first. None means: send it (again)."""
    if not hand.job.uncertain:
        return None
    return _settle_edit(hand) if hand.job.is_edit else _settle_write(hand)


def _settle_write(hand: _InHand) -> Verdict | None:
    try:
        sight = look(hand.bpjs, hand.jenis, hand.sent, repeated=hand.job.repeated)
    except BpjsError as error:
        return _look_failed(hand, error)
    if sight.look is Look.DONE:
        is_other = _is_other_content(hand, hand.sent, sight)
        _note(hand, FOUND_OTHER if is_other else FOUND)
        return _finish(hand, _found(hand, sight, is_other=is_other), _heard(hand, is_look=True))
    if sight.look is Look.NOT_DONE:
        return _not_seen(hand, sight)
    if sight.look is Look.PERSON or hand.edited:
        return _finish(hand, Verdict(Status.TIDAK_PASTI, NEEDS_PERSON, _ASK_A_PERSON))
    return _wait_in_line(hand, absent=False)


def _settle_edit(hand: _InHand) -> Verdict | None:
    """A correction does no harm when it is sent twice: what BPJS does not show of it is sent again."""
    if hand.edited:
        return _wait_in_line(hand, absent=False)
    try:
        sight = look_at_edited(hand.bpjs, hand.sent)
    except BpjsError as error:
        return _look_failed(hand, error)
    if sight.look is Look.NOT_DONE:
        _note(hand, NOT_SEEN)
        return _finish(hand, _contradicted(hand, sight), _heard(hand, is_look=True))
    known = held_content(hand.database, hand.job.id, hand.sent)
    proven = is_edit_proven(hand.sent, sight.content, known)
    if proven:
        _note(hand, FOUND)
        return _finish(hand, _found(hand, sight, is_other=False), _heard(hand, is_look=True))
    if proven is None:
        return _wait_in_line(hand, absent=False)
    return _absent(hand)


def _look_failed(hand: _InHand, error: BpjsError) -> Verdict:
    _note(hand, LOOK_FAILED)
    if isinstance(error, Unauthorized):
        ask_and_judge(hand.at, hand.job.faskes, hand.service, since=hand.began)
    later = _look_later(hand, f"belum dapat dicek di BPJS: {error.reason}")
    heard = None if isinstance(error, Unauthorized) else _heard(hand, error, is_look=True)
    return _finish(hand, later, heard)


def _not_seen(hand: _InHand, sight: Sight) -> Verdict | None:
    """Proof that it is not there, unless BPJS said that it is."""
    if hand.job.contradictions:
        _note(hand, NOT_SEEN)
        return _finish(hand, _contradicted(hand, sight), _heard(hand, is_look=True))
    return _absent(hand)


def _absent(hand: _InHand) -> Verdict | None:
    """Proven not to be there: it is sent again, unless its turn is over or BPJS never takes it."""
    _note(hand, ABSENT)
    hear(hand.database, hand.who, hand.job.id, _heard(hand, is_look=True))
    return _never_taken(hand) or _wait_in_line(hand, absent=True)


def _never_taken(hand: _InHand) -> Verdict | None:
    """A write that BPJS fails and lacks, time after time while it serves others, is as good as refused."""
    failures = proven_failures(hand.database, hand.job.id)
    if len(failures) < MOST_ROUNDS:
        return None
    times = [failure.at for failure in failures]
    if failures_that_stand_alone(hand.database, hand.who, hand.job.id, times) < MOST_ROUNDS:
        return None
    words = without_identifiers(said_in(failures[-1].raw or ""), hand.sent)
    why = words or f"HTTP {failures[-1].http_code}"
    said_so = f"{len(failures)} kali dikirim dan tidak pernah tercatat di BPJS, yang menjawab: {why}"
    return _finish(hand, Verdict(Status.GAGAL, NEVER_TAKEN, said_so))


def _wait_in_line(hand: _InHand, *, absent: bool) -> Verdict | None:
    """Looking up needs no turn, sending again does."""
    why, reason = blocked_by(hand.database, hand.job.id), "menunggu-giliran"
    if why is None:
        why, reason = held_back(hand.database, hand.who), HELD
    if why is None:
        return None
    return _finish(hand, Verdict(Status.MENUNGGU, reason, why) if absent else _look_later(hand, why))


_SENT_BEFORE_EDITING = "sudah ada di BPJS dengan isi sebelum diubah; perubahannya belum terkirim"
_OTHER_CONTENT = "sudah ada di BPJS dengan isi lain; isi ini belum terkirim"
_NOT_SEEN_THERE = "BPJS menjawab sudah ada, tetapi tidak terlihat di daftarnya"
_NUMBER_NOT_SEEN = "kunjungan yang diperbaiki tidak terlihat lagi di riwayat BPJS"
_ASK_A_PERSON = "tidak dapat dicek otomatis; periksa di aplikasi BPJS lalu tutup atau kirim ulang"


def _note(hand: _InHand, outcome: str) -> None:
    note_look(hand.database, hand.job.claim, request=hand.sent, outcome=outcome, asker=hand.asker)


def _found(hand: _InHand, sight: Sight, *, is_other: bool) -> Verdict:
    """BPJS has what was sent; what was corrected since has not left, and must not pass for delivered."""
    if hand.edited:
        return Verdict(Status.GAGAL, OLD_BODY, _SENT_BEFORE_EDITING, result=dict(sight.result) or None)
    if is_other:
        return _other_content(sight)
    return Verdict(Status.TERKIRIM, "ditemukan", "ditemukan di BPJS", result=dict(sight.result))


def _other_content(sight: Sight) -> Verdict:
    return Verdict(Status.GAGAL, OLD_BODY, _OTHER_CONTENT, result=dict(sight.result) or None)


def _is_other_content(hand: _InHand, body: Mapping[str, Any], sight: Sight) -> bool:
    """Of a creation, whether BPJS holds it with another content than this."""
    if hand.jenis not in _CREATES:
        return False
    return is_other_content(body, sight.content, held_content(hand.database, hand.job.id, body))


_CREATES = frozenset({Jenis.TAMBAH_PENDAFTARAN, Jenis.TAMBAH_KUNJUNGAN})


def _contradicted(hand: _InHand, sight: Sight) -> Verdict:
    """BPJS said that it is there, and its list does not show it: neither is proof, and a person decides."""
    seen = f"; yang terlihat: {sight.elsewhere}" if sight.elsewhere else ""
    why = _NUMBER_NOT_SEEN if hand.job.is_edit else f"{_NOT_SEEN_THERE}{seen}"
    if hand.job.contradictions + 1 < MOST_CONTRADICTIONS:
        return _look_later(hand, why)
    return Verdict(Status.TIDAK_PASTI, NEEDS_PERSON, f"{why} ({_ASK_A_PERSON})")


def _look_later(hand: _InHand, why: str) -> Verdict:
    due_in = hand.at.settings.waits.before_look(hand.job.waits)
    return Verdict(Status.TIDAK_PASTI, UNCLEAR, why, due_in=due_in)


def _send(hand: _InHand, *, last_try: bool) -> Verdict:
    """The request itself; its attempt is committed before it leaves, and closed by what came back."""
    try:
        hand.at.note_belonging(hand.job.faskes, hand.service)
    except OtherBpjs as error:
        if hand.job.uncertain:
            return _finish(hand, _look_later(hand, str(error)))
        return _finish(hand, replace(_BACK_IN_LINE, message=str(error)))
    attempt = _open_attempt(hand)
    try:
        receipt = hand.bpjs.send(hand.jenis, hand.body, may_leave=partial(_is_good, hand))
    except Withheld as error:
        return _withheld(hand, attempt, error)
    except NotSent as error:
        if last_try:
            return _refused(hand, attempt, error)
        how = _evidence(error.outcome, error.exchange)
        write_down = partial(record, hand.database, hand.job.claim, attempt=attempt, evidence=how)
        _in_time_or_late(hand, write_down, _BACK_IN_LINE, attempt, how)
        raise TryAgain from None
    except BpjsError as error:
        return _refused(hand, attempt, error)
    done = Verdict(Status.TERKIRIM, result=receipt.result)
    return _record_end(hand, done, attempt, _evidence("success", receipt.exchange), _heard(hand))


def _open_attempt(hand: _InHand) -> int:
    lease, claim = hand.at.settings.lease, hand.job.claim
    until = elapsed() + lease.total_seconds()
    attempt = open_attempt(hand.database, claim, request=hand.body, lease=lease, asker=hand.asker)
    hand.at.in_hand.extend([claim], until)
    return attempt


def _is_good(hand: _InHand) -> bool:
    return hand.at.in_hand.is_good(hand.job.claim)


_BACK_IN_LINE = Verdict(
    Status.MENUNGGU, "terhenti", "pengirim terhenti sebelum permintaan berangkat", counted=False
)


def _withheld(hand: _InHand, attempt: int, error: Withheld) -> Verdict:
    """This process was stopped for longer than its lease: whoever has the job now sends it."""
    how = replace(_evidence(error.outcome, error.exchange), reason=error.reason)
    return _record_end(hand, _BACK_IN_LINE, attempt, how, None)


def _refused(hand: _InHand, attempt: int, error: BpjsError) -> Verdict:
    verdict, heard, error = _patiently(hand)(_judged, hand, error)
    # Seen there with another content, nothing is uncertain any more.
    outcome = FOUND_OTHER if verdict.reason == OLD_BODY else error.outcome
    return _record_end(hand, verdict, attempt, _evidence(outcome, error.exchange), heard)


def _judged(hand: _InHand, error: BpjsError) -> tuple[Verdict, Heard | None, BpjsError]:
    """What becomes of the job, what that told of the service, and what BPJS's answer really was."""
    if isinstance(error, Unauthorized) and error.may_have_acted:
        ask_and_judge(hand.at, hand.job.faskes, hand.service, since=hand.began)
        error = Unknown(error.reason, error.exchange, error.fields)
    if isinstance(error, Unauthorized):
        return (*_unauthorized(hand, error), error)
    return _judge(hand, error), _heard(hand, error), error


def _evidence(outcome: str, exchange: Exchange) -> Evidence:
    return Evidence(
        outcome=outcome,
        http_code=exchange.http_code,
        meta_code=exchange.meta_code,
        response=exchange.response,
        raw=exchange.raw,
        duration_ms=exchange.duration_ms,
    )


def _judge(hand: _InHand, error: BpjsError) -> Verdict:
    """The outcome table's verdict, after the second look that some outcomes need."""
    second_look = _SECOND_LOOKS.get(type(error))
    verdict = second_look(hand, error) if second_look else None
    return verdict or verdict_of(error, hand.job.waits, hand.at.settings.waits)


def _already_there(hand: _InHand, error: BpjsError) -> Verdict | None:
    """Recover the number; an antrean entry has none."""
    if hand.service is Service.ANTREAN:
        return Verdict(Status.TERKIRIM, "sudah-ada", said(error), result={})
    try:
        sight = look(hand.bpjs, hand.jenis, hand.body, repeated=False)
    except BpjsError as failed:
        return _look_later(hand, f"sudah ada di BPJS, nomornya belum terbaca: {failed.reason}")
    if sight.look is Look.DONE and _is_other_content(hand, hand.body, sight):
        return _other_content(sight)
    if sight.look is Look.DONE:
        return Verdict(Status.TERKIRIM, "sudah-ada", said(error), result=dict(sight.result))
    return _contradicted(hand, sight)


def _not_found(hand: _InHand, error: BpjsError) -> Verdict | None:
    """A deletion of what is not there is done, once a look confirms it, or BPJS's own word where none can."""
    if hand.jenis not in _DELETES:
        return None
    try:
        sight = look(hand.bpjs, hand.jenis, hand.body, repeated=True)
    except BpjsError as failed:
        return _look_later(hand, f"BPJS menjawab tidak ada; belum dapat dicek: {failed.reason}")
    its_word = sight.look is Look.PERSON and error.exchange.meta_code is not None
    if sight.look is Look.DONE or its_word:
        return Verdict(Status.TERKIRIM, "sudah-tidak-ada", "sudah tidak ada di BPJS", result={})
    return None


def _needs_predecessor(hand: _InHand, error: BpjsError) -> Verdict | None:
    if chain_has(hand.database, hand.job.id, Jenis.TAMBAH_PENDAFTARAN, UNFINISHED):
        return Verdict(Status.MENUNGGU, "menunggu-pendaftaran", said(error), due_in=timedelta(0))
    return None


def _rejected(hand: _InHand, error: BpjsError) -> Verdict | None:
    if hand.jenis not in {Jenis.PANGGIL_ANTREAN, Jenis.BATAL_ANTREAN}:
        return None
    if hand.job.uncertain:  # a repeat that is refused: the first one may have been taken
        return Verdict(Status.TIDAK_PASTI, NEEDS_PERSON, f"{said(error)} ({_ASK_A_PERSON})")
    if not chain_has(hand.database, hand.job.id, Jenis.TAMBAH_ANTREAN, {Status.TERKIRIM}):
        return Verdict(Status.GAGAL, REFUSED_WITHOUT_ADD, said(error))
    return None


def _unauthorized(hand: _InHand, error: Unauthorized) -> tuple[Verdict, Heard | None]:
    """Is the credential refused, or this job? A harmless read decides, whatever the words."""
    reading = ask_and_judge(hand.at, hand.job.faskes, hand.service, since=hand.began)
    if reading.answer is Answer.REFUSED:
        return verdict_of(error, hand.job.waits, hand.at.settings.waits), None
    words = without_identifiers(said(error), hand.body)
    if reading.answer is Answer.FAILED:
        due_in = hand.at.settings.waits.before_try(hand.job.waits)
        return Verdict(Status.MENUNGGU, NO_ANSWER, words, due_in=due_in, counted=False), None
    heard = Heard(refusal=words, probes=hand.at.settings.waits.probes, mark=_mark(hand))
    if hand.job.uncertain and hand.service is Service.ANTREAN:  # the first one may have been taken
        return Verdict(Status.TIDAK_PASTI, NEEDS_PERSON, f"{words} ({_ASK_A_PERSON})"), heard
    return Verdict(Status.GAGAL, REFUSED_ALONE, words), heard


def _mark(hand: _InHand) -> str:
    return hand.at.credential_mark(hand.job.faskes, hand.service)


def _once_more(hand: _InHand, error: BpjsError) -> Verdict | None:
    """After the last wait a job whose service serves others needs a person; in an outage it waits on."""
    tries = len(hand.at.settings.waits.tries)
    if hand.job.waits < tries or not is_well(hand.database, hand.job.faskes, hand.service):
        return None
    return Verdict(Status.GAGAL, GIVEN_UP, f"{tries + 1} kali dicoba tanpa hasil: {said(error)}")


_SECOND_LOOKS: dict[type[BpjsError], Callable[[_InHand, BpjsError], Verdict | None]] = {
    AlreadyThere: _already_there,
    NotFound: _not_found,
    NeedsPredecessor: _needs_predecessor,
    Rejected: _rejected,
    NotSent: _once_more,
    Temporary: _once_more,
}


def _text(hand: _InHand, verdict: Verdict) -> str:
    """One line for Prefect: our number, or what BPJS said without anything that names a patient."""
    if verdict.result:
        return " · ".join(f"{name} {number}" for name, number in verdict.result.items())
    return without_identifiers(verdict.message or "", hand.body)
