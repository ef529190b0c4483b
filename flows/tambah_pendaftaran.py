"""The flow `tambah-pendaftaran`: one job from a form or from Prefect's REST API."""

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
    name=Jenis.TAMBAH_PENDAFTARAN.value,
    flow_run_name=of_form(Jenis.TAMBAH_PENDAFTARAN),
    description="Mendaftarkan pasien ke PCare.",
    **FORM,
)
def tambah_pendaftaran(
    norm: NORM = "",
    nama_pasien: NAMA_PASIEN = "",
    kdProviderPeserta: Annotated[str, hint("Kode faskes peserta")] = "",
    tglDaftar: Annotated[str, hint("Tanggal daftar, misalnya 31-12-2026")] = "",
    noKartu: Annotated[str, hint("Nomor kartu BPJS, 13 angka")] = "",
    kdPoli: Annotated[str, hint("Kode poli, misalnya 001")] = "",
    keluhan: Annotated[str, hint("Keluhan")] = "",
    kunjSakit: Annotated[str, hint("Kunjungan sakit: ya atau tidak")] = "",
    sistole: Annotated[str, hint("Sistole (mmHg)")] = "",
    diastole: Annotated[str, hint("Diastole (mmHg)")] = "",
    beratBadan: Annotated[str, hint("Berat badan (kg)")] = "",
    tinggiBadan: Annotated[str, hint("Tinggi badan (cm)")] = "",
    respRate: Annotated[str, hint("Laju napas per menit")] = "",
    lingkarPerut: Annotated[str, hint("Lingkar perut (cm)")] = "",
    heartRate: Annotated[str, hint("Denyut jantung per menit")] = "",
    rujukBalik: Annotated[str, hint("Rujuk balik, biasanya 0")] = "",
    kdTkp: Annotated[str, hint("10 rawat jalan, 20 rawat inap, 50 promotif")] = "",
    body: BODY = "",
    kunci: KUNCI = "",
    rantai: RANTAI = "",
    faskes: FASKES = "",
    pekerjaan_id: PEKERJAAN_ID = "",
) -> State[None]:
    """Deliver one tambah-pendaftaran from a form: every field is text and may be left empty."""
    return submit(Jenis.TAMBAH_PENDAFTARAN, locals())
