"""`bpjs jeda`: a person holds a service, one jenis of it, or one job, until an hour or `bpjs resume`."""

from typing import Annotated

import typer

from bpjs_client.jenis import Jenis, Service
from cli.options import FaskesName, known_here
from cli.terminal import UserError, console
from cli.typed import terminal_sentence
from database import open_database
from database.faskes_name import UTAMA
from database.services.clinic_service import WHOLE, ClinicService
from database.services.holds import Word, hold, hold_job
from database.services.state_words import named
from database.typed import read_moment


def jeda(  # noqa: PLR0917 - Typer makes an option of each
    reason: Annotated[str, typer.Option(help="Mengapa.")],
    by: Annotated[str, typer.Option(help="Nama Anda.")],
    service: Annotated[
        Service | None, typer.Argument(metavar="LAYANAN", help="pcare atau antrean; kosong: keduanya.")
    ] = None,
    jenis: Annotated[Jenis | None, typer.Option(help="Hanya jenis ini.")] = None,
    job_id: Annotated[
        int | None, typer.Option("--pekerjaan", metavar="ID", min=1, help="Hanya pekerjaan ini.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--sampai", help="Jam 16:00, atau 31-12-2026 07:30; kosong: sampai bpjs resume."),
    ] = None,
    faskes: FaskesName = UTAMA,
) -> None:
    """Menjeda layanan, satu jenis, atau satu pekerjaan; yang sedang dikirim tetap selesai."""
    if not reason.strip() or not by.strip():
        raise UserError("--reason dan --by tidak boleh kosong.")
    if sum((service is not None, jenis is not None, job_id is not None)) > 1:
        raise UserError("Pilih salah satu: layanan, --jenis, atau --pekerjaan.")
    database = open_database()
    with terminal_sentence():
        now = database.clock().astimezone(database.timezone)
        word = Word(by.strip(), reason, read_moment(until, "--sampai", now) if until else None)
        if job_id is not None:
            hold_job(database, job_id, word)
            _say(f"pekerjaan {job_id}")
            return
        faskes = known_here(database, faskes)
        for who in _held(faskes, service, jenis):
            hold(database, who, word)
            _say(named(who.service, who.jenis))


def _held(faskes: str, service: Service | None, jenis: Jenis | None) -> list[ClinicService]:
    if jenis is not None:
        return [ClinicService(faskes, jenis.service.value, jenis.value)]
    return [ClinicService(faskes, each.value, WHOLE) for each in ([service] if service else Service)]


def _say(what: str) -> None:
    console().print(f"{what}: dijeda", markup=False)
