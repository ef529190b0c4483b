"""The flow `tambah-antrean`: one job from a form or from Prefect's REST API."""

from typing import Annotated

from prefect import flow
from prefect.client.schemas import State
from pydantic import Field

from bpjs_client.jenis import Jenis
from flows.form import BODY, FASKES, FORM, KUNCI, NAMA_PASIEN, NORM, PEKERJAAN_ID, RANTAI, submit


@flow(name="tambah-antrean", description="Menambah antrean pasien ke Antrean FKTP.", **FORM)
def tambah_antrean(
    norm: NORM = "",
    nama_pasien: NAMA_PASIEN = "",
    nomorkartu: Annotated[
        str, Field(title="nomorkartu · Nomor kartu BPJS, 13 angka; kosong untuk pasien non-JKN")
    ] = "",
    nik: Annotated[str, Field(title="nik · NIK, 16 angka")] = "",
    nohp: Annotated[str, Field(title="nohp · Nomor HP")] = "",
    kodepoli: Annotated[str, Field(title="kodepoli · Kode poli, misalnya 001")] = "",
    namapoli: Annotated[str, Field(title="namapoli · Nama poli")] = "",
    tanggalperiksa: Annotated[str, Field(title="tanggalperiksa · Tanggal periksa, yyyy-MM-dd")] = "",
    kodedokter: Annotated[str, Field(title="kodedokter · Kode dokter (angka)")] = "",
    namadokter: Annotated[str, Field(title="namadokter · Nama dokter")] = "",
    jampraktek: Annotated[str, Field(title="jampraktek · Jam praktik, misalnya 08:00-12:00")] = "",
    nomorantrean: Annotated[str, Field(title="nomorantrean · Nomor antrean, misalnya A-07")] = "",
    angkaantrean: Annotated[str, Field(title="angkaantrean · Angka antrean, misalnya 7")] = "",
    keterangan: Annotated[str, Field(title="keterangan · Keterangan")] = "",
    body: BODY = "",
    kunci: KUNCI = "",
    rantai: RANTAI = "",
    faskes: FASKES = "",
    pekerjaan_id: PEKERJAAN_ID = "",
) -> State[None]:
    """Deliver one tambah-antrean from a form: every field is text and may be left empty."""
    return submit(Jenis.TAMBAH_ANTREAN, locals())
