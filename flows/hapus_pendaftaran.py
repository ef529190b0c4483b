"""The flow `hapus-pendaftaran`: one job from a form or from Prefect's REST API."""

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
    name=Jenis.HAPUS_PENDAFTARAN.value,
    flow_run_name=of_form(Jenis.HAPUS_PENDAFTARAN),
    description="Menghapus pendaftaran dari PCare.",
    **FORM,
)
def hapus_pendaftaran(
    norm: NORM = "",
    nama_pasien: NAMA_PASIEN = "",
    noKartu: Annotated[str, hint("Nomor kartu BPJS, 13 angka")] = "",
    tglDaftar: Annotated[str, hint("Tanggal daftar, misalnya 31-12-2026")] = "",
    noUrut: Annotated[str, hint("Nomor urut; kosong bila pendaftarannya dikirim dari sini")] = "",
    kdPoli: Annotated[str, hint("Kode poli, misalnya 001")] = "",
    body: BODY = "",
    kunci: KUNCI = "",
    rantai: RANTAI = "",
    faskes: FASKES = "",
    pekerjaan_id: PEKERJAAN_ID = "",
) -> State[None]:
    """Deliver one hapus-pendaftaran from a form: every field is text and may be left empty."""
    return submit(Jenis.HAPUS_PENDAFTARAN, locals())
