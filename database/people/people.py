"""The people who may log in: who they are, what they may see, and how they are changed."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from database.errors import PersonRefused
from database.faskes_name import LONGEST_NAME, can_be_a_clinic, shortened
from database.people.passwords import hash_of, wrong_with
from database.people.random_token import mark_of
from database.storage.engine import Database
from database.storage.models import LoginStep, PersonClinic, PersonRow, SessionRow

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")


class Role(StrEnum):
    """An admin works for their own clinics; a superadmin for all, and manages people."""

    ADMIN = "admin"
    SUPERADMIN = "superadmin"


@dataclass(frozen=True)
class Person:
    """Somebody with a login. `satusehat`: the permission without which nobody opens the page.

    `has_totp`: a code is asked for after the password. `version`: how often the login was changed.
    """

    id: int
    name: str
    role: Role
    satusehat: bool
    clinics: frozenset[str]
    active: bool = True
    has_totp: bool = False
    version: int = field(default=1, compare=False)

    @property
    def sees(self) -> frozenset[str] | None:
        """The clinics whose jobs they may see; None: all."""
        return None if self.role is Role.SUPERADMIN else self.clinics


@dataclass(frozen=True)
class Change:
    """What becomes of a person; None leaves a part as it is."""

    password: str | None = None
    role: Role | None = None
    satusehat: bool | None = None
    clinics: Collection[str] | None = None
    active: bool | None = None
    ends_totp: bool = False


def add_person(
    database: Database, name: str, password: str, *, role: Role, satusehat: bool, clinics: Collection[str]
) -> Person:
    """Make a login. Raises PersonRefused (the name is taken or none, a bad password), DatabaseUnavailable."""
    if not _NAME.fullmatch(name):
        raise PersonRefused("nama pengguna: huruf kecil, angka, titik atau garis, 2 sampai 64")
    _check_clinics(clinics)
    kept = _hash(password)
    with database.write() as session:
        if session.scalar(select(PersonRow.id).where(PersonRow.name == name)) is not None:
            raise PersonRefused(f"pengguna {name} sudah ada")
        row = PersonRow(
            name=name,
            password=kept,
            role=role.value,
            satusehat=satusehat,
            active=True,
            created_at=database.clock(),
        )
        session.add(row)
        session.flush()
        _set_clinics(session, row, clinics)
        session.flush()
        return _person(session, row)


def change_person(
    database: Database, name: str, change: Change, *, spares: str = "", checked: Person | None = None
) -> Person:
    """Change a login; who changes their password, role or clinics, or is switched off, is logged out.

    `spares`: the token of the one session that goes on. `checked`: the person whose password was asked for;
    if somebody changed them since, it is refused. Raises PersonRefused, DatabaseUnavailable.
    """
    _check_clinics(change.clinics or ())
    kept = None if change.password is None else _hash(change.password)
    with database.write() as session:
        row = locked_person(session, name)
        if checked is not None:
            refuse_if_changed(row, checked)
        if kept is not None:
            row.password = kept
        if change.role is not None:
            row.role = change.role.value
        if change.satusehat is not None:
            row.satusehat = change.satusehat
        if change.active is not None:
            row.active = change.active
        if change.clinics is not None:
            _set_clinics(session, row, change.clinics)
        if change.ends_totp:
            row.totp = row.totp_since = row.totp_step = None
        end_logins(session, row, spares=spares)
        session.flush()
        return _person(session, row)


def refuse_if_changed(row: PersonRow, checked: Person) -> None:
    """Raises PersonRefused when the login is not the one that was checked any more. The row is locked."""
    if row.id != checked.id or not row.active or row.version != checked.version:
        raise PersonRefused("akun ini baru saja diubah: masuk lagi")


def end_logins(session: Session, row: PersonRow, *, spares: str = "") -> None:
    """End the person's sessions but that of this token, and every login that has not become one yet.

    The row is locked in this transaction.
    """
    row.version += 1
    theirs = SessionRow.person_id == row.id, SessionRow.token != mark_of(spares)
    session.execute(delete(SessionRow).where(*theirs))
    session.execute(delete(LoginStep).where(LoginStep.person_id == row.id))


def all_people(database: Database) -> list[Person]:
    """Everybody with a login, by name. Raises DatabaseUnavailable."""
    with database.read() as session:
        rows = session.scalars(select(PersonRow).order_by(PersonRow.name)).all()
        return [_person(session, row) for row in rows]


def person_named(database: Database, name: str) -> Person | None:
    """Whoever has this name and may log in; None: nobody. Raises DatabaseUnavailable."""
    if not _NAME.fullmatch(name):
        return None
    with database.read() as session:
        row = session.scalar(select(PersonRow).where(PersonRow.name == name, PersonRow.active))
        return None if row is None else _person(session, row)


def person_of(session: Session, row: PersonRow) -> Person:
    """The person of a row that was read in this transaction."""
    return _person(session, row)


def locked_person(session: Session, name: str) -> PersonRow:
    """The row of this name, which nobody else changes meanwhile. Raises PersonRefused."""
    asked = select(PersonRow).where(PersonRow.name == name).with_for_update()
    row = session.scalar(asked) if _NAME.fullmatch(name) else None
    if row is None:
        raise PersonRefused(f"pengguna {shortened(name, 64)} tidak ada")
    return row


def _person(session: Session, row: PersonRow) -> Person:
    clinics = session.scalars(select(PersonClinic.faskes).where(PersonClinic.person_id == row.id))
    return Person(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        satusehat=row.satusehat,
        clinics=frozenset(clinics),
        active=row.active,
        has_totp=row.totp_since is not None,
        version=row.version,
    )


def _set_clinics(session: Session, row: PersonRow, clinics: Collection[str]) -> None:
    session.execute(delete(PersonClinic).where(PersonClinic.person_id == row.id))
    session.add_all(PersonClinic(person_id=row.id, faskes=faskes) for faskes in sorted(set(clinics)))


def _check_clinics(clinics: Collection[str]) -> None:
    if not all(map(can_be_a_clinic, clinics)):
        raise PersonRefused(f"faskes harus 1 sampai {LONGEST_NAME} huruf yang dapat dicetak")


def _hash(password: str) -> str:
    wrong = wrong_with(password)
    if wrong is not None:
        raise PersonRefused(wrong)
    return hash_of(password)
