"""The flow `lanjutkan`: a person lifts the pause of a service, from the Prefect UI."""

from enum import StrEnum
from typing import Annotated

from prefect import flow
from prefect.client.schemas import State
from prefect.states import Completed, Failed

from bpjs_client.jenis import Service
from database import DatabaseError
from database.faskes_name import UTAMA
from database.services.holds import resume
from flows.form import FASKES
from flows.hint import hint
from tasks.composition import composition


class Layanan(StrEnum):
    """What may be chosen in the form."""

    KEDUANYA = "keduanya"
    PCARE = Service.PCARE.value
    ANTREAN = Service.ANTREAN.value


@flow(
    name="lanjutkan",
    description="Melanjutkan layanan yang dijeda karena kredensialnya ditolak.",
    persist_result=False,
)
def lanjutkan(
    layanan: Annotated[Layanan, hint("Layanan yang dilanjutkan")] = Layanan.KEDUANYA,
    faskes: FASKES = UTAMA,
) -> State[None]:
    """Lift the pause; what waited is due at once."""
    chosen = list(Service) if layanan == Layanan.KEDUANYA else [Service(str(layanan))]
    try:
        database = composition().database
        lifted = [service for service in chosen if resume(database, faskes.strip() or UTAMA, service)]
    except DatabaseError as error:
        return Failed(message=f"Gagal · {error}")
    said = ", ".join(lifted) or "tidak ada yang sedang dijeda"
    return Completed(message=f"Dilanjutkan · {said}")
