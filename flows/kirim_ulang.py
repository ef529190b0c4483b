"""The flow `kirim-ulang`: sends a job again, as it is or with its request corrected."""

from typing import Annotated

from prefect import flow, get_run_logger
from prefect.client.schemas import State

from database.jobs.resend import ask_again
from database.typed import whole_number
from flows.forms.hint import hint
from flows.forms.job_form import FORM, asked_here, refusal, send_one, wipe
from flows.forms.required import required
from flows.forms.typed import filled, json_object, text, unless_empty
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
            patch=json_object(perubahan, "perubahan"),
            body=json_object(request_body, "request_body"),
            reason=text(alasan),
            by=text(diminta_oleh),
            version=unless_empty(whole_number, versi, "versi"),
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
