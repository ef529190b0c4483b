"""`bpjs pindah-bpjs`: a person says that the same BPJS has another address now."""

from typing import Annotated

import typer

from cli.terminal import UserError, console
from database import open_database
from database.belonging import move_belonging
from tasks.clinics import configured_clinics


def pindah_bpjs(
    reason: Annotated[str, typer.Option(help="Mengapa, misalnya surat edaran BPJS.")],
    by: Annotated[str, typer.Option(help="Nama Anda.")],
) -> None:
    """Mencatat bahwa BPJS yang sama pindah ke alamat di pengaturan; basis data lalu dipakai di sana."""
    if not reason.strip() or not by.strip():
        raise UserError("--reason dan --by tidak boleh kosong.")
    addresses = configured_clinics().addresses()
    moved = move_belonging(open_database(), addresses, reason=reason.strip(), by=by.strip())
    for was, now in dict(moved).items():
        console().print(f"Dicatat: {was} kini {now}.", markup=False)
    if not moved:
        console().print("Tidak ada yang berubah: alamat di pengaturan sudah yang tercatat.")
