"""The flow `kirim-ulang`: sends a job again, as it is or with its request corrected."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from prefect import flow, get_run_logger
from prefect.client.schemas import State

from database import LineRefused
from database.jobs.resend import ask_again
from flows.forms.hint import hint
from flows.forms.job_form import FORM, asked_here, refusal, send_one, wipe
from flows.forms.required import required
from flows.forms.typed import filled, text, whole_number
from flows.run_names import of_job
from tasks.composition import composition
from tasks.prefect_ui.landing import refresh_landing


@required("pekerjaan_id")
@flow(
    name="kirim-ulang",
    flow_run_name=of_job("kirim-ulang"),
    description=(
        "Mengirim ulang satu pekerjaan, bila perlu dengan isi yang diperbaiki. Yang sudah terkirim hanya "
        "dengan perbaikan: isi kunjungan diganti di BPJS, pendaftaran dihapus lalu didaftarkan lagi."
    ),
    **FORM,
)
def kirim_ulang(
    pekerjaan_id: Annotated[str, hint("Nomor pekerjaan (wajib)")] = "",
    perubahan: Annotated[str, hint('Yang diperbaiki saja, misalnya {"kdPoli": "001"}')] = "",
    request_body: Annotated[str, hint("Atau isi lengkapnya sebagai JSON; kosong: seperti semula")] = "",
    alasan: Annotated[str, hint("Mengapa dikirim ulang")] = "",
    diminta_oleh: Annotated[str, hint("Nama Anda")] = "",
    versi: Annotated[str, hint("Versi yang dilihat; ditolak bila sudah berubah")] = "",
) -> State[None]:
    """Store the correction, take it out of this run's parameters, send at once, and end as the job ended."""
    at = composition()
    try:
        filled({"pekerjaan_id": pekerjaan_id})
        job_id = whole_number(pekerjaan_id, "pekerjaan_id")
        asked = asked_here(
            patch=_object(perubahan, "perubahan"),
            body=_object(request_body, "request_body"),
            reason=text(alasan),
            by=text(diminta_oleh),
            version=whole_number(versi, "versi") if text(versi) else None,
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, what was typed must not stay in Prefect
        return refusal(error)
    try:
        stored = ask_again(at.database, job_id, asked)
    except Exception as error:  # noqa: BLE001 - the same
        return refusal(error, kept={"pekerjaan_id": job_id})
    wipe({"pekerjaan_id": stored.job_id})
    if stored.says:
        get_run_logger().info(stored.says)
    ended = [send_one(at, each) for each in stored.jobs]
    refresh_landing(at)
    return ended[-1]


def _object(typed: object, name: str) -> Mapping[str, Any] | None:
    """JSON text from the form, or the object itself from the REST API. Raises LineRefused."""
    if isinstance(typed, str):
        try:
            typed = json.loads(typed) if typed.strip() else None
        except (ValueError, RecursionError):
            raise LineRefused(f"{name} bukan JSON yang sah") from None
    if typed is not None and not isinstance(typed, Mapping):
        raise LineRefused(f"{name} harus objek JSON")
    return typed
