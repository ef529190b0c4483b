"""`bpjs token`: with which a clinic's own system uses the HTTP API."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table

from cli.options import FaskesName, known_here
from cli.person import note_here
from cli.terminal import UserError, console, plain
from database import Database, open_database
from database.errors import TokenRefused
from database.faskes_name import UTAMA
from database.local_time import local_date
from database.people.acts import Did
from database.people.tokens import MOST_DAYS, Ability, Token, all_tokens, make_token, revoke_token


class Action(StrEnum):
    """What is done."""

    BUAT = "buat"
    DAFTAR = "daftar"
    CABUT = "cabut"


@dataclass(frozen=True)
class Given:
    """What was typed."""

    public: str | None
    faskes: str
    abilities: frozenset[Ability]
    days: int
    name: str


def token(  # noqa: PLR0917 - Typer makes an option of each
    action: Annotated[Action, typer.Argument(metavar="AKSI", help="buat, daftar atau cabut.")],
    public: Annotated[str | None, typer.Argument(metavar="ID", help="ID token yang dicabut.")] = None,
    faskes: FaskesName = UTAMA,
    abilities: Annotated[
        list[Ability] | None, typer.Option("--boleh", help="Boleh berulang; bawaan: serah dan baca.")
    ] = None,
    days: Annotated[
        int, typer.Option("--hari", min=1, max=MOST_DAYS, help="Masa berlaku; bawaan: 365.")
    ] = 365,
    name: Annotated[str, typer.Option("--nama", help="Sistem yang memakainya.")] = "",
) -> None:
    """Membuat, mendaftar atau mencabut token HTTP API, satu faskes setiap token."""
    given = Given(public, faskes, frozenset(abilities or Ability), days, name)
    try:
        _DOES[action](open_database(), given)
    except TokenRefused as refused:
        raise UserError(f"{str(refused)[0].upper()}{str(refused)[1:]}.") from None


def _make(database: Database, given: Given) -> None:
    faskes = known_here(database, given.faskes)
    made, text = make_token(
        database, faskes, abilities=given.abilities, lasts=timedelta(days=given.days), name=given.name
    )
    note_here(database, Did.MAKE_TOKEN, about=made.id, faskes=faskes)
    until = _day(database, made.expires_at)
    console().print(f"Token {made.id}: faskes {faskes}, boleh {_may(made)}, sampai {until}.", markup=False)
    console().print("Isinya, hanya ditampilkan sekali:", markup=False)
    console().print(text, markup=False, soft_wrap=True)


def _list(database: Database, _given: Given) -> None:
    found = all_tokens(database)
    if not found:
        console().print("Belum ada token: bpjs token buat --faskes FASKES", markup=False)
        return
    table = Table("ID", "Nama", "Faskes", "Boleh", "Sampai", "Terakhir dipakai", "Keadaan")
    for each in found:
        last = "–" if each.last_used_at is None else _day(database, each.last_used_at)
        cells = (each.id, each.name, each.faskes, _may(each), _day(database, each.expires_at), last)
        table.add_row(*map(plain, (*cells, _state(database, each))))
    console().print(table)


def _revoke(database: Database, given: Given) -> None:
    if given.public is None:
        raise UserError("Sebutkan ID token yang dicabut; lihat bpjs token daftar.")
    revoked = revoke_token(database, given.public)
    note_here(database, Did.REVOKE_TOKEN, about=revoked.id, faskes=revoked.faskes)
    console().print(f"Token {revoked.id} (faskes {revoked.faskes}) dicabut.", markup=False)


def _may(each: Token) -> str:
    return ", ".join(sorted(each.abilities, reverse=True))


def _state(database: Database, each: Token) -> str:
    if each.revoked_at is not None:
        return f"dicabut {_day(database, each.revoked_at)}"
    return "habis" if each.expires_at <= database.clock() else "berlaku"


def _day(database: Database, at: datetime) -> str:
    return f"{local_date(database, at):%d-%m-%Y}"


_DOES: dict[Action, Callable[[Database, Given], None]] = {
    Action.BUAT: _make,
    Action.DAFTAR: _list,
    Action.CABUT: _revoke,
}
