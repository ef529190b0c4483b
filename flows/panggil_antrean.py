"""The flow `panggil-antrean`: one job from a form or from Prefect's REST API."""

from typing import Annotated

from prefect import flow
from prefect.client.schemas import State

from bpjs_client.jenis import Jenis
from flows.forms.hint import hint
from flows.forms.job_form import BODY, FASKES, FORM, KUNCI, NAMA_PASIEN, NORM, PEKERJAAN_ID, RANTAI, submit
from flows.forms.required import required
from flows.run_names import of_form


@required("norm", "nama_pasien")
@flow(
    name=Jenis.PANGGIL_ANTREAN.value,
    flow_run_name=of_form(Jenis.PANGGIL_ANTREAN),
    description="Memanggil antrean pasien: hadir atau tidak hadir.",
    **FORM,
)
def panggil_antrean(
    norm: NORM = "",
    nama_pasien: NAMA_PASIEN = "",
    tanggalperiksa: Annotated[str, hint("Tanggal periksa, misalnya 31-12-2026")] = "",
    kodepoli: Annotated[str, hint("Kode poli, misalnya 001")] = "",
    nomorkartu: Annotated[str, hint("Nomor kartu BPJS, 13 angka; kosong untuk pasien non-JKN")] = "",
    status: Annotated[str, hint("1 hadir, 2 tidak hadir")] = "",
    waktu: Annotated[str, hint("Waktu panggil, milidetik sejak 1970 (13 angka)")] = "",
    body: BODY = "",
    kunci: KUNCI = "",
    rantai: RANTAI = "",
    faskes: FASKES = "",
    pekerjaan_id: PEKERJAAN_ID = "",
) -> State[None]:
    """Deliver one panggil-antrean from a form: every field is text and may be left empty."""
    return submit(Jenis.PANGGIL_ANTREAN, locals())
