"""The flow `tutup`: a person settles a job that no look-up can, from the Prefect UI."""

from enum import StrEnum
from typing import Annotated

from prefect import flow
from prefect.client.schemas import State
from prefect.states import Completed, Failed

from database import DatabaseError
from database.settle import Settled, close_by_hand
from flows.form import FORM, wipe
from flows.hint import hint
from tasks.composition import composition
from tasks.landing import refresh_landing

Hasil = StrEnum("Hasil", {how.name: how.value for how in Settled})  # type: ignore[misc]


@flow(
    name="tutup",
    description="Menutup pekerjaan yang tidak pasti atau gagal, setelah diperiksa sendiri.",
    **FORM,
)
def tutup(
    pekerjaan_id: Annotated[int, hint("Nomor pekerjaan")],
    hasil: Annotated[Hasil, hint("sudah-ada: BPJS sudah punya; tidak-perlu: tidak perlu dikirim lagi")],
    alasan: Annotated[str, hint("Mengapa; tanpa nama atau nomor pasien")] = "",
    oleh: Annotated[str, hint("Nama Anda")] = "",
) -> State[None]:
    """Close the job; who and why are kept in its history and then taken out of this run's parameters."""
    state = _close(pekerjaan_id, str(hasil), alasan.strip(), oleh.strip())
    wipe({"pekerjaan_id": pekerjaan_id, "hasil": str(hasil)})
    refresh_landing(composition())
    return state


def _close(job_id: int, how: str, reason: str, by: str) -> State[None]:
    if not reason or not by:
        return Failed(message="Gagal · alasan dan oleh wajib diisi")
    try:
        close_by_hand(composition().database, int(job_id), Settled(how), reason=reason, by=by)
    except DatabaseError as error:
        return Failed(message=f"Gagal · {error}")
    except ValueError:
        return Failed(
            message=f"Gagal · pekerjaan_id harus bilangan, hasil salah satu dari {', '.join(Settled)}"
        )
    return Completed(message=f"Ditutup · pekerjaan {job_id}, {how}")
