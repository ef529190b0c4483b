"""The second factor: which codes are taken, how often, and what lies between password and code."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import select, text

from database import Database
from database.errors import PersonRefused
from database.people.login import log_in
from database.people.login_steps import CodeTried, begin_step, try_code
from database.people.people import Change, Person, all_people, change_person
from database.people.sessions import begin_session, who_is
from database.people.totp import (
    address_for_phone,
    confirm_totp,
    in_groups,
    is_offered,
    offer_totp,
    takes_code,
)
from database.storage.models import LoginFailures, PersonRow
from tests.database.clinic import FakeClock
from tests.database.people import OTHER_PASSWORD, PASSWORD, a_superadmin, an_admin

HERE = "192.0.2.1"


def code(secret: str, now: datetime, steps: int = 0) -> str:
    """What a phone shows so many half minutes later."""
    totp = TOTP(base64.b32decode(secret), 6, SHA1(), 30, enforce_key_length=False)
    return totp.generate(int(now.timestamp()) + 30 * steps).decode()


def switched_on(database: Database, clock: FakeClock, person: Person) -> str:
    """The secret of somebody who uses it from now on; the code of this moment is used up."""
    secret = offer_totp(database, person)
    assert confirm_totp(database, person, code(secret, clock()), spares="")
    clock.advance(seconds=60)
    return secret


def step_of(database: Database, name: str = "sari") -> str:
    """The token of somebody who typed the right password."""
    tried = log_in(database, name, PASSWORD, address=HERE)
    assert tried.person is None
    assert tried.awaits_code
    return begin_step(database, tried.awaits_code)


# RFC 6238, appendix B, the last six of its eight digits.
@pytest.mark.parametrize(
    ("seconds", "digits"), [(59, "287082"), (1111111109, "081804"), (2000000000, "279037")]
)
def test_the_codes_are_those_of_the_standard(seconds: int, digits: str) -> None:
    row = PersonRow(totp=base64.b32encode(b"12345678901234567890").decode())
    assert takes_code(row, digits, datetime.fromtimestamp(seconds, UTC))


def test_it_is_asked_for_once_a_right_code_confirmed_it(database: Database, clock: FakeClock) -> None:
    sari = a_superadmin(database)
    secret = offer_totp(database, sari)
    assert is_offered(database, sari, secret)
    assert not is_offered(database, sari, secret[:-1])
    assert confirm_totp(database, sari, "000000", spares="") is None
    assert log_in(database, "sari", PASSWORD, address=HERE).person == sari
    assert confirm_totp(database, sari, code(secret, clock()), spares="")
    clock.advance(seconds=60)
    token = step_of(database)
    tried = try_code(database, token, code(secret, clock()), address=HERE)
    assert (tried.person and tried.person.name, tried.wait_seconds) == ("sari", 0)


def test_only_a_superadmin_sets_it_up_and_only_once(database: Database, clock: FakeClock) -> None:
    with pytest.raises(PersonRefused, match="hanya superadmin"):
        offer_totp(database, an_admin(database))
    sari = a_superadmin(database)
    with pytest.raises(PersonRefused, match="belum dimulai"):
        confirm_totp(database, sari, "000000", spares="")
    switched_on(database, clock, sari)
    with pytest.raises(PersonRefused, match="baru saja diubah"):
        offer_totp(database, sari)
    (_, now) = all_people(database)
    with pytest.raises(PersonRefused, match="sudah menyala"):
        offer_totp(database, now)
    with pytest.raises(PersonRefused, match="sudah menyala"):
        is_offered(database, now, "")


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off(
    database: Database, clock: FakeClock, steps: int, is_taken: bool
) -> None:
    secret = switched_on(database, clock, a_superadmin(database))
    clock.advance(seconds=60)
    tried = try_code(database, step_of(database), code(secret, clock(), steps), address=HERE)
    assert bool(tried.person) is is_taken


def test_a_code_is_taken_once_and_an_older_one_not_after_it(database: Database, clock: FakeClock) -> None:
    secret = switched_on(database, clock, a_superadmin(database))
    first, second = step_of(database), step_of(database)
    assert try_code(database, first, code(secret, clock()), address=HERE).person
    for steps in (0, -1):
        assert try_code(database, second, code(secret, clock(), steps), address=HERE).person is None
    assert try_code(database, second, code(secret, clock(), 1), address=HERE).person


def test_two_who_bring_the_same_code_at_once_are_not_both_let_in(
    database: Database, clock: FakeClock
) -> None:
    secret = switched_on(database, clock, a_superadmin(database))
    tokens, start = [step_of(database), step_of(database)], Barrier(2)

    def bring(token: str) -> CodeTried:
        start.wait()
        return try_code(database, token, code(secret, clock()), address=HERE)

    with ThreadPoolExecutor(2) as threads:
        assert sorted(bool(tried.person) for tried in threads.map(bring, tokens)) == [False, True]


@pytest.mark.parametrize("digits", ["", "12345", "1234567", "abcdef", "１２３４５６", "\x00", "1" * 100_000])
def test_what_is_no_code_is_wrong(database: Database, clock: FakeClock, digits: str) -> None:
    switched_on(database, clock, a_superadmin(database))
    assert try_code(database, step_of(database), digits, address=HERE).person is None


def test_wrong_codes_wait_like_wrong_passwords_and_the_right_password_forgets_none(
    database: Database, clock: FakeClock
) -> None:
    secret = switched_on(database, clock, a_superadmin(database))
    for failures in (1, 2, 3):
        assert try_code(database, step_of(database), "000000", address=HERE).person is None
        with database.read() as session:
            assert set(session.scalars(select(LoginFailures.failures))) == {failures}
    assert log_in(database, "sari", PASSWORD, address=HERE).wait_seconds > 0
    clock.advance(seconds=1.1)
    token = step_of(database)
    assert try_code(database, token, "000000", address=HERE).wait_seconds > 1
    waiting = try_code(database, token, code(secret, clock()), address=HERE)
    assert (waiting.person, waiting.name, waiting.wait_seconds > 0) == (None, "sari", True)
    clock.advance(seconds=3)
    assert try_code(database, token, code(secret, clock()), address=HERE).person
    with database.read() as session:
        assert session.scalars(select(LoginFailures)).all() == []


def test_the_step_between_is_over_after_five_minutes_a_success_or_a_change(
    database: Database, clock: FakeClock
) -> None:
    secret = switched_on(database, clock, a_superadmin(database))
    used, old, changed = (step_of(database) for _ in range(3))
    assert try_code(database, used, code(secret, clock()), address=HERE).person
    clock.advance(seconds=30)
    assert try_code(database, used, code(secret, clock()), address=HERE) == CodeTried(None)
    change_person(database, "sari", Change(password=OTHER_PASSWORD))
    assert try_code(database, changed, code(secret, clock()), address=HERE) == CodeTried(None)
    change_person(database, "sari", Change(password=PASSWORD))
    old = step_of(database)
    clock.advance(minutes=5, seconds=1)
    assert try_code(database, old, code(secret, clock()), address=HERE) == CodeTried(None)
    for nobodys in ("", "\ud83d", "x" * 100_000):
        assert try_code(database, nobodys, code(secret, clock()), address=HERE) == CodeTried(None)


def test_setting_it_up_ends_every_other_session(database: Database, clock: FakeClock) -> None:
    sari = a_superadmin(database)
    here, there = begin_session(database, sari), begin_session(database, sari)
    secret = offer_totp(database, sari)
    assert confirm_totp(database, sari, code(secret, clock()), spares=here)
    assert who_is(database, here, renews=True)
    assert who_is(database, there, renews=True) is None
    # Whose password was checked before is not let in without a code either.
    with pytest.raises(PersonRefused, match="baru saja diubah"):
        begin_session(database, sari)


def test_it_is_switched_off_with_its_secret(database: Database, clock: FakeClock) -> None:
    sari = a_superadmin(database)
    switched_on(database, clock, sari)
    change_person(database, "sari", Change(ends_totp=True))
    assert log_in(database, "sari", PASSWORD, address=HERE).person
    with database.engine.connect() as connection:
        (kept,) = connection.execute(text("SELECT totp, totp_since FROM people"))
    assert tuple(kept) == (None, None)


def test_the_secret_is_sealed_and_worth_nothing_in_another_row(database: Database, clock: FakeClock) -> None:
    secret = switched_on(database, clock, a_superadmin(database))
    a_superadmin(database, "wati")
    with database.engine.begin() as connection:
        stored = connection.execute(text("SELECT totp FROM people WHERE name = 'sari'")).scalar_one()
        assert stored.startswith("sealed:")
        assert secret not in stored
        copied = "UPDATE people SET totp = :totp, totp_since = created_at WHERE name = 'wati'"
        connection.execute(text(copied), {"totp": stored})
    assert try_code(database, step_of(database, "wati"), code(secret, clock()), address=HERE).person is None


def test_it_is_told_in_groups_and_as_an_address(database: Database) -> None:
    sari = a_superadmin(database)
    secret = offer_totp(database, sari)
    assert in_groups(secret).replace(" ", "") == secret
    assert {len(group) for group in in_groups(secret).split()} == {4}
    assert len(base64.b32decode(secret)) == 20
    assert address_for_phone(sari, secret) == (
        f"otpauth://totp/BPJS%20FKTP%3Asari?secret={secret}"
        "&issuer=BPJS%20FKTP&algorithm=SHA1&digits=6&period=30"
    )


@pytest.mark.parametrize("change", [Change(password=OTHER_PASSWORD), Change(active=False)])
def test_a_login_that_was_checked_before_a_change_begins_no_session(
    database: Database, change: Change
) -> None:
    checked = log_in(database, "budi", PASSWORD, address=HERE).person or an_admin(database)
    change_person(database, "budi", change)
    with pytest.raises(PersonRefused, match="baru saja diubah"):
        begin_session(database, checked)
