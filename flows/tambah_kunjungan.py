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
    noKartu: Annotated[str, Field(title="noKartu", description="Nomor kartu BPJS, 13 angka")] = "",
    tglDaftar: Annotated[str, Field(title="tglDaftar", description="Tanggal daftar, dd-MM-yyyy")] = "",
    kdPoli: Annotated[str, Field(title="kdPoli", description="Kode poli, misalnya 001")] = "",
    keluhan: Annotated[str, Field(title="keluhan", description="Keluhan")] = "",
    kdSadar: Annotated[str, Field(title="kdSadar", description="Kode kesadaran, 01 sampai 04")] = "",
    sistole: Annotated[str, Field(title="sistole", description="Sistole (mmHg)")] = "",
    diastole: Annotated[str, Field(title="diastole", description="Diastole (mmHg)")] = "",
    beratBadan: Annotated[str, Field(title="beratBadan", description="Berat badan (kg)")] = "",
    tinggiBadan: Annotated[str, Field(title="tinggiBadan", description="Tinggi badan (cm)")] = "",
    respRate: Annotated[str, Field(title="respRate", description="Laju napas per menit")] = "",
    heartRate: Annotated[str, Field(title="heartRate", description="Denyut jantung per menit")] = "",
    lingkarPerut: Annotated[str, Field(title="lingkarPerut", description="Lingkar perut (cm)")] = "",
    kdStatusPulang: Annotated[
        str,
        Field(
            title="kdStatusPulang",
            description="Status pulang: 3 berobat jalan, 4 rujuk lanjut, 5 rujuk internal",
        ),
    ] = "",
    tglPulang: Annotated[str, Field(title="tglPulang", description="Tanggal pulang, dd-MM-yyyy")] = "",
    kdDokter: Annotated[str, Field(title="kdDokter", description="Kode dokter PCare")] = "",
    kdDiag1: Annotated[str, Field(title="kdDiag1", description="Diagnosa utama (ICD-10)")] = "",
    kdDiag2: Annotated[str, Field(title="kdDiag2", description="Diagnosa kedua")] = "",
    kdDiag3: Annotated[str, Field(title="kdDiag3", description="Diagnosa ketiga")] = "",
    kdPoliRujukInternal: Annotated[
        str, Field(title="kdPoliRujukInternal", description="Poli rujuk internal (status pulang 5)")
    ] = "",
    rujukLanjut: Annotated[
        str, Field(title="rujukLanjut", description="Rujukan sebagai JSON (status pulang 4)")
    ] = "",
    kdTacc: Annotated[str, Field(title="kdTacc", description="TACC: -1 tanpa, 1 sampai 4")] = "",
    alasanTacc: Annotated[str, Field(title="alasanTacc", description="Alasan TACC")] = "",
    anamnesa: Annotated[str, Field(title="anamnesa", description="Anamnesa")] = "",
    alergiMakan: Annotated[
        str, Field(title="alergiMakan", description="Kode alergi makanan, 00 tidak ada")
    ] = "",
    alergiUdara: Annotated[
        str, Field(title="alergiUdara", description="Kode alergi udara, 00 tidak ada")
    ] = "",
    alergiObat: Annotated[str, Field(title="alergiObat", description="Kode alergi obat, 00 tidak ada")] = "",
    kdPrognosa: Annotated[str, Field(title="kdPrognosa", description="Kode prognosa, 01 sampai 05")] = "",
    terapiObat: Annotated[str, Field(title="terapiObat", description="Terapi obat")] = "",
    terapiNonObat: Annotated[str, Field(title="terapiNonObat", description="Terapi non-obat")] = "",
    bmhp: Annotated[str, Field(title="bmhp", description="Bahan medis habis pakai")] = "",
    suhu: Annotated[str, Field(title="suhu", description="Suhu, misalnya 36,5")] = "",
    body: BODY = "",
    kunci: KUNCI = "",
    rantai: RANTAI = "",
    faskes: FASKES = "",
    pekerjaan_id: PEKERJAAN_ID = "",
) -> State[None]:
    """Deliver one tambah-kunjungan from a form: every field is text and may be left empty."""
    return submit(Jenis.TAMBAH_KUNJUNGAN, locals())
