"""`bpjs peserta`: one member of BPJS, asked at once."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.table import Table

from bpjs_client.identifiers import with_masked_values
from cli.fitted_table import fitted
from cli.lookup import asked, at, tell_nothing_found
from cli.options import FaskesName
from cli.person import whoever_is_here
from cli.standard_input import one_line
from cli.terminal import console, plain, print_json
from database import open_database
from database.faskes_name import UTAMA
from database.views.reveals import NO_JOB, note_reveal

# Label -> where BPJS says it (contract 3, peserta); sub-objects may be null.
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "Nama": ("nama",),
    "No. kartu": ("noKartu",),
    "NIK": ("noKTP",),
    "No. HP": ("noHP",),
    "Lahir": ("tglLahir",),
    "Status": ("ketAktif",),
    "FKTP terdaftar": ("kdProviderPst", "nmProvider"),
    "Kode FKTP": ("kdProviderPst", "kdProvider"),
    "Jenis peserta": ("jnsPeserta", "nama"),
    "Kelas": ("jnsKelas", "nama"),
    "Prolanis": ("pstProl",),
    "PRB": ("pstPrb",),
    "Tunggakan": ("tunggakan",),
}
_VISIT: Mapping[str, tuple[str, ...]] = {
    "No. kunjungan": ("noKunjungan",),
    "Tanggal": ("tglKunjungan",),
    "Faskes": ("providerPelayanan", "nmProvider"),
    "Poli": ("poli", "nmPoli"),
    "Diagnosa": ("diagnosa1", "kdDiag"),
    "Pulang": ("statusPulang", "nmStatusPulang"),
}


def peserta(
    number: Annotated[
        str, typer.Argument(metavar="NOMOR", help="Nomor kartu atau NIK; - membacanya dari stdin.")
    ],
    history: Annotated[bool, typer.Option("--riwayat", help="Sertakan riwayat kunjungannya.")] = False,
    whole: Annotated[bool, typer.Option("--lengkap", help="Nomor-nomor utuh; dicatat.")] = False,
    faskes: FaskesName = UTAMA,
    as_json: Annotated[bool, typer.Option("--json", help="Satu dokumen JSON.")] = False,
) -> None:
    """Menanyakan satu peserta kepada BPJS: aktif atau tidak, dan terdaftar di mana."""
    wanted = one_line(number, "Nomor kartu atau NIK").strip()
    with asked(faskes) as lookups:
        member = lookups.peserta(wanted)
        card = str((member or {}).get("noKartu") or "")
        visits = lookups.riwayat_kunjungan(card) if history and card else []
    if whole:
        note_reveal(open_database(), NO_JOB, by=whoever_is_here())
    shown, visits = (member, visits) if whole else with_masked_values([member, visits])
    if as_json:
        print_json({"peserta": shown} | ({"riwayat": visits} if history else {}))
    elif shown:
        _show(shown, visits if history else None)
    if member is None:
        tell_nothing_found("Tidak ada peserta dengan nomor itu di BPJS.")


def _show(member: Mapping[str, Any], visits: Sequence[Mapping[str, Any]] | None) -> None:
    screen = console()
    table = Table.grid(padding=(0, 2))
    for label, path in _FIELDS.items():
        table.add_row(plain(label), plain(at(member, *path)))
    screen.print(table)
    if visits is None:
        return
    if not visits:
        screen.print("Belum ada kunjungan.")
        return
    rows = [[plain(at(visit, *path)) for path in _VISIT.values()] for visit in visits]
    screen.print(fitted(list(_VISIT), rows, screen.width, title="Riwayat kunjungan"))
