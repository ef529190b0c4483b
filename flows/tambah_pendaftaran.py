"""The flow `tambah-pendaftaran`: one job from a form or from Prefect's REST API."""

from typing import Annotated

from prefect import flow
from prefect.client.schemas import State
from pydantic import Field

from bpjs_client.jenis import Jenis
from flows.form import BODY, FASKES, FORM, KUNCI, NAMA_PASIEN, NORM, PEKERJAAN_ID, RANTAI, submit


@flow(name="tambah-pendaftaran", description="Mendaftarkan pasien ke PCare.", **FORM)
def tambah_pendaftaran(
    norm: NORM = None,
    nama_pasien: NAMA_PASIEN = None,
    kdProviderPeserta: Annotated[
        str | None, Field(title="kdProviderPeserta", description="Kode faskes peserta")
    ] = None,
    tglDaftar: Annotated[
        str | None, Field(title="tglDaftar", description="Tanggal daftar, dd-MM-yyyy")
    ] = None,
    noKartu: Annotated[str | None, Field(title="noKartu", description="Nomor kartu BPJS, 13 angka")] = None,
    kdPoli: Annotated[str | None, Field(title="kdPoli", description="Kode poli, misalnya 001")] = None,
    keluhan: Annotated[str | None, Field(title="keluhan", description="Keluhan")] = None,
    kunjSakit: Annotated[
        str | None, Field(title="kunjSakit", description="Kunjungan sakit: ya atau tidak")
    ] = None,
    sistole: Annotated[str | None, Field(title="sistole", description="Sistole (mmHg)")] = None,
    diastole: Annotated[str | None, Field(title="diastole", description="Diastole (mmHg)")] = None,
    beratBadan: Annotated[str | None, Field(title="beratBadan", description="Berat badan (kg)")] = None,
    tinggiBadan: Annotated[str | None, Field(title="tinggiBadan", description="Tinggi badan (cm)")] = None,
    respRate: Annotated[str | None, Field(title="respRate", description="Laju napas per menit")] = None,
    lingkarPerut: Annotated[str | None, Field(title="lingkarPerut", description="Lingkar perut (cm)")] = None,
    heartRate: Annotated[str | None, Field(title="heartRate", description="Denyut jantung per menit")] = None,
    rujukBalik: Annotated[
        str | None, Field(title="rujukBalik", description="Rujuk balik, biasanya 0")
    ] = None,
    kdTkp: Annotated[
        str | None, Field(title="kdTkp", description="10 rawat jalan, 20 rawat inap, 50 promotif")
    ] = None,
    body: BODY = None,
    kunci: KUNCI = None,
    rantai: RANTAI = None,
    faskes: FASKES = None,
    pekerjaan_id: PEKERJAAN_ID = None,
) -> State[None]:
    """Deliver one tambah-pendaftaran from a form: every field is text and may be left empty."""
    return submit(Jenis.TAMBAH_PENDAFTARAN, locals())
