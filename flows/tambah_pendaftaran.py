"""The flow `tambah-pendaftaran`: one job from a form or from Prefect's REST API."""

from typing import Annotated

from prefect import flow
from prefect.client.schemas import State
from pydantic import Field

from bpjs_client.jenis import Jenis
from flows.form import BODY, FASKES, FORM, KUNCI, NAMA_PASIEN, NORM, PEKERJAAN_ID, RANTAI, submit


@flow(name="tambah-pendaftaran", description="Mendaftarkan pasien ke PCare.", **FORM)
def tambah_pendaftaran(
    norm: NORM = "",
    nama_pasien: NAMA_PASIEN = "",
    kdProviderPeserta: Annotated[str, Field(title="kdProviderPeserta · Kode faskes peserta")] = "",
    tglDaftar: Annotated[str, Field(title="tglDaftar · Tanggal daftar, dd-MM-yyyy")] = "",
    noKartu: Annotated[str, Field(title="noKartu · Nomor kartu BPJS, 13 angka")] = "",
    kdPoli: Annotated[str, Field(title="kdPoli · Kode poli, misalnya 001")] = "",
    keluhan: Annotated[str, Field(title="keluhan · Keluhan")] = "",
    kunjSakit: Annotated[str, Field(title="kunjSakit · Kunjungan sakit: ya atau tidak")] = "",
    sistole: Annotated[str, Field(title="sistole · Sistole (mmHg)")] = "",
    diastole: Annotated[str, Field(title="diastole · Diastole (mmHg)")] = "",
    beratBadan: Annotated[str, Field(title="beratBadan · Berat badan (kg)")] = "",
    tinggiBadan: Annotated[str, Field(title="tinggiBadan · Tinggi badan (cm)")] = "",
    respRate: Annotated[str, Field(title="respRate · Laju napas per menit")] = "",
    lingkarPerut: Annotated[str, Field(title="lingkarPerut · Lingkar perut (cm)")] = "",
    heartRate: Annotated[str, Field(title="heartRate · Denyut jantung per menit")] = "",
    rujukBalik: Annotated[str, Field(title="rujukBalik · Rujuk balik, biasanya 0")] = "",
    kdTkp: Annotated[str, Field(title="kdTkp · 10 rawat jalan, 20 rawat inap, 50 promotif")] = "",
    body: BODY = "",
    kunci: KUNCI = "",
    rantai: RANTAI = "",
    faskes: FASKES = "",
    pekerjaan_id: PEKERJAAN_ID = "",
) -> State[None]:
    """Deliver one tambah-pendaftaran from a form: every field is text and may be left empty."""
    return submit(Jenis.TAMBAH_PENDAFTARAN, locals())
