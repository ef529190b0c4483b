"""`bpjs tutup`: a person settles a job by hand."""

from typing import Annotated

import typer

from cli.terminal import JobId, UserError, console
from database import open_database
from database.jobs.by_hand import Settled, close_by_hand, say_asked_about


def tutup(
    job_id: JobId,
    reason: Annotated[str, typer.Option(help="Mengapa.")],
    by: Annotated[str, typer.Option(help="Nama Anda.")],
    already_there: Annotated[bool, typer.Option("--sudah-ada", help="BPJS sudah punya.")] = False,
    not_needed: Annotated[bool, typer.Option("--tidak-perlu", help="Tidak perlu dikirim lagi.")] = False,
) -> None:
    """Menutup pekerjaan yang tidak pasti atau gagal, setelah seseorang memeriksanya sendiri."""
    if already_there == not_needed:
        raise UserError("Pilih salah satu: --sudah-ada atau --tidak-perlu.")
    if not reason.strip() or not by.strip():
        raise UserError("--reason dan --by tidak boleh kosong.")
    how = Settled.ALREADY_THERE if already_there else Settled.NOT_NEEDED
    asked_about = close_by_hand(open_database(), job_id, how, reason=reason.strip(), by=by.strip())
    console().print(f"Pekerjaan {job_id} ditutup ({how.value}).", markup=False)
    if asked_about:
        console().print(say_asked_about(asked_about), markup=False, soft_wrap=True)
