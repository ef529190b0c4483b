"""`bpjs rujukan`: a referral that was made, or the hospitals that one can be made to."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.table import Table
from rich.text import Text

from cli.fitted_table import fitted
from cli.lookup import asked, at, tell_nothing_found
from cli.options import FaskesName
from cli.standard_input import one_line
from cli.terminal import UserError, console, plain, print_json
from cli.typed import terminal_sentence
from database.faskes_name import UTAMA
from database.settings import DatabaseSettings
from database.typed import read_day
from tasks.decimal_words import decimal

_REFERRAL: Mapping[str, tuple[str, ...]] = {
    "No. rujukan": ("noRujukan",),
    "Tanggal kunjungan": ("tglKunjungan",),
    "Dari": ("ppk", "nmPPK"),
    "Poli": ("poli", "nmPoli"),
    "Diagnosa": ("diag1", "kdDiag"),
    "Dokter": ("dokter", "nmDokter"),
    "Ke": ("ppkRujuk", "nmPPK"),
    "Kode tujuan": ("ppkRujuk", "kdPPK"),
    "Rencana": ("tglEstRujuk",),
    "Berlaku sampai": ("tglAkhirRujuk",),
}
_METRES = 1000
_ONE_OF = "Sebutkan nomor kunjungan, --subspesialis, atau --khusus bersama --kartu."


def rujukan(  # noqa: PLR0917 - Typer makes an option of each
    visit: Annotated[
        str | None, typer.Argument(metavar="[NOKUNJUNGAN]", help="Kunjungan yang rujukannya ditanyakan.")
    ] = None,
    subspesialis: Annotated[str | None, typer.Option(help="Rumah sakit dengan subspesialis ini.")] = None,
    sarana: Annotated[str | None, typer.Option(help="Yang juga punya sarana ini.")] = None,
    khusus: Annotated[str | None, typer.Option(help="Rumah sakit dengan layanan khusus ini.")] = None,
    kartu: Annotated[
        str | None, typer.Option(help="Nomor kartu peserta, untuk --khusus; - membacanya dari stdin.")
    ] = None,
    tanggal: Annotated[str | None, typer.Option(help="Tanggal rencana rujuk; bawaan: besok.")] = None,
    faskes: FaskesName = UTAMA,
    as_json: Annotated[bool, typer.Option("--json", help="Satu dokumen JSON.")] = False,
) -> None:
    """Menanyakan rujukan suatu kunjungan, atau rumah sakit tujuan rujukan."""
    if visit is not None and {subspesialis, sarana, khusus, kartu, tanggal} == {None}:
        _show_referral(visit, faskes, as_json=as_json)
        return
    if visit is not None or subspesialis is khusus is None or (khusus is None) != (kartu is None):
        raise UserError(_ONE_OF)
    if khusus is not None and sarana is not None:
        raise UserError("--sarana hanya untuk --subspesialis tanpa --khusus.")
    # An empty value, as a shell makes of a variable that is not set, is a mistake and not an absence.
    with terminal_sentence():
        day = _tomorrow() if tanggal is None else read_day(tanggal, "--tanggal")
    with asked(faskes) as lookups:
        if khusus is not None and kartu is not None:
            card = one_line(kartu, "Nomor kartu peserta")
            rows = lookups.faskes_khusus(khusus, card, day, subspesialis)
        else:
            rows = lookups.faskes_subspesialis(subspesialis or "", day, sarana)
    if as_json:
        print_json({"rows": rows})
    elif rows:
        screen = console()
        screen.print(_hospitals(rows, day, screen.width))
    else:
        console().print(f"Tidak ada rumah sakit tujuan pada {day:%d-%m-%Y}.")


def _tomorrow() -> date:
    return datetime.now(ZoneInfo(DatabaseSettings().timezone)).date() + timedelta(days=1)


def _show_referral(visit: str, faskes: str, *, as_json: bool) -> None:
    with asked(faskes) as lookups:
        referral = lookups.rujukan(visit)
    if as_json:
        print_json({"rujukan": referral})
    elif referral:
        table = Table.grid(padding=(0, 2))
        for label, path in _REFERRAL.items():
            table.add_row(plain(label), plain(at(referral, *path)))
        console().print(table)
    if referral is None:
        tell_nothing_found("BPJS tidak punya kunjungan itu.")


_TEXTS = {"Kode": "kdppk", "Rumah sakit": "nmppk", "Kelas": "kelas", "Jadwal": "jadwal"}
_NUMBERS = ("Jarak km", "Kapasitas", "Terisi %")


def _hospitals(rows: Sequence[Mapping[str, Any]], day: date, room: int) -> Table:
    shown = [
        [
            *(plain(row.get(name)) for name in _TEXTS.values()),
            Text(_rounded(row.get("distance"), per=_METRES, digits=1)),
            plain(row.get("kapasitas")),
            Text(_rounded(row.get("persentase"))),
        ]
        for row in rows
    ]
    title = f"Tujuan rujukan {day:%d-%m-%Y}"
    return fitted([*_TEXTS, *_NUMBERS], shown, room, right=_NUMBERS, whole=["Kode"], title=title)


def _rounded(value: object, *, per: int = 1, digits: int = 0) -> str:
    return decimal(value / per, digits) if isinstance(value, int | float) else ""
