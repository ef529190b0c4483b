"""What can be decided about a job without asking BPJS."""

from bpjs_client.bodies import check_body
from bpjs_client.referral import refers_through_satusehat
from database.jobs.handover import say_fields
from database.jobs.verdict import Verdict
from database.status import Status
from database.storage.row_seal import FOREIGN, is_foreign
from database.vocabulary import Reason
from tasks.clinics import UnknownClinic
from tasks.delivery.credential import pause_service
from tasks.delivery.hand import Hand
from tasks.delivery.seen import look_later, needs_person
from tasks.reference_data.code_check import check_codes

_MAKE_THE_REFERRAL = (
    "rujukan faskes ini lewat Satu Sehat (SRBK), jadi kunjungan berstatus pulang 4 tidak dikirim dari sini:"
    " buat rujukannya di aplikasi PCare, lalu tutup pekerjaan ini sebagai sudah ada di BPJS"
)


def sealed_for_another(hand: Hand) -> Verdict | None:
    """What is stored here was sealed for another job: its patient must not be reported under this one."""
    if not any(is_foreign(value, hand.job.id) for value in (hand.job.body, hand.job.lost_request)):
        return None
    if hand.job.uncertain:
        return needs_person(FOREIGN)
    return Verdict(Status.GAGAL, Reason.BAD_SEAL, f"{FOREIGN}; serahkan lagi dengan kunci baru")


def unknown_clinic(hand: Hand) -> Verdict | None:
    """A job of a clinic whose credential nobody gave us waits until somebody does; its service is paused.

    Raises DatabaseUnavailable.
    """
    try:
        _ = hand.bpjs
    except UnknownClinic as unknown:
        pause_service(hand.at, hand.job.faskes, hand.service, str(unknown))
        if hand.job.uncertain:
            return look_later(hand, str(unknown))
        return Verdict(Status.MENUNGGU, Reason.UNKNOWN_CLINIC, str(unknown))
    return None


def wrong_body(hand: Hand) -> Verdict | None:
    """A deletion of what never reached BPJS is not needed; of anything else that lacks a field it is said.

    Nor does one leave that names one patient's card and another's number.
    """
    if hand.job.anothers_number:
        return Verdict(Status.GAGAL, Reason.BAD_BODY, hand.job.anothers_number)
    errors = check_body(hand.jenis, hand.body, chain_supplies=False, is_edit=hand.job.is_edit)
    if not errors:
        return None
    if hand.job.why_no_number:
        return Verdict(Status.GAGAL, Reason.BAD_BODY, hand.job.why_no_number)
    if hand.job.pointless:
        why = "yang akan dihapus tidak pernah sampai di BPJS"
        return Verdict(Status.DITUTUP, Reason.NOT_NEEDED, why)
    return Verdict(Status.GAGAL, Reason.BAD_BODY, say_fields(errors))


def referral_held(hand: Hand) -> Verdict | None:
    """Where the clinic's referrals go through Satu Sehat, a visit that ends in one is not sent the old way.

    A job of its own for such referrals would begin here (docs/bpjs-contract.md, 9, row 21).
    """
    if not refers_through_satusehat(hand.jenis, hand.body) or not hand.at.clinics.uses_srbk(hand.job.faskes):
        return None
    return Verdict(Status.GAGAL, Reason.THROUGH_SATUSEHAT, _MAKE_THE_REFERRAL)


def unknown_codes(hand: Hand) -> Verdict | None:
    """A code that BPJS does not have is not sent; where its write may already be, BPJS alone decides.

    Raises DatabaseUnavailable.
    """
    if not hand.at.settings.check_references or hand.job.uncertain:
        return None
    errors = check_codes(hand.at.book, hand.job.faskes, hand.jenis, hand.body)
    return Verdict(Status.GAGAL, Reason.UNKNOWN_CODE, say_fields(errors)) if errors else None
