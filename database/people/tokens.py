"""Tokens of the HTTP API: each is for one clinic, may do named things, ends by itself and can be revoked."""

import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest

from sqlalchemy import or_, select, update

from database.errors import TokenRefused
from database.faskes_name import LONGEST_NAME, can_be_a_clinic
from database.storage.engine import Database
from database.storage.models import TokenRow

_ID_BYTES, _SECRET_BYTES = 6, 32
# Hexadecimal, so that no part holds the `_` between them.
_FORM = re.compile(r"bpjs_([0-9a-f]{12})_([0-9a-f]{64})")
_LONGEST_LABEL, MOST_DAYS = 100, 3650
_USE_IS_NOTED_EVERY = timedelta(minutes=1)


class Ability(StrEnum):
    """What a token is good for."""

    SUBMIT = "serah"
    READ = "baca"


@dataclass(frozen=True)
class Token:
    """A token without its secret."""

    id: str
    faskes: str
    abilities: frozenset[Ability]
    name: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


def make_token(
    database: Database, faskes: str, *, abilities: Collection[Ability], lasts: timedelta, name: str = ""
) -> tuple[Token, str]:
    """A new token, and its text, which nobody can show again.

    Raises TokenRefused for what no token can be, DatabaseUnavailable.
    """
    _check(faskes, abilities, lasts, name)
    public, secret = secrets.token_hex(_ID_BYTES), secrets.token_hex(_SECRET_BYTES)
    with database.write() as session:
        now = database.clock()
        row = TokenRow(
            id=public,
            secret=_kept(secret),
            faskes=faskes,
            abilities=" ".join(sorted(abilities)),
            name=name,
            created_at=now,
            expires_at=now + lasts,
        )
        session.add(row)
    return _token(row), f"bpjs_{public}_{secret}"


def token_of(database: Database, text: str) -> Token:
    """The token with this text, if it is worth something; that it was used is noted once a minute.

    Raises TokenRefused, DatabaseUnavailable.
    """
    parts = _FORM.fullmatch(text)
    public, secret = parts.groups() if parts else ("", "")
    with database.read() as session:
        row = session.get(TokenRow, public)
    is_right = compare_digest(_kept(secret), row.secret if row else _kept(""))
    if row is None or not is_right:
        raise TokenRefused("token tidak dikenal")
    now = database.clock()
    if row.revoked_at is not None:
        raise TokenRefused("token sudah dicabut")
    if row.expires_at <= now:
        raise TokenRefused("masa berlaku token sudah habis")
    if row.last_used_at is None or row.last_used_at <= now - _USE_IS_NOTED_EVERY:
        _note_use(database, public, now)
    return _token(row)


def _note_use(database: Database, public: str, now: datetime) -> None:
    long_ago = or_(TokenRow.last_used_at.is_(None), TokenRow.last_used_at <= now - _USE_IS_NOTED_EVERY)
    with database.write() as session:
        session.execute(
            update(TokenRow).where(TokenRow.id == public, long_ago).values(last_used_at=now),
            execution_options={"synchronize_session": False},
        )


def all_tokens(database: Database) -> list[Token]:
    """Every token, the newest first. Raises DatabaseUnavailable."""
    with database.read() as session:
        rows: Sequence[TokenRow] = session.scalars(
            select(TokenRow).order_by(TokenRow.created_at.desc(), TokenRow.id)
        ).all()
    return [_token(row) for row in rows]


def revoke_token(database: Database, public: str) -> Token:
    """From now on it is worth nothing; once revoked it stays so. Raises TokenRefused, DatabaseUnavailable."""
    with database.write() as session:
        is_id = re.fullmatch(r"[0-9a-f]{12}", public) is not None
        row = session.get(TokenRow, public, with_for_update=True) if is_id else None
        if row is None:
            raise TokenRefused("tidak ada token dengan ID itu")
        row.revoked_at = row.revoked_at or database.clock()
        return _token(row)


def _check(faskes: str, abilities: Collection[Ability], lasts: timedelta, name: str) -> None:
    if not can_be_a_clinic(faskes):
        raise TokenRefused(f"faskes harus 1 sampai {LONGEST_NAME} huruf yang dapat dicetak")
    if not abilities:
        raise TokenRefused("sebutkan apa yang boleh: serah, baca atau keduanya")
    if not timedelta(0) < lasts <= timedelta(days=MOST_DAYS):
        raise TokenRefused(f"masa berlaku harus 1 sampai {MOST_DAYS} hari")
    if len(name) > _LONGEST_LABEL or not name.isprintable():
        raise TokenRefused(f"nama token paling panjang {_LONGEST_LABEL} huruf yang dapat dicetak")


def _token(row: TokenRow) -> Token:
    return Token(
        id=row.id,
        faskes=row.faskes,
        abilities=frozenset(map(Ability, row.abilities.split())),
        name=row.name,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )


def _kept(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
