"""The flow `tutup`: a person settles a job that no look-up can, from the Prefect UI."""

from enum import StrEnum
from typing import Annotated

from prefect import flow
from prefect.client.schemas import State
from prefect.states import Completed

from database import LineRefused
from database.jobs.by_hand import Settled, close_by_hand, say_asked_about
from database.typed import whole_number
from flows.forms.hint import hint
from flows.forms.job_form import FORM, refusal, wipe
from flows.forms.required import required
from flows.forms.typed import filled, text
from flows.run_names import of_job
from tasks.composition import composition
from tasks.prefect_ui.landing import refresh_landing

Hasil = StrEnum("Hasil", {how.name: how.value for how in Settled})  # type: ignore[misc]


@required("pekerjaan_id", "hasil", "alasan", "oleh")
@flow(
    name="tutup",
    flow_run_name=of_job("tutup"),
    description="Menutup pekerjaan yang tidak pasti atau gagal, setelah diperiksa sendiri.",
    **FORM,
)
def tutup(
    pekerjaan_id: Annotated[int, hint("Nomor pekerjaan (wajib)")] = 0,
    hasil: Annotated[  # its arrow opens the choices: a click beside it opens and closes them at once
        Hasil, hint("Wajib; sudah-ada: BPJS sudah punya; tidak-perlu: tidak perlu dikirim lagi")
    ] = "",  # type: ignore[assignment]
    alasan: Annotated[str, hint("Mengapa (wajib); tanpa nama atau nomor pasien")] = "",
    oleh: Annotated[str, hint("Nama Anda (wajib)")] = "",
) -> State[None]:
    """Close the job; who and why are kept in its history and then taken out of this run's parameters."""
    at = composition()
    try:
        filled({"pekerjaan_id": pekerjaan_id, "hasil": hasil, "alasan": alasan, "oleh": oleh})
        job_id, how = whole_number(pekerjaan_id, "pekerjaan_id"), _settled(hasil)
    except Exception as error:  # noqa: BLE001 - whatever it is, what was typed must not stay in Prefect
        return refusal(error)
    kept = {"pekerjaan_id": job_id, "hasil": how.value}
    try:
        asked_about = close_by_hand(at.database, job_id, how, reason=text(alasan), by=text(oleh))
    except Exception as error:  # noqa: BLE001 - the same
        return refusal(error, kept=kept)
    wipe(kept)
    refresh_landing(at)
    also = say_asked_about(asked_about)
    return Completed(message=f"Ditutup · pekerjaan {job_id}, {how}{also and f'. {also}'}")


def _settled(typed: object) -> Settled:
    try:
        return Settled(str(typed))
    except ValueError:
        raise LineRefused(f"hasil salah satu dari {', '.join(Settled)}") from None
