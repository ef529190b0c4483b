"""The flow `lanjutkan`: a person lifts what pauses a service, from the Prefect UI."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from prefect import flow
from prefect.client.schemas import State
from prefect.states import Completed, Failed

from bpjs_client.jenis import Service
from database import DatabaseError, LineRefused
from database.faskes_name import UTAMA
from database.services.pauses import resume
from flows.forms.hint import hint
from flows.forms.job_form import FASKES, FORM
from flows.forms.typed import clinic_here, text
from flows.run_names import timed
from tasks.composition import composition


class Layanan(StrEnum):
    """The choices of the form."""

    KEDUANYA = "keduanya"
    PCARE = Service.PCARE.value
    ANTREAN = Service.ANTREAN.value


_BY = "form lanjutkan"  # Prefect does not say who started a run


def _about(typed: Mapping[str, Any]) -> str:
    chosen = text(typed.get("layanan"))
    return chosen if chosen in set(Layanan) else ""


@flow(
    name="lanjutkan",
    flow_run_name=timed("lanjutkan", _about),
    description="Melanjutkan layanan yang dijeda: oleh seseorang, atau karena kredensialnya ditolak.",
    **FORM,
)
def lanjutkan(
    layanan: Annotated[Layanan, hint("Layanan yang dilanjutkan")] = Layanan.KEDUANYA,
    faskes: FASKES = UTAMA,
) -> State[None]:
    """Lift the pause; what waited is due at once."""
    try:
        at, chosen = composition(), _services(text(layanan))
        clinic = clinic_here(at, faskes) or UTAMA
        lifted = [service for service in chosen if resume(at.database, clinic, service, by=_BY)]
    except DatabaseError as error:
        return Failed(message=f"Gagal · {error}")
    said = ", ".join(lifted) or "tidak ada yang sedang dijeda"
    return Completed(message=f"Dilanjutkan · {said}")


def _services(chosen: str) -> list[Service]:
    """Raises LineRefused, for a choice that was emptied too: nothing is lifted that nobody named."""
    if chosen not in set(Layanan):
        raise LineRefused(f"layanan wajib dipilih: {', '.join(Layanan)}")
    return list(Service) if chosen == Layanan.KEDUANYA else [Service(chosen)]
