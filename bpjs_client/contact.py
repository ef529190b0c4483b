"""The kind of contact that a registration or a visit is, as KBK counts them (contract 9, rows 11 and 20)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from bpjs_client.referral import REFERRED
from bpjs_client.tacc import names_tacc


class Contact(StrEnum):
    """What a body says of its contact; the first two are of registrations, the others of visits."""

    HEALTHY = "sehat"  # complete as a registration: no visit follows
    SICK = "sakit"  # its visit is still to come
    TREATED = "berobat"  # a visit that ended in no referral
    REFERRED = "rujuk"
    REFERRED_SPECIALLY = "rujuk-khusus"  # to a special service: HD, thalassaemia, haemophilia, HIV and others
    REFERRED_WITH_TACC = "rujuk-tacc"
    UNCLEAR = "tidak-jelas"  # the body says neither


REGISTERED = frozenset({Contact.HEALTHY, Contact.SICK})
WITHOUT_TACC = frozenset({Contact.REFERRED, Contact.REFERRED_SPECIALLY})
REFERRALS = WITHOUT_TACC | {Contact.REFERRED_WITH_TACC}


def contact_of(body: Mapping[str, Any]) -> Contact | None:
    """The kind of contact; None of a body that is of neither a registration nor a visit.

    ``kunjSakit`` is a bool, ``kdStatusPulang`` a text (contract 5d, 5e).
    """
    if "kdStatusPulang" in body:
        return _of_visit(body)
    if "kunjSakit" not in body:
        return None
    sick = body["kunjSakit"]
    if not isinstance(sick, bool):
        return Contact.UNCLEAR
    return Contact.SICK if sick else Contact.HEALTHY


def _of_visit(body: Mapping[str, Any]) -> Contact:
    if str(body["kdStatusPulang"]).strip() != REFERRED:
        return Contact.TREATED
    if names_tacc(body.get("kdTacc")):
        return Contact.REFERRED_WITH_TACC
    referral = body.get("rujukLanjut")
    special = isinstance(referral, Mapping) and referral.get("khusus") is not None
    return Contact.REFERRED_SPECIALLY if special else Contact.REFERRED
