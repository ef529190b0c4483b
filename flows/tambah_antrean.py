"""The flow `tambah-antrean`: one job from a form or from Prefect's REST API."""

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
    name=Jenis.TAMBAH_ANTREAN.value,
    flow_run_name=of_form(Jenis.TAMBAH_ANTREAN),
    description="Menambah antrean pasien ke Antrean FKTP.",
    **FORM,
)
def tambah_antrean(
    norm: NORM = "",
    nama_pasien: NAMA_PASIEN = "",
    nomorkartu: Annotated[str, hint("Nomor kartu BPJS, 13 angka; kosong untuk pasien non-JKN")] = "",
    nik: Annotated[str, hint("NIK, 16 angka")] = "",
    nohp: Annotated[str, hint("Nomor HP")] = "",
    kodepoli: Annotated[str, hint("Kode poli, misalnya 001")] = "",
    namapoli: Annotated[str, hint("Nama poli")] = "",
    tanggalperiksa: Annotated[str, hint("Tanggal periksa, misalnya 31-12-2026")] = "",
    kodedokter: Annotated[str, hint("Kode dokter (angka)")] = "",
    namadokter: Annotated[str, hint("Nama dokter")] = "",
    jampraktek: Annotated[str, hint("Jam praktik, misalnya 08:00-12:00")] = "",
    nomorantrean: Annotated[str, hint("Nomor antrean, misalnya A-07")] = "",
    angkaantrean: Annotated[str, hint("Angka antrean, misalnya 7")] = "",
    keterangan: Annotated[str, hint("Keterangan")] = "",
    body: BODY = "",
    kunci: KUNCI = "",
    rantai: RANTAI = "",
    faskes: FASKES = "",
    pekerjaan_id: PEKERJAAN_ID = "",
) -> State[None]:
    """Deliver one tambah-antrean from a form: every field is text and may be left empty."""
    return submit(Jenis.TAMBAH_ANTREAN, locals())
