"""A job as somebody who corrects it needs it: its present body, whole, and what was said of it."""

from collections.abc import Collection
from dataclasses import dataclass, field

from bpjs_client.jenis import Jenis
from database.errors import MoveRefused
from database.status import Status
from database.storage.engine import Database
from database.storage.models import JsonObject
from database.storage.past_jobs import readable_job
from database.storage.row_seal import FOREIGN, is_foreign


@dataclass(frozen=True)
class JobToEdit:
    """Its repr names no patient. `corrects_visit`: its body names the visit at BPJS that it corrects.

    `corrects`: it corrects what BPJS holds, a visit or a registration.
    """

    id: int
    faskes: str
    jenis: Jenis
    status: Status
    version: int
    message: str = field(repr=False)
    body: JsonObject = field(repr=False)
    corrects_visit: bool
    norm: str = field(repr=False)
    rantai: str = field(repr=False)
    kunci: str = field(repr=False)
    corrects: bool


def job_to_edit(database: Database, job_id: int, clinics: Collection[str] | None = None) -> JobToEdit:
    """The job with the body that is sent next. `clinics`: those that whoever asks may see.

    Raises JobNotFound, MoveRefused (the body stored here is another job's), DatabaseUnavailable.
    """
    with database.read() as session:
        job = readable_job(session, job_id, clinics)
        if is_foreign(job.body, job.id):
            raise MoveRefused(f"Pekerjaan {job_id}: {FOREIGN}.")
        jenis = Jenis(job.jenis)
        return JobToEdit(
            id=job.id,
            faskes=job.faskes,
            jenis=jenis,
            status=Status(job.status),
            version=job.version,
            message=job.message or "",
            body=dict(job.body),
            corrects_visit=job.corrects is not None and jenis is Jenis.TAMBAH_KUNJUNGAN,
            norm=job.norm,
            rantai=job.rantai,
            kunci=job.kunci,
            corrects=job.corrects is not None,
        )
