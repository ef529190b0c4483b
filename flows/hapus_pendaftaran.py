"""The flow `hapus-pendaftaran`: one job from a form or from Prefect's REST API."""

from typing import Annotated

from prefect import flow
from prefect.client.schemas import State
from pydantic import Field

from bpjs_client.jenis import Jenis
from flows.form import BODY, FASKES, FORM, KUNCI, NAMA_PASIEN, NORM, PEKERJAAN_ID, RANTAI, submit


@flow(name="hapus-pendaftaran", description="Menghapus pendaftaran dari PCare.", **FORM)
def hapus_pendaftaran(
    norm: NORM = None,
    nama_pasien: NAMA_PASIEN = None,
    noKartu: Annotated[str | None, Field(title="noKartu", description="Nomor kartu BPJS, 13 angka")] = None,
    tglDaftar: Annotated[
        str | None, Field(title="tglDaftar", description="Tanggal daftar, dd-MM-yyyy")
    ] = None,
    noUrut: Annotated[
        str | None,
        Field(title="noUrut", description="Nomor urut; kosong bila pendaftarannya dikirim dari sini"),
    ] = None,
    kdPoli: Annotated[str | None, Field(title="kdPoli", description="Kode poli, misalnya 001")] = None,
    body: BODY = None,
    kunci: KUNCI = None,
    rantai: RANTAI = None,
    faskes: FASKES = None,
    pekerjaan_id: PEKERJAAN_ID = None,
) -> State[None]:
    """Deliver one hapus-pendaftaran from a form: every field is text and may be left empty."""
    return submit(Jenis.HAPUS_PENDAFTARAN, locals())
