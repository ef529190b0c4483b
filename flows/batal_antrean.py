"""The flow `batal-antrean`: one job from a form or from Prefect's REST API."""

from typing import Annotated

from prefect import flow
from prefect.client.schemas import State
from pydantic import Field

from bpjs_client.jenis import Jenis
from flows.form import BODY, FASKES, FORM, KUNCI, NAMA_PASIEN, NORM, PEKERJAAN_ID, RANTAI, submit


@flow(name="batal-antrean", description="Membatalkan antrean pasien.", **FORM)
def batal_antrean(
    norm: NORM = None,
    nama_pasien: NAMA_PASIEN = None,
    tanggalperiksa: Annotated[
        str | None, Field(title="tanggalperiksa", description="Tanggal periksa, yyyy-MM-dd")
    ] = None,
    kodepoli: Annotated[str | None, Field(title="kodepoli", description="Kode poli, misalnya 001")] = None,
    nomorkartu: Annotated[
        str | None,
        Field(title="nomorkartu", description="Nomor kartu BPJS, 13 angka; kosong untuk pasien non-JKN"),
    ] = None,
    alasan: Annotated[str | None, Field(title="alasan", description="Alasan batal")] = None,
    body: BODY = None,
    kunci: KUNCI = None,
    rantai: RANTAI = None,
    faskes: FASKES = None,
    pekerjaan_id: PEKERJAAN_ID = None,
) -> State[None]:
    """Deliver one batal-antrean from a form: every field is text and may be left empty."""
    return submit(Jenis.BATAL_ANTREAN, locals())
