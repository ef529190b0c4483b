"""What BPJS shows of a job, or does not show, becomes a verdict."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from database.jobs.chain import CREATES
from database.jobs.held_content import held_content
from database.jobs.verdict import Verdict
from database.status import Status
from database.vocabulary import Reason
from tasks.delivery.content import is_other_content
from tasks.delivery.hand import Hand
from tasks.delivery.readback import Sight

# So often BPJS may say "already there" and not show it before a person is asked.
MOST_CONTRADICTIONS = 3
ASK_A_PERSON = "tidak dapat dicek otomatis; periksa di aplikasi BPJS lalu tutup atau kirim ulang"
_SENT_BEFORE_EDITING = "sudah ada di BPJS dengan isi sebelum diubah; perubahannya belum terkirim"
_OTHER_CONTENT = "sudah ada di BPJS dengan isi lain; isi ini belum terkirim"
_NOT_SEEN_THERE = "BPJS menjawab sudah ada, tetapi tidak terlihat di daftarnya"
_NUMBER_NOT_SEEN = "kunjungan yang diperbaiki tidak terlihat lagi di riwayat BPJS"


def found(hand: Hand, sight: Sight, *, is_other: bool) -> Verdict:
    """BPJS has what was sent; what was corrected since has not left, and must not pass for delivered."""
    if hand.edited:
        return Verdict(Status.GAGAL, Reason.OLD_CONTENT, _SENT_BEFORE_EDITING, result=_numbers(sight))
    if is_other:
        return other_content(sight)
    return Verdict(Status.TERKIRIM, Reason.FOUND, "ditemukan di BPJS", result=dict(sight.result))


def other_content(sight: Sight) -> Verdict:
    """BPJS has another content than this."""
    return Verdict(Status.GAGAL, Reason.OLD_CONTENT, _OTHER_CONTENT, result=_numbers(sight))


def _numbers(sight: Sight) -> dict[str, str] | None:
    return dict(sight.result) or None


def holds_another(hand: Hand, body: Mapping[str, Any], sight: Sight, *, is_duplicate: bool) -> bool:
    """Of a creation, whether BPJS holds, or may hold, it with another content than this.

    `is_duplicate`: BPJS refused this body as already there. Raises DatabaseUnavailable.
    """
    if hand.jenis not in CREATES:
        return False
    held = held_content(hand.database, hand.job.id, body, is_duplicate=is_duplicate)
    return is_other_content(body, sight.content, held)


def contradicted(hand: Hand, sight: Sight) -> Verdict:
    """BPJS said that it is there, and its list does not show it: neither is proof, and a person decides."""
    seen = f"; yang terlihat: {sight.elsewhere}" if sight.elsewhere else ""
    why = _NUMBER_NOT_SEEN if hand.job.is_edit else f"{_NOT_SEEN_THERE}{seen}"
    if hand.job.contradictions + 1 < MOST_CONTRADICTIONS:
        return look_later(hand, why)
    return needs_person(why)


def needs_person(why: str = "") -> Verdict:
    """No look can tell whether BPJS has it."""
    message = f"{why} ({ASK_A_PERSON})" if why else ASK_A_PERSON
    return Verdict(Status.TIDAK_PASTI, Reason.NEEDS_PERSON, message)


def of_a_repeat(hand: Hand, verdict: Verdict) -> Verdict:
    """The verdict on a request that may be the second: how it ended proves nothing of the first.

    What was seen at BPJS with another content is no longer uncertain.
    """
    if not hand.job.uncertain or verdict.reason == Reason.OLD_CONTENT:
        return verdict
    if verdict.status is Status.GAGAL or verdict.reason == Reason.NEEDS_SCREENING:
        return needs_person(verdict.message or "")
    if verdict.status is Status.MENUNGGU:
        return replace(verdict, status=Status.TIDAK_PASTI, reason=Reason.LOOK_PENDING)
    return verdict


def look_later(hand: Hand, why: str) -> Verdict:
    """BPJS is asked whether it has it after the next wait."""
    due_in = hand.at.settings.waits.before_look(hand.job.waits)
    return Verdict(Status.TIDAK_PASTI, Reason.LOOK_PENDING, why, due_in=due_in)
