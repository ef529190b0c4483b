"""Who may log in: how a password is kept, what cannot be a login, and what a change of one does."""

from typing import Any

import pytest
from sqlalchemy import select

from database import Database
from database.errors import PersonRefused
from database.people.passwords import hash_of, is_password, wrong_with
from database.people.people import Change, Role, add_person, all_people, change_person
from database.people.sessions import begin_session, who_is
from database.storage.models import PersonRow
from tests.database.people import OTHER_PASSWORD, PASSWORD, a_superadmin, an_admin

HALF_A_LETTER = "kata-sandi-\ud83d"


def kept(database: Database, name: str) -> str:
    with database.read() as session:
        return session.scalars(select(PersonRow.password).where(PersonRow.name == name)).one()


def test_a_password_is_kept_as_argon2id_with_19_mib_and_a_salt_of_its_own(database: Database) -> None:
    an_admin(database, "budi")
    an_admin(database, "wati")
    first, second = kept(database, "budi"), kept(database, "wati")
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert PASSWORD not in first
    assert is_password(PASSWORD, first)
    assert not is_password(PASSWORD + " ", first)


@pytest.mark.parametrize("password", ["", "\x00", HALF_A_LETTER, "x" * 1_000_000, "é" * 200])
def test_whatever_is_typed_as_a_password_is_compared_and_breaks_nothing(password: str) -> None:
    assert is_password(password, hash_of(PASSWORD)) is False


@pytest.mark.parametrize("kept", ["", "x", "$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA"])
def test_what_is_no_hash_is_nobodys_password(kept: str) -> None:
    assert is_password(PASSWORD, kept) is False


@pytest.mark.parametrize(
    "password", ["", "pendek", "x" * 201, "aaaaaaaaaaaa", "abcabcabcabc", HALF_A_LETTER, "kata\x00sandi-kopi"]
)
def test_some_texts_cannot_be_passwords(database: Database, password: str) -> None:
    assert wrong_with(password)
    with pytest.raises(PersonRefused) as refused:
        add_person(database, "budi", password, role=Role.ADMIN, satusehat=True, clinics=["utama"])
    assert not password or password not in str(refused.value)
    assert all_people(database) == []


@pytest.mark.parametrize(
    "name", ["", "a", "Budi", "budi santoso", ".budi", "x" * 65, "bu\x00di", "bu\ud83ddi", "budi\n", "büdi"]
)
def test_some_texts_cannot_be_names(database: Database, name: str) -> None:
    with pytest.raises(PersonRefused):
        an_admin(database, name)
    with pytest.raises(PersonRefused):
        change_person(database, name, Change(active=False))


@pytest.mark.parametrize(
    "faskes", ["", "  ", "klinik  a", " a", "x" * 65, "klinik\x00", "klinik\nb", "klinik-\ud83d"]
)
def test_some_texts_cannot_be_clinics(database: Database, faskes: str) -> None:
    with pytest.raises(PersonRefused):
        an_admin(database, "budi", faskes)
    an_admin(database)
    with pytest.raises(PersonRefused):
        change_person(database, "budi", Change(clinics=[faskes]))
    assert all_people(database)[0].clinics == {"utama"}


def test_a_name_is_taken_once(database: Database) -> None:
    an_admin(database)
    with pytest.raises(PersonRefused, match="sudah ada"):
        a_superadmin(database, "budi")
    assert [person.role for person in all_people(database)] == [Role.ADMIN]


def test_an_admin_sees_their_own_clinics_and_a_superadmin_all(database: Database) -> None:
    assert an_admin(database, "budi", "klinik-a", "klinik-b").sees == frozenset({"klinik-a", "klinik-b"})
    assert an_admin(database, "wati").sees == frozenset({"utama"})
    assert a_superadmin(database).sees is None
    nowhere = add_person(database, "tono", PASSWORD, role=Role.ADMIN, satusehat=True, clinics=[])
    assert nowhere.sees == frozenset()


CHANGES: dict[str, Change] = {
    "password": Change(password=OTHER_PASSWORD),
    "role": Change(role=Role.SUPERADMIN),
    "permission": Change(satusehat=False),
    "clinics": Change(clinics=["klinik-b"]),
    "off": Change(active=False),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_ends_the_sessions_of_that_person_and_of_nobody_else(
    database: Database, change: str
) -> None:
    budi, sari = an_admin(database), a_superadmin(database)
    his, hers = begin_session(database, budi), begin_session(database, sari)
    change_person(database, "budi", CHANGES[change])
    assert who_is(database, his, renews=True) is None
    assert who_is(database, hers, renews=True) == sari


def test_a_change_leaves_what_it_does_not_name(database: Database) -> None:
    before: Any = an_admin(database, "budi", "klinik-a")
    hash_before = kept(database, "budi")
    after = change_person(database, "budi", Change(satusehat=False))
    assert (after.role, after.clinics, after.active) == (before.role, before.clinics, before.active)
    assert after.satusehat is False
    assert kept(database, "budi") == hash_before
