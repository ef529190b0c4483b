"""What the API says of jobs, field by field, in Indonesian."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from bpjs_client.meanings import Meaning, meaning_of
from database.status import Status
from database.views.handed_over import HandedOver
from tasks.readiness.finding import Finding
from web.api.frame import body_errors
from web.api.problem import Masalah


class Pekerjaan(BaseModel):
    """Satu pekerjaan, tanpa isinya."""

    id: int = Field(description="Nomor pekerjaan.")
    kunci: str
    jenis: str
    status: str = Field(description="menunggu, proses, tidak_pasti, terkirim, gagal atau ditutup.")
    tanggal: date | None = None
    alasan: str | None = Field(default=None, description="Alasan status itu, satu kata.")
    pesan: str | None = Field(default=None, description="Kalimat untuk staf.")
    artinya: str | None = Field(default=None, description="Arti pesan itu, bila perlu orang.")
    yang_perlu_dilakukan: str | None = Field(default=None, description="Tindakan staf, bila perlu.")
    http: int | None = Field(default=None, description="Kode HTTP terakhir dari BPJS.")
    kode: str | None = Field(default=None, description="Kode terakhir di metaData BPJS.")
    percobaan: int | None = None
    no_urut: str | None = Field(default=None, description="Nomor urut pendaftaran di BPJS.")
    no_kunjungan: str | None = Field(default=None, description="Nomor kunjungan di BPJS.")
    errors: dict[str, list[str]] = Field(description="Isian body yang salah: pekerjaannya gagal.")
    dibuat_pada: datetime | None = None
    diubah_pada: datetime | None = None
    terkirim_pada: datetime | None = None


class Diserahkan(Pekerjaan):
    """Pekerjaan yang baru diserahkan."""

    baru: bool = Field(description="false: sudah pernah diserahkan; ini keadaannya sekarang.")
    catatan: str | None = Field(default=None, description="Yang perlu diketahui klinik.")


class Hasil(BaseModel):
    """Jawaban untuk satu pekerjaan, di urutan yang sama."""

    status: int = Field(description="201, 200 atau 422, seperti bila diserahkan sendiri.")
    pekerjaan: Diserahkan | None = None
    masalah: Masalah | None = None


class Banyak(BaseModel):
    """Satu jawaban untuk setiap pekerjaan."""

    hasil: list[Hasil]


class Temuan(BaseModel):
    """Satu hal yang kurang."""

    aturan: str = Field(description="Nama aturannya, untuk program.", examples=["kode-tidak-dikenal"])
    isian: str = Field(description="Isian body; beberapa dipisah koma; kosong: kunjungannya.")
    kalimat: str = Field(description="Apa yang kurang; tidak mengutip isi.")
    tindakan: str = Field(description="Yang perlu dilakukan.")
    bobot: str = Field(description="`pasti ditolak` atau `mungkin`.")


class Pemeriksaan(BaseModel):
    """Hasil pemeriksaan; tidak ada yang disimpan."""

    sah: bool = Field(description="Tidak ada temuan yang pasti ditolak.")
    errors: dict[str, list[str]] = Field(description="Isian yang pasti ditolak, masing-masing kalimatnya.")
    temuan: list[Temuan] = Field(description="Semua yang kurang, yang pasti lebih dulu.")


class BanyakPemeriksaan(BaseModel):
    """Satu jawaban untuk setiap pekerjaan, di urutan yang sama."""

    hasil: list[Pemeriksaan]


class Perubahan(BaseModel):
    """Pekerjaan yang berubah sesudah cursor, sekali setiap pekerjaan, seperti keadaannya sekarang."""

    pekerjaan: list[Pekerjaan]
    cursor: str = Field(description="Simpan, lalu kirim di permintaan berikutnya.")
    lagi: bool = Field(description="Masih ada: minta lagi sekarang.")


def told(job: HandedOver) -> dict[str, Any]:
    """A job as JSON."""
    return Pekerjaan(**_fields(job)).model_dump(mode="json")


def told_new(job: HandedOver, *, new: bool, note: str | None) -> dict[str, Any]:
    """A job that was handed over just now, as JSON."""
    return Diserahkan(**_fields(job), baru=new, catatan=note).model_dump(mode="json")


def told_check(findings: Sequence[Finding]) -> dict[str, Any]:
    """What a job lacks, as JSON."""
    certain = [finding for finding in findings if finding.is_certain]
    errors: dict[str, list[str]] = {}
    for finding in certain:
        if finding.field:
            errors.setdefault(_named(finding), []).append(finding.says)
    told = [
        Temuan(
            aturan=finding.rule,
            isian=finding.field,
            kalimat=finding.says,
            tindakan=finding.todo,
            bobot=finding.weight.value,
        )
        for finding in findings
    ]
    return Pemeriksaan(sah=not certain, errors=errors, temuan=told).model_dump(mode="json")


def _named(finding: Finding) -> str:
    """The field as `errors` names it: what belongs to the frame stands without `body`."""
    return finding.field if finding.is_of_frame else f"body.{finding.field}"


def _fields(job: HandedOver) -> dict[str, Any]:
    meaning = _meaning(job)
    return {
        "id": job.id,
        "kunci": job.kunci,
        "jenis": job.jenis,
        "status": job.status,
        "tanggal": job.tanggal,
        "alasan": job.reason,
        "pesan": job.message,
        "artinya": meaning and meaning.means,
        "yang_perlu_dilakukan": meaning and meaning.todo,
        "http": job.http_code,
        "kode": job.code,
        "percobaan": job.attempts,
        "no_urut": job.no_urut,
        "no_kunjungan": job.no_kunjungan,
        "errors": body_errors(job.wrong_fields),
        "dibuat_pada": job.created_at,
        "diubah_pada": job.updated_at,
        "terkirim_pada": job.sent_at,
    }


def _meaning(job: HandedOver) -> Meaning | None:
    """What the message of a job means that needs somebody."""
    if job.message is None or job.status not in {Status.GAGAL, Status.TIDAK_PASTI}:
        return None
    return meaning_of(job.message, uncertain=job.status == Status.TIDAK_PASTI)
