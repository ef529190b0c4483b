"""Tokens of the HTTP API: what is kept of them, when they are worth something, and how their use is noted."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from database import Database
from database.errors import TokenRefused
from database.people import tokens
from database.people.tokens import Ability, Token, all_tokens, make_token, revoke_token, token_of
from database.storage.models import TokenRow
from tests.database.clinic import FakeClock

DAY = timedelta(days=1)


def made(database: Database, faskes: str = "utama", **changes: Any) -> tuple[Token, str]:
    return make_token(database, faskes, **{"abilities": [Ability.SUBMIT], "lasts": DAY, **changes})


def test_a_token_is_known_by_its_text_of_which_only_a_hash_is_kept(database: Database) -> None:
    first, text = made(database, "klinik-a", abilities=list(Ability), name="SIMRS")
    public, secret = text.removeprefix("bpjs_").split("_")
    assert text == f"bpjs_{first.id}_{secret}"
    assert (public, len(secret)) == (first.id, 64)  # 256 bits
    known = token_of(database, text)
    assert (known.id, known.faskes, known.abilities, known.name) == (
        first.id,
        "klinik-a",
        frozenset({Ability.SUBMIT, Ability.READ}),
        "SIMRS",
    )
    with database.read() as session:
        row = session.scalars(select(TokenRow)).one()
    assert secret not in str(vars(row))
    assert made(database)[1] != text


def test_the_secret_is_compared_whole_and_in_constant_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, text = made(database)
    other = made(database)[1]
    compared: list[int] = []

    def compare(left: str, right: str) -> bool:
        compared.append(len(left) + len(right))
        return left == right

    monkeypatch.setattr(tokens, "compare_digest", compare)
    wrong_end = text[:-1] + ("0" if text[-1] != "0" else "1")
    of_another = text[:18] + other[18:]
    unknown = f"bpjs_{'0' * 12}_{text[-64:]}"
    for each in (
        wrong_end,
        of_another,
        unknown,
        "",
        "x",
        text.upper(),
        f"{text}\n",
        "\ud83d",
        "\x00" * 10_000,
    ):
        with pytest.raises(TokenRefused, match=r"^token tidak dikenal$"):
            token_of(database, each)
    assert set(compared) == {128}


def test_a_token_ends_by_itself(database: Database, clock: FakeClock) -> None:
    _, text = made(database)
    clock.advance(days=1, seconds=-1)
    assert token_of(database, text)
    clock.advance(seconds=1)
    with pytest.raises(TokenRefused, match="sudah habis"):
        token_of(database, text)


def test_a_revoked_token_is_worth_nothing_for_good(database: Database, clock: FakeClock) -> None:
    token, text = made(database)
    _, other = made(database)
    revoked = revoke_token(database, token.id)
    clock.advance(hours=1)
    assert revoke_token(database, token.id).revoked_at == revoked.revoked_at is not None
    with pytest.raises(TokenRefused, match="dicabut"):
        token_of(database, text)
    assert token_of(database, other)
    for unknown in ("", "x", "0" * 12, "\x00", "\ud83d"):
        with pytest.raises(TokenRefused, match="tidak ada token"):
            revoke_token(database, unknown)


def test_its_use_is_noted_at_most_once_a_minute(database: Database, clock: FakeClock) -> None:
    token, text = made(database)
    written: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("UPDATE"):
            written.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    began = clock()
    for _ in range(60):
        token_of(database, text)
        clock.advance(seconds=1)
    assert len(written) == 1
    assert all_tokens(database)[0].last_used_at == began
    token_of(database, text)
    assert len(written) == 2
    assert [(each.id, each.last_used_at) for each in all_tokens(database)] == [
        (token.id, began + timedelta(minutes=1))
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"faskes": ""},
        {"faskes": "x" * 65},
        {"faskes": "a\x00b"},
        {"faskes": "klinik  a"},
        {"abilities": []},
        {"lasts": timedelta(0)},
        {"lasts": timedelta(days=3651)},
        {"name": "x" * 101},
        {"name": "a\nb"},
    ],
)
def test_what_no_token_can_be_is_refused(database: Database, changes: dict[str, Any]) -> None:
    with pytest.raises(TokenRefused):
        made(database, **changes)
    assert all_tokens(database) == []
