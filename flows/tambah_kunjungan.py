"""The flow `tambah-kunjungan`: one job from a form or from Prefect's REST API."""

from typing import Annotated

from prefect import flow
from prefect.client.schemas import State
from pydantic import Field

from bpjs_client.jenis import Jenis
from flows.form import BODY, FASKES, FORM, KUNCI, NAMA_PASIEN, NORM, PEKERJAAN_ID, RANTAI, submit


@flow(name="tambah-kunjungan", description="Mencatat kunjungan pasien di PCare.", **FORM)
def tambah_kunjungan(
    norm: NORM = "",
    nama_pasien: NAMA_PASIEN = "",
    noKartu: Annotated[str, Field(title="noKartu · Nomor kartu BPJS, 13 angka")] = "",
    tglDaftar: Annotated[str, Field(title="tglDaftar · Tanggal daftar, dd-MM-yyyy")] = "",
    kdPoli: Annotated[str, Field(title="kdPoli · Kode poli, misalnya 001")] = "",
    keluhan: Annotated[str, Field(title="keluhan · Keluhan")] = "",
    kdSadar: Annotated[str, Field(title="kdSadar · Kode kesadaran, 01 sampai 04")] = "",
    sistole: Annotated[str, Field(title="sistole · Sistole (mmHg)")] = "",
    diastole: Annotated[str, Field(title="diastole · Diastole (mmHg)")] = "",
    beratBadan: Annotated[str, Field(title="beratBadan · Berat badan (kg)")] = "",
    tinggiBadan: Annotated[str, Field(title="tinggiBadan · Tinggi badan (cm)")] = "",
    respRate: Annotated[str, Field(title="respRate · Laju napas per menit")] = "",
    heartRate: Annotated[str, Field(title="heartRate · Denyut jantung per menit")] = "",
    lingkarPerut: Annotated[str, Field(title="lingkarPerut · Lingkar perut (cm)")] = "",
    kdStatusPulang: Annotated[
        str, Field(title="kdStatusPulang · Status pulang: 3 berobat jalan, 4 rujuk lanjut, 5 rujuk internal")
    ] = "",
    tglPulang: Annotated[str, Field(title="tglPulang · Tanggal pulang, dd-MM-yyyy")] = "",
    kdDokter: Annotated[str, Field(title="kdDokter · Kode dokter PCare")] = "",
    kdDiag1: Annotated[str, Field(title="kdDiag1 · Diagnosa utama (ICD-10)")] = "",
    kdDiag2: Annotated[str, Field(title="kdDiag2 · Diagnosa kedua")] = "",
    kdDiag3: Annotated[str, Field(title="kdDiag3 · Diagnosa ketiga")] = "",
    kdPoliRujukInternal: Annotated[
        str, Field(title="kdPoliRujukInternal · Poli rujuk internal (status pulang 5)")
    ] = "",
    rujukLanjut: Annotated[str, Field(title="rujukLanjut · Rujukan sebagai JSON (status pulang 4)")] = "",
    kdTacc: Annotated[str, Field(title="kdTacc · TACC: -1 tanpa, 1 sampai 4")] = "",
    alasanTacc: Annotated[str, Field(title="alasanTacc · Alasan TACC")] = "",
    anamnesa: Annotated[str, Field(title="anamnesa · Anamnesa")] = "",
    alergiMakan: Annotated[str, Field(title="alergiMakan · Kode alergi makanan, 00 tidak ada")] = "",
    alergiUdara: Annotated[str, Field(title="alergiUdara · Kode alergi udara, 00 tidak ada")] = "",
    alergiObat: Annotated[str, Field(title="alergiObat · Kode alergi obat, 00 tidak ada")] = "",
    kdPrognosa: Annotated[str, Field(title="kdPrognosa · Kode prognosa, 01 sampai 05")] = "",
    terapiObat: Annotated[str, Field(title="terapiObat · Terapi obat")] = "",
    terapiNonObat: Annotated[str, Field(title="terapiNonObat · Terapi non-obat")] = "",
    bmhp: Annotated[str, Field(title="bmhp · Bahan medis habis pakai")] = "",
    suhu: Annotated[str, Field(title="suhu · Suhu, misalnya 36,5")] = "",
    body: BODY = "",
    kunci: KUNCI = "",
    rantai: RANTAI = "",
    faskes: FASKES = "",
    pekerjaan_id: PEKERJAAN_ID = "",
) -> State[None]:
    """Deliver one tambah-kunjungan from a form: every field is text and may be left empty."""
    return submit(Jenis.TAMBAH_KUNJUNGAN, locals())
