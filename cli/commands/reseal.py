"""`bpjs reseal`: after a change of the data key, seals everything with the new one."""

from typing import Annotated

import typer

from cli.terminal import console, error_console, print_json
from database import open_database
from database.storage.resealing import UNSEALED, Resealed
from database.storage.resealing import reseal as seal_anew


def reseal(
    as_json: Annotated[bool, typer.Option("--json", help="Satu dokumen JSON.")] = False,
) -> None:
    """Menyegel ulang semua isi dengan kunci data yang pertama, agar kunci lama dapat dilepas."""
    database = open_database()
    with error_console().status("Menyegel ulang…"):
        done = seal_anew(database)
    if as_json:
        print_json({"rows": done.rows, "forgotten": done.forgotten, "left": done.left})
    else:
        for sentence in _sentences(done):
            console().print(sentence, markup=False)
    if done.left:
        raise typer.Exit(1)


def _sentences(done: Resealed) -> list[str]:
    said = [f"{done.rows} baris disegel ulang."]
    for key in done.forgotten:
        said.append(
            f"Kunci '{key}' tidak dipakai lagi: keluarkan dari BPJS_DATA_KEYS,"
            " tetapi simpan selama cadangan dari masanya masih ada."
        )
    for key, rows in done.left.items():
        sealed = f"masih memakai kunci '{key}'" if key != UNSEALED else "belum tersegel"
        said.append(
            f"{rows} baris {sealed}: sedang dikirim, atau ditulis proses yang belum dihidupkan ulang."
            " Ulangi nanti."
        )
    return said
