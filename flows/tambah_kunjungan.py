"""The flow `tambah-kunjungan`: one job from a form or from Prefect's REST API."""

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
    name=Jenis.TAMBAH_KUNJUNGAN.value,
    flow_run_name=of_form(Jenis.TAMBAH_KUNJUNGAN),
    description="Mencatat kunjungan pasien di PCare.",
    **FORM,
)
def tambah_kunjungan(
    norm: NORM = "",
    nama_pasien: NAMA_PASIEN = "",
    noKartu: Annotated[str, hint("Nomor kartu BPJS, 13 angka")] = "",
    tglDaftar: Annotated[str, hint("Tanggal daftar, misalnya 31-12-2026")] = "",
    kdPoli: Annotated[str, hint("Kode poli, misalnya 001")] = "",
    keluhan: Annotated[str, hint("Keluhan")] = "",
    kdSadar: Annotated[str, hint("Kode kesadaran, 01 sampai 04")] = "",
    sistole: Annotated[str, hint("Sistole (mmHg)")] = "",
    diastole: Annotated[str, hint("Diastole (mmHg)")] = "",
    beratBadan: Annotated[str, hint("Berat badan (kg)")] = "",
    tinggiBadan: Annotated[str, hint("Tinggi badan (cm)")] = "",
    respRate: Annotated[str, hint("Laju napas per menit")] = "",
    heartRate: Annotated[str, hint("Denyut jantung per menit")] = "",
    lingkarPerut: Annotated[str, hint("Lingkar perut (cm)")] = "",
    kdStatusPulang: Annotated[
        str, hint("Status pulang: 3 berobat jalan, 4 rujuk lanjut, 5 rujuk internal")
    ] = "",
    tglPulang: Annotated[str, hint("Tanggal pulang, misalnya 31-12-2026")] = "",
    kdDokter: Annotated[str, hint("Kode dokter PCare")] = "",
    kdDiag1: Annotated[str, hint("Diagnosa utama (ICD-10)")] = "",
    kdDiag2: Annotated[str, hint("Diagnosa kedua")] = "",
    kdDiag3: Annotated[str, hint("Diagnosa ketiga")] = "",
    kdPoliRujukInternal: Annotated[str, hint("Poli rujuk internal (status pulang 5)")] = "",
    rujukLanjut: Annotated[str, hint("Rujukan sebagai JSON (status pulang 4)")] = "",
    kdTacc: Annotated[str, hint("TACC: -1 tanpa, 1 sampai 4")] = "",
    alasanTacc: Annotated[str, hint("Alasan TACC")] = "",
    anamnesa: Annotated[str, hint("Anamnesa")] = "",
    alergiMakan: Annotated[str, hint("Kode alergi makanan, 00 tidak ada")] = "",
    alergiUdara: Annotated[str, hint("Kode alergi udara, 00 tidak ada")] = "",
    alergiObat: Annotated[str, hint("Kode alergi obat, 00 tidak ada")] = "",
    kdPrognosa: Annotated[str, hint("Kode prognosa, 01 sampai 05")] = "",
    terapiObat: Annotated[str, hint("Terapi obat")] = "",
    terapiNonObat: Annotated[str, hint("Terapi non-obat")] = "",
    bmhp: Annotated[str, hint("Bahan medis habis pakai")] = "",
    suhu: Annotated[str, hint("Suhu, misalnya 36,5")] = "",
    body: BODY = "",
    kunci: KUNCI = "",
    rantai: RANTAI = "",
    faskes: FASKES = "",
    pekerjaan_id: PEKERJAAN_ID = "",
) -> State[None]:
    """Deliver one tambah-kunjungan from a form: every field is text and may be left empty."""
    return submit(Jenis.TAMBAH_KUNJUNGAN, locals())
