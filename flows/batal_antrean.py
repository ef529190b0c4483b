"""The flow `batal-antrean`: one job from a form or from Prefect's REST API."""

from typing import Annotated

from prefect import flow
from prefect.client.schemas import State
from pydantic import Field

from bpjs_client.jenis import Jenis
from flows.form import BODY, FASKES, FORM, KUNCI, NAMA_PASIEN, NORM, PEKERJAAN_ID, RANTAI, submit


@flow(name="batal-antrean", description="Membatalkan antrean pasien.", **FORM)
def batal_antrean(
    norm: NORM = "",
    nama_pasien: NAMA_PASIEN = "",
    tanggalperiksa: Annotated[str, Field(title="tanggalperiksa · Tanggal periksa, yyyy-MM-dd")] = "",
    kodepoli: Annotated[str, Field(title="kodepoli · Kode poli, misalnya 001")] = "",
    nomorkartu: Annotated[
        str, Field(title="nomorkartu · Nomor kartu BPJS, 13 angka; kosong untuk pasien non-JKN")
    ] = "",
    alasan: Annotated[str, Field(title="alasan · Alasan batal")] = "",
    body: BODY = "",
    kunci: KUNCI = "",
    rantai: RANTAI = "",
    faskes: FASKES = "",
    pekerjaan_id: PEKERJAAN_ID = "",
) -> State[None]:
    """Deliver one batal-antrean from a form: every field is text and may be left empty."""
    return submit(Jenis.BATAL_ANTREAN, locals())
