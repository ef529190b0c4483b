"""`bpjs resume`: lifts the pause of a service whose credential was refused."""

from typing import Annotated

import typer

from bpjs_client.jenis import Service
from cli.options import FaskesName, known_here
from cli.terminal import console
from database import open_database
from database.faskes_name import UTAMA
from database.services.pauses import resume as lift


def resume(
    service: Annotated[Service | None, typer.Argument(help="pcare atau antrean; kosong: keduanya.")] = None,
    faskes: FaskesName = UTAMA,
) -> None:
    """Melanjutkan layanan yang dijeda karena kredensialnya ditolak."""
    database = open_database()
    faskes = known_here(database, faskes)
    for chosen in [service] if service else list(Service):
        lifted = lift(database, faskes, chosen)
        console().print(f"{chosen.value}: {'dilanjutkan' if lifted else 'tidak sedang dijeda'}", markup=False)
