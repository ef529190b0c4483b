"""Delivers one job in hand: look if need be, send, and write down what came of it. Knows no Prefect."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

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
)
from bpjs_client.exchange import Exchange
from bpjs_client.identifiers import without_identifiers
from bpjs_client.jenis import Jenis, Service
from bpjs_client.jobs import Bpjs
from database import Database, LeaseLost
from database.attempts import ABSENT, FOUND, LOOK_FAILED, Asker, Evidence, JobInHand, note_look, open_attempt
from database.chain import blocked_by
from database.claim import standing
from database.errors import DatabaseUnavailable
from database.health import UNCLEAR, Heard, is_well
from database.intake import BAD_BODY, say_fields
from database.moves import Verdict, chain_has, load, move, record
from database.picking import NEEDS_PERSON
from database.revival import REFUSED_WITHOUT_ADD
from database.status import UNFINISHED, Status
from tasks.clinics import UnknownClinic
from tasks.code_check import UNKNOWN_CODE, check_codes
from tasks.composition import Composition
from tasks.credential import is_refused, pause_service
from tasks.outcomes import TEMPORARY, said, trouble_of, verdict_of
from tasks.readback import Look, Sight, look

GIVEN_UP = "tidak-berhasil"
OLD_BODY = "isi-lama"


@dataclass(frozen=True)
class Delivered:
    """How a job left our hands: its status and one Indonesian line without identifiers."""

    status: Status
    text: str


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
    def bpjs(self) -> Bpjs:
        return self.at.bpjs(self.job.faskes)


def deliver(job_id: int, at: Composition, *, asker: Asker, last_try: bool) -> Delivered:
    """Send a claimed job and move it on. Raises TryAgain while a request that never left may be repeated at
    once, and DatabaseUnavailable; the job then stays in hand until its lease ends.
    """
    try:
        hand = _take_up(job_id, at, asker)
        verdict = _unknown_clinic(hand) or _before_sending(hand) or _settle(hand) or _unknown_codes(hand)
        verdict = verdict or _send(hand, last_try=last_try)
    except LeaseLost:
        # Taken over meanwhile, or never in hand: a run that only shows where the job stands.
        found = standing(at.database, job_id)
        return Delivered(found.status, without_identifiers(found.why))
    return Delivered(verdict.status, _text(hand, verdict))


def _take_up(job_id: int, at: Composition, asker: Asker) -> _InHand:
    job = at.fresh.pop(job_id, None) or load(at.database, job_id, owner=at.owner)
    jenis = Jenis(job.jenis)
    given = {name: value for name, value in job.body.items() if value not in (None, "")}
    missing = {name: value for name, value in job.numbers.items() if name not in given}
    body = {**job.body, **missing} if jenis in _DELETES else job.body
    return _InHand(job, jenis, body, at, asker)


_DELETES = frozenset({Jenis.HAPUS_PENDAFTARAN, Jenis.HAPUS_KUNJUNGAN})


def _finish(hand: _InHand, verdict: Verdict, heard: Heard | None = None) -> Verdict:
    move(hand.database, hand.job.id, verdict, owner=hand.at.owner, heard=heard)
    return verdict


def _record_end(hand: _InHand, verdict: Verdict, attempt: int, how: Evidence, heard: Heard) -> Verdict:
    """Write down what came of a request; a database that hiccups now would make a known end uncertain."""
    patiently = Retrying(
        retry=retry_if_exception_type(DatabaseUnavailable),
        wait=wait_exponential_jitter(multiplier=0.2, max=2),
        stop=stop_after_delay(hand.at.settings.lease.total_seconds() / 2),
        reraise=True,
    )
    write_down = partial(move, hand.database, hand.job.id, verdict, owner=hand.at.owner)
    patiently(write_down, attempt=attempt, evidence=how, heard=heard)
    return verdict


def _heard(hand: _InHand, error: BpjsError | None = None) -> Heard:
    """What an answer, or its lack, told of the service."""
    return Heard(trouble_of(error) if error else None, probe_in=hand.at.settings.waits.probes[0])


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
    errors = check_body(hand.jenis, hand.body, chain_supplies=False)
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
    try:
        sight = look(hand.bpjs, hand.jenis, hand.sent, repeated=hand.job.repeated)
    except BpjsError as error:
        _note(hand, LOOK_FAILED)
        if isinstance(error, Unauthorized):
            _unauthorized(hand, error)
        later = _look_later(hand, f"belum dapat dicek di BPJS: {error.reason}")
        return _finish(hand, later, _heard(hand, error))
    if sight.look is Look.DONE:
        _note(hand, FOUND)
        return _finish(hand, _found(hand, sight), _heard(hand))
    if sight.look is Look.PERSON or (sight.look is Look.REPEAT and hand.edited):
        return _finish(hand, Verdict(Status.TIDAK_PASTI, NEEDS_PERSON, _ASK_A_PERSON))
    if sight.look is Look.NOT_DONE:
        _note(hand, ABSENT)
    return _wait_in_line(hand, absent=sight.look is Look.NOT_DONE)


def _wait_in_line(hand: _InHand, *, absent: bool) -> Verdict | None:
    """Looking up needs no turn, sending again does."""
    why = blocked_by(hand.database, hand.job.id)
    if why is None:
        return None
    if absent:
        return _finish(hand, Verdict(Status.MENUNGGU, "menunggu-giliran", why), _heard(hand))
    return _finish(hand, _look_later(hand, why))


_SENT_BEFORE_EDITING = "sudah ada di BPJS dengan isi sebelum diubah; perubahannya belum terkirim"
_ASK_A_PERSON = "tidak dapat dicek otomatis; periksa di aplikasi BPJS lalu tutup atau kirim ulang"


def _note(hand: _InHand, outcome: str) -> None:
    note_look(
        hand.database, hand.job.id, owner=hand.at.owner, request=hand.sent, outcome=outcome, asker=hand.asker
    )


def _found(hand: _InHand, sight: Sight) -> Verdict:
    """BPJS has what was sent; what was corrected since has not left, and must not pass for delivered."""
    if hand.edited:
        return Verdict(Status.GAGAL, OLD_BODY, _SENT_BEFORE_EDITING, result=dict(sight.result) or None)
    return Verdict(Status.TERKIRIM, "ditemukan", "ditemukan di BPJS", result=dict(sight.result))


def _look_later(hand: _InHand, why: str) -> Verdict:
    due_in = hand.at.settings.waits.before_look(hand.job.waits)
    return Verdict(Status.TIDAK_PASTI, UNCLEAR, why, due_in=due_in)


def _send(hand: _InHand, *, last_try: bool) -> Verdict:
    """The request itself; its attempt is committed before it leaves, and closed by what came back."""
    attempt = open_attempt(
        hand.database,
        hand.job.id,
        owner=hand.at.owner,
        request=hand.body,
        lease=hand.at.settings.lease,
        asker=hand.asker,
    )
    try:
        receipt = hand.bpjs.send(hand.jenis, hand.body)
    except NotSent as error:
        if not last_try:
            how = _evidence(error.outcome, error.exchange)
            record(hand.database, hand.job.id, owner=hand.at.owner, attempt=attempt, evidence=how)
            raise TryAgain from None
        return _refused(hand, attempt, error)
    except BpjsError as error:
        return _refused(hand, attempt, error)
    done = Verdict(Status.TERKIRIM, result=receipt.result)
    return _record_end(hand, done, attempt, _evidence("success", receipt.exchange), _heard(hand))


def _refused(hand: _InHand, attempt: int, error: BpjsError) -> Verdict:
    how = _evidence(error.outcome, error.exchange)
    return _record_end(hand, _judge(hand, error), attempt, how, _heard(hand, error))


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
    if sight.look is Look.DONE:
        return Verdict(Status.TERKIRIM, "sudah-ada", said(error), result=dict(sight.result))
    return _look_later(hand, "BPJS menjawab sudah ada, tetapi belum terlihat di daftarnya")


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


def _unauthorized(hand: _InHand, error: BpjsError) -> Verdict | None:
    """Pause the service; a 401 of unknown meaning only after a harmless read was refused too."""
    try:
        refused = is_refused(hand.at, hand.job.faskes, hand.service, error)
    except BpjsError as failed:
        due_in = hand.at.settings.waits.before_try(hand.job.waits)
        return Verdict(Status.MENUNGGU, TEMPORARY, failed.reason, due_in=due_in, counted=False)
    if not refused:
        return Verdict(Status.GAGAL, "ditolak", said(error))
    why = error.reason if getattr(error, "expired", False) else said(error)
    pause_service(hand.at, hand.job.faskes, hand.service, without_identifiers(why, hand.body))
    return None


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
    Unauthorized: _unauthorized,
    NotSent: _once_more,
    Temporary: _once_more,
}


def _text(hand: _InHand, verdict: Verdict) -> str:
    """One line for Prefect: our number, or what BPJS said without anything that names a patient."""
    if verdict.result:
        return " · ".join(f"{name} {number}" for name, number in verdict.result.items())
    return without_identifiers(verdict.message or "", hand.body)
