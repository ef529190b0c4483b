"""The second factor: six digits that change every half minute (RFC 6238), from a secret on a phone.

The secret is sealed with its person's row and is told once, while it is set up. Each code is taken once.
"""

import base64
import hmac
import re
import secrets
from datetime import datetime
from urllib.parse import quote

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from database.errors import PersonRefused
from database.people.people import Person, Role, end_logins, locked_person, person_of, refuse_if_changed
from database.storage.engine import Database
from database.storage.models import PersonRow
from database.storage.row_seal import is_foreign

SECONDS, DIGITS = 30, 6
_SECRET_BYTES = 20  # as long as the hash, which RFC 4226 recommends
_CODE = re.compile(r"[0-9]{6}")
_ISSUER = "BPJS FKTP"


def offer_totp(database: Database, person: Person) -> str:
    """A new secret for this person, in base32; nothing is asked for before `confirm_totp`.

    Raises PersonRefused (no superadmin, or it is on already), DatabaseUnavailable.
    """
    secret = base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    with database.write() as session:
        row = locked_person(session, person.name)
        _check_may(row, person)
        row.totp, row.totp_step = secret, None
    return secret


def is_offered(database: Database, person: Person, secret: str) -> bool:
    """Whether this is the secret that was offered and not confirmed yet.

    Raises PersonRefused, DatabaseUnavailable.
    """
    with database.write() as session:
        row = locked_person(session, person.name)
        _check_may(row, person)
        return hmac.compare_digest(_offered(row).encode(), secret.encode(errors="replace"))


def confirm_totp(database: Database, person: Person, code: str, *, spares: str) -> Person | None:
    """From now on a code is asked for, and the person's other sessions end; None: the code is wrong.

    `spares`: the token of the session that goes on. Raises PersonRefused, DatabaseUnavailable.
    """
    with database.write() as session:
        row = locked_person(session, person.name)
        _check_may(row, person)
        _offered(row)
        if not takes_code(row, code, database.clock()):
            return None
        row.totp_since = database.clock()
        end_logins(session, row, spares=spares)
        session.flush()
        return person_of(session, row)


def takes_code(row: PersonRow, code: str, now: datetime) -> bool:
    """Whether it is the code of now, or of one step before or after; then it is never taken again.

    The row is locked in the transaction of the caller.
    """
    digits = "".join(code.split())
    if row.totp is None or is_foreign(row.totp, row.id) or not _CODE.fullmatch(digits):
        return False
    totp = TOTP(base64.b32decode(row.totp), DIGITS, SHA1(), SECONDS, enforce_key_length=False)  # noqa: S303 - what phones know
    present = int(now.timestamp()) // SECONDS
    steps = [
        step
        for step in (present - 1, present, present + 1)
        if hmac.compare_digest(totp.generate(step * SECONDS), digits.encode())
    ]
    fresh = [step for step in steps if row.totp_step is None or step > row.totp_step]
    if not fresh:
        return False
    row.totp_step = fresh[0]
    return True


def address_for_phone(person: Person, secret: str) -> str:
    """The `otpauth://` address that programs for codes understand."""
    label = quote(f"{_ISSUER}:{person.name}", safe="")
    return (
        f"otpauth://totp/{label}?secret={secret}&issuer={quote(_ISSUER)}"
        f"&algorithm=SHA1&digits={DIGITS}&period={SECONDS}"
    )


def in_groups(secret: str) -> str:
    """The secret in groups of four letters, to be typed."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def _check_may(row: PersonRow, person: Person) -> None:
    refuse_if_changed(row, person)
    if row.role != Role.SUPERADMIN:
        raise PersonRefused("hanya superadmin yang memakai kode kedua")
    if row.totp_since is not None:
        raise PersonRefused("kode kedua sudah menyala")


def _offered(row: PersonRow) -> str:
    if row.totp is None or is_foreign(row.totp, row.id):
        raise PersonRefused("penyiapan kode kedua belum dimulai")
    return str(row.totp)
