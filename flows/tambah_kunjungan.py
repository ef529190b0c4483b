"""The flow `tambah-kunjungan`: one job from a form or from Prefect's REST API."""

from typing import Annotated

from prefect import flow
from prefect.client.schemas import State
from pydantic import Field

from bpjs_client.jenis import Jenis
from flows.form import BODY, FASKES, FORM, KUNCI, NAMA_PASIEN, NORM, PEKERJAAN_ID, RANTAI, submit


@flow(name="tambah-kunjungan", description="Mencatat kunjungan pasien di PCare.", **FORM)
def tambah_kunjungan(
    norm: NORM = None,
    nama_pasien: NAMA_PASIEN = None,
    noKartu: Annotated[str | None, Field(title="noKartu", description="Nomor kartu BPJS, 13 angka")] = None,
    tglDaftar: Annotated[
        str | None, Field(title="tglDaftar", description="Tanggal daftar, dd-MM-yyyy")
    ] = None,
    kdPoli: Annotated[str | None, Field(title="kdPoli", description="Kode poli, misalnya 001")] = None,
    keluhan: Annotated[str | None, Field(title="keluhan", description="Keluhan")] = None,
    kdSadar: Annotated[str | None, Field(title="kdSadar", description="Kode kesadaran, 01 sampai 04")] = None,
    sistole: Annotated[str | None, Field(title="sistole", description="Sistole (mmHg)")] = None,
    diastole: Annotated[str | None, Field(title="diastole", description="Diastole (mmHg)")] = None,
    beratBadan: Annotated[str | None, Field(title="beratBadan", description="Berat badan (kg)")] = None,
    tinggiBadan: Annotated[str | None, Field(title="tinggiBadan", description="Tinggi badan (cm)")] = None,
    respRate: Annotated[str | None, Field(title="respRate", description="Laju napas per menit")] = None,
    heartRate: Annotated[str | None, Field(title="heartRate", description="Denyut jantung per menit")] = None,
    lingkarPerut: Annotated[str | None, Field(title="lingkarPerut", description="Lingkar perut (cm)")] = None,
    kdStatusPulang: Annotated[
        str | None,
        Field(
            title="kdStatusPulang",
            description="Status pulang: 3 berobat jalan, 4 rujuk lanjut, 5 rujuk internal",
        ),
    ] = None,
    tglPulang: Annotated[
        str | None, Field(title="tglPulang", description="Tanggal pulang, dd-MM-yyyy")
    ] = None,
    kdDokter: Annotated[str | None, Field(title="kdDokter", description="Kode dokter PCare")] = None,
    kdDiag1: Annotated[str | None, Field(title="kdDiag1", description="Diagnosa utama (ICD-10)")] = None,
    kdDiag2: Annotated[str | None, Field(title="kdDiag2", description="Diagnosa kedua")] = None,
    kdDiag3: Annotated[str | None, Field(title="kdDiag3", description="Diagnosa ketiga")] = None,
    kdPoliRujukInternal: Annotated[
        str | None, Field(title="kdPoliRujukInternal", description="Poli rujuk internal (status pulang 5)")
    ] = None,
    rujukLanjut: Annotated[
        str | None, Field(title="rujukLanjut", description="Rujukan sebagai JSON (status pulang 4)")
    ] = None,
    kdTacc: Annotated[str | None, Field(title="kdTacc", description="TACC: -1 tanpa, 1 sampai 4")] = None,
    alasanTacc: Annotated[str | None, Field(title="alasanTacc", description="Alasan TACC")] = None,
    anamnesa: Annotated[str | None, Field(title="anamnesa", description="Anamnesa")] = None,
    alergiMakan: Annotated[
        str | None, Field(title="alergiMakan", description="Kode alergi makanan, 00 tidak ada")
    ] = None,
    alergiUdara: Annotated[
        str | None, Field(title="alergiUdara", description="Kode alergi udara, 00 tidak ada")
    ] = None,
    alergiObat: Annotated[
        str | None, Field(title="alergiObat", description="Kode alergi obat, 00 tidak ada")
    ] = None,
    kdPrognosa: Annotated[
        str | None, Field(title="kdPrognosa", description="Kode prognosa, 01 sampai 05")
    ] = None,
    terapiObat: Annotated[str | None, Field(title="terapiObat", description="Terapi obat")] = None,
    terapiNonObat: Annotated[str | None, Field(title="terapiNonObat", description="Terapi non-obat")] = None,
    bmhp: Annotated[str | None, Field(title="bmhp", description="Bahan medis habis pakai")] = None,
    suhu: Annotated[str | None, Field(title="suhu", description="Suhu, misalnya 36,5")] = None,
    body: BODY = None,
    kunci: KUNCI = None,
    rantai: RANTAI = None,
    faskes: FASKES = None,
    pekerjaan_id: PEKERJAAN_ID = None,
) -> State[None]:
    """Deliver one tambah-kunjungan from a form: every field is text and may be left empty."""
    return submit(Jenis.TAMBAH_KUNJUNGAN, locals())
