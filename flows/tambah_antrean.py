"""The flow `tambah-antrean`: one job from a form or from Prefect's REST API."""

from typing import Annotated

from prefect import flow
from prefect.client.schemas import State
from pydantic import Field

from bpjs_client.jenis import Jenis
from flows.form import BODY, FASKES, FORM, KUNCI, NAMA_PASIEN, NORM, PEKERJAAN_ID, RANTAI, submit


@flow(name="tambah-antrean", description="Menambah antrean pasien ke Antrean FKTP.", **FORM)
def tambah_antrean(
    norm: NORM = None,
    nama_pasien: NAMA_PASIEN = None,
    nomorkartu: Annotated[
        str | None,
        Field(title="nomorkartu", description="Nomor kartu BPJS, 13 angka; kosong untuk pasien non-JKN"),
    ] = None,
    nik: Annotated[str | None, Field(title="nik", description="NIK, 16 angka")] = None,
    nohp: Annotated[str | None, Field(title="nohp", description="Nomor HP")] = None,
    kodepoli: Annotated[str | None, Field(title="kodepoli", description="Kode poli, misalnya 001")] = None,
    namapoli: Annotated[str | None, Field(title="namapoli", description="Nama poli")] = None,
    tanggalperiksa: Annotated[
        str | None, Field(title="tanggalperiksa", description="Tanggal periksa, yyyy-MM-dd")
    ] = None,
    kodedokter: Annotated[str | None, Field(title="kodedokter", description="Kode dokter (angka)")] = None,
    namadokter: Annotated[str | None, Field(title="namadokter", description="Nama dokter")] = None,
    jampraktek: Annotated[
        str | None, Field(title="jampraktek", description="Jam praktik, misalnya 08:00-12:00")
    ] = None,
    nomorantrean: Annotated[
        str | None, Field(title="nomorantrean", description="Nomor antrean, misalnya A-07")
    ] = None,
    angkaantrean: Annotated[
        str | None, Field(title="angkaantrean", description="Angka antrean, misalnya 7")
    ] = None,
    keterangan: Annotated[str | None, Field(title="keterangan", description="Keterangan")] = None,
    body: BODY = None,
    kunci: KUNCI = None,
    rantai: RANTAI = None,
    faskes: FASKES = None,
    pekerjaan_id: PEKERJAAN_ID = None,
) -> State[None]:
    """Deliver one tambah-antrean from a form: every field is text and may be left empty."""
    return submit(Jenis.TAMBAH_ANTREAN, locals())
