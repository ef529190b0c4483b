"""`bpjs pengguna`: who may log in to the page."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table

from cli.person import note_here
from cli.standard_input import STDIN, one_line
from cli.terminal import UserError, console, plain
from database import Database, open_database
from database.errors import PersonRefused
from database.faskes_name import UTAMA
from database.people.acts import Did
from database.people.people import Change, Person, Role, add_person, all_people, change_person

_RANDOM_BYTES = 12


class Action(StrEnum):
    """What is done."""

    TAMBAH = "tambah"
    UBAH = "ubah"
    HAPUS = "hapus"
    DAFTAR = "daftar"


@dataclass(frozen=True)
class Given:
    """The options; None: not given."""

    name: str | None
    role: Role | None
    clinics: tuple[str, ...] | None
    satusehat: bool | None
    password: str | None
    ends_totp: bool = False


def pengguna(  # noqa: PLR0917 - Typer makes an option of each
    action: Annotated[Action, typer.Argument(metavar="AKSI", help="tambah, ubah, hapus atau daftar.")],
    name: Annotated[str | None, typer.Argument(metavar="NAMA", help="Nama pengguna.")] = None,
    role: Annotated[Role | None, typer.Option("--peran", help="Bawaan saat tambah: admin.")] = None,
    faskes: Annotated[
        list[str] | None, typer.Option(help="Faskes yang dilihat seorang admin; boleh berulang.")
    ] = None,
    satusehat: Annotated[
        bool | None,
        typer.Option("--satusehat/--tanpa-satusehat", help="Izin membuka halaman; bawaan saat tambah: ya."),
    ] = None,
    password: Annotated[
        str | None, typer.Option("--kata-sandi", help="- membacanya dari stdin; kosong: dibuatkan.")
    ] = None,
    ends_totp: Annotated[
        bool, typer.Option("--tanpa-totp", help="Saat ubah: kode kedua tidak diminta lagi.")
    ] = False,
) -> None:
    """Menambah, mengubah, menghapus atau mendaftar pengguna halaman."""
    given = Given(name, role, tuple(faskes) if faskes else None, satusehat, _typed(password), ends_totp)
    try:
        _DOES[action](open_database(), given)
    except PersonRefused as refused:
        raise UserError(f"{str(refused)[0].upper()}{str(refused)[1:]}.") from None


def _typed(password: str | None) -> str | None:
    if password is None:
        return None
    if password != STDIN:
        raise UserError("--kata-sandi hanya menerima -, agar kata sandi tidak tersimpan di riwayat perintah.")
    typed = one_line(password, "--kata-sandi")
    if "\N{REPLACEMENT CHARACTER}" in typed:
        raise UserError("--kata-sandi bukan teks UTF-8.")
    return typed


def _named(given: Given) -> str:
    if given.name is None:
        raise UserError("Sebutkan nama penggunanya.")
    return given.name


def _add(database: Database, given: Given) -> None:
    made = secrets.token_urlsafe(_RANDOM_BYTES) if given.password is None else given.password
    role = given.role or Role.ADMIN
    clinics = given.clinics or (() if role is Role.SUPERADMIN else (UTAMA,))
    satusehat = given.satusehat is not False
    person = add_person(database, _named(given), made, role=role, satusehat=satusehat, clinics=clinics)
    note_here(database, Did.ADD_PERSON, about=person.name)
    console().print(f"{person.name}: {_what(person)}.", markup=False)
    if given.password is None:
        console().print(f"Kata sandinya, hanya ditampilkan sekali: {made}", markup=False)


def _change(database: Database, given: Given) -> None:
    change = Change(given.password, given.role, given.satusehat, given.clinics, ends_totp=given.ends_totp)
    if change == Change():
        raise UserError("Tidak ada yang diubah; lihat bpjs pengguna --help.")
    person = change_person(database, _named(given), change)
    note_here(database, Did.CHANGE_PERSON, about=person.name)
    console().print(f"{person.name}: {_what(person)}. Sesinya diakhiri.", markup=False)


def _remove(database: Database, given: Given) -> None:
    person = change_person(database, _named(given), Change(active=False))
    note_here(database, Did.SWITCH_OFF_PERSON, about=person.name)
    console().print(f"{person.name} tidak dapat masuk lagi.", markup=False)


def _list(database: Database, _given: Given) -> None:
    people = all_people(database)
    if not people:
        console().print("Belum ada pengguna: bpjs pengguna tambah NAMA --peran superadmin", markup=False)
        return
    table = Table("Nama", "Peran", "Faskes", "Izin satusehat", "Kode kedua", "Aktif")
    for person in people:
        clinics = "semua" if person.sees is None else ", ".join(sorted(person.clinics))
        flags = map(_yes, (person.satusehat, person.has_totp, person.active))
        table.add_row(*map(plain, (person.name, person.role.value, clinics, *flags)))
    console().print(table)


def _what(person: Person) -> str:
    clinics = "semua faskes" if person.sees is None else f"faskes {', '.join(sorted(person.clinics))}"
    return f"{person.role.value}, {clinics}{'' if person.satusehat else ', tanpa izin satusehat'}"


def _yes(value: bool) -> str:
    return "ya" if value else "tidak"


_DOES: dict[Action, Callable[[Database, Given], None]] = {
    Action.TAMBAH: _add,
    Action.UBAH: _change,
    Action.HAPUS: _remove,
    Action.DAFTAR: _list,
}
