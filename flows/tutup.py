"""The flow `tutup`: a person settles a job that no look-up can, from the Prefect UI."""

from enum import StrEnum
from typing import Annotated

from prefect import flow
from prefect.client.schemas import State
from prefect.states import Completed

from database import LineRefused
from database.settle import Settled, close_by_hand, say_asked_about
from flows.form import FORM, refusal, text, whole_number, wipe
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
    at = composition()
    try:
        job_id, how = whole_number(pekerjaan_id, "pekerjaan_id"), _settled(hasil)
        reason, by = _why_and_who(text(alasan), text(oleh))
    except Exception as error:  # noqa: BLE001 - whatever it is, what was typed must not stay in Prefect
        return refusal(error)
    kept = {"pekerjaan_id": job_id, "hasil": how.value}
    try:
        asked_about = close_by_hand(at.database, job_id, how, reason=reason, by=by)
    except Exception as error:  # noqa: BLE001 - the same
        return refusal(error, kept=kept)
    wipe(kept)
    refresh_landing(at)
    also = say_asked_about(asked_about)
    return Completed(message=f"Ditutup · pekerjaan {job_id}, {how}{also and f'. {also}'}")


def _why_and_who(reason: str, by: str) -> tuple[str, str]:
    if not reason or not by:
        raise LineRefused("alasan dan oleh wajib diisi")
    return reason, by


def _settled(typed: object) -> Settled:
    try:
        return Settled(str(typed))
    except ValueError:
        raise LineRefused(f"hasil salah satu dari {', '.join(Settled)}") from None
