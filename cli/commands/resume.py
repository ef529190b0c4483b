"""`bpjs resume`: lifts what holds a service: a refused credential, failures, or a person's `bpjs jeda`."""

from typing import Annotated

import typer

from bpjs_client.jenis import Jenis, Service
from cli.options import FaskesName, known_here
from cli.person import whoever_is_here
from cli.terminal import UserError, console
from database import open_database
from database.faskes_name import UTAMA
from database.services.holds import lift_job
from database.services.pauses import resume as lift
from database.services.state_words import named


def resume(
    service: Annotated[
        Service | None, typer.Argument(metavar="LAYANAN", help="pcare atau antrean; kosong: keduanya.")
    ] = None,
    jenis: Annotated[Jenis | None, typer.Option(help="Hanya jenis ini.")] = None,
    job_id: Annotated[
        int | None, typer.Option("--pekerjaan", metavar="ID", min=1, help="Hanya pekerjaan ini.")
    ] = None,
    faskes: FaskesName = UTAMA,
    by: Annotated[str | None, typer.Option(help="Nama Anda; bawaan: pengguna komputer.")] = None,
) -> None:
    """Melanjutkan yang dijeda: layanan, satu jenis, atau satu pekerjaan."""
    database, name = open_database(), by or whoever_is_here()
    if job_id is not None:
        if service or jenis:
            raise UserError("Pilih salah satu: --pekerjaan, --jenis, atau layanan.")
        _say(f"pekerjaan {job_id}", lift_job(database, job_id, by=name))
        return
    faskes = known_here(database, faskes)
    for chosen in _services(service, jenis):
        lifted = lift(database, faskes, chosen, jenis=jenis.value if jenis else None, by=name)
        _say(named(chosen.value, jenis.value) if jenis else chosen.value, lifted)


def _services(service: Service | None, jenis: Jenis | None) -> list[Service]:
    """Raises UserError."""
    if jenis is None:
        return [service] if service else list(Service)
    if service not in (None, jenis.service):
        raise UserError(f"{jenis.value} bukan jenis {service}.")
    return [jenis.service]


def _say(what: str, lifted: bool) -> None:
    console().print(f"{what}: {'dilanjutkan' if lifted else 'tidak sedang dijeda'}", markup=False)
