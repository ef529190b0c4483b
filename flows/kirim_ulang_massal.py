"""The flow `kirim-ulang-massal`: sends again what failed, after a look at what that would be."""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, cast
from uuid import UUID

from prefect import flow
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.client.schemas import State
from prefect.states import Completed, Failed

from bpjs_client.identifiers import without_identifiers
from bpjs_client.jenis import Jenis
from database import Database, DatabaseError, LineRefused
from database.errors import MoveRefused
from database.failed import FailedJob, failed_jobs
from database.monitor import Filter, today
from database.resend import Resend, ask_again
from flows.form import FORM, send_one, whole_number
from flows.hint import hint
from tasks.composition import Composition, composition

LIST_KEY, PROGRESS_KEY = "kirim-ulang-massal", "kirim-ulang-massal-kemajuan"
MOST_PER_MINUTE = 6_000
_LISTED = 500


@flow(
    name="kirim-ulang-massal",
    description="Mengirim ulang banyak pekerjaan yang gagal; dihitung dulu.",
    **FORM,
)
def kirim_ulang_massal(
    jenis: Annotated[str, hint("Hanya jenis ini, misalnya tambah-pendaftaran; kosong: semua")] = "",
    tanggal: Annotated[str, hint("yyyy-MM-dd atau semua; kosong: hari ini")] = "",
    norm: Annotated[str, hint("Hanya nomor rekam medis ini")] = "",
    faskes: Annotated[str, hint("Hanya faskes ini")] = "",
    hanya_hitung: Annotated[bool, hint("Hitung dan daftar saja; matikan untuk benar-benar mengirim")] = True,
    per_menit: Annotated[str, hint("Paling banyak sekian per menit")] = "60",
    alasan: Annotated[str, hint("Mengapa dikirim ulang")] = "",
    diminta_oleh: Annotated[str, hint("Nama Anda")] = "",
) -> State[None]:
    """List what a filter finds; then send one after another in the order of their chains.

    Cancelled in between, it leaves the rest as it is.
    """
    at = composition()
    try:
        chosen = _filter(at.database, jenis, tanggal, norm, faskes)
        pace = 60 / _pace(per_menit)
        found = failed_jobs(at.database, chosen)
        _list(found, "Pekerjaan gagal yang cocok")
        if hanya_hitung or not found:
            return Completed(message=f"{len(found)} pekerjaan gagal cocok; tidak ada yang dikirim")
        return _send_all(at, found, Resend(reason=alasan.strip(), by=diminta_oleh.strip()), pace)
    except (LineRefused, DatabaseError) as refused:
        return Failed(message=f"Gagal · {refused}")


def _send_all(at: Composition, jobs: Sequence[FailedJob], asked: Resend, pace: float) -> State[None]:
    described = f"0 dari {len(jobs)}"
    progress = cast(UUID, create_progress_artifact(key=PROGRESS_KEY, progress=0.0, description=described))
    ended: Counter[str] = Counter()
    again: list[FailedJob] = []
    for done, job in enumerate(jobs, start=1):
        started = time.monotonic()
        status = _send(at, job, asked)
        ended[status] += 1
        if status == "gagal lagi":
            again.append(job)
        said = f"{done} dari {len(jobs)}"
        update_progress_artifact(progress, progress=100 * done / len(jobs), description=said)
        if done < len(jobs) and at.stop.wait(max(0.0, pace - (time.monotonic() - started))):
            break
    _list(again, "Gagal lagi")
    untouched = len(jobs) - ended.total()
    parts = [f"{count} {status}" for status, count in ended.items()]
    return Completed(message=", ".join([*parts, *([f"{untouched} belum disentuh"] if untouched else [])]))


def _send(at: Composition, job: FailedJob, asked: Resend) -> str:
    try:
        ask_again(at.database, job.id, asked)
    except MoveRefused:  # somebody else sent or closed it meanwhile
        return "dilewati"
    state: State[Any] = send_one(at, job.id)
    if state.is_completed():
        return "terkirim"
    return "gagal lagi" if state.is_failed() else "menunggu"


def _filter(database: Database, jenis: str, tanggal: str, norm: str, faskes: str) -> Filter:
    """What was typed, checked. Raises LineRefused."""
    if jenis and jenis not in set(Jenis):
        raise LineRefused(f"jenis tidak dikenal; pilih salah satu: {', '.join(Jenis)}")
    try:
        day = None if tanggal == "semua" else date.fromisoformat(tanggal) if tanggal else today(database)
    except ValueError:
        raise LineRefused("tanggal harus yyyy-MM-dd atau semua") from None
    return Filter(
        jenis=Jenis(jenis) if jenis else None,
        tanggal=day,
        norm=norm or None,
        faskes=faskes or None,
        status="tidak-terkirim",
    )


def _pace(per_minute: str) -> int:
    pace = whole_number(per_minute, "per_menit")
    if not 1 <= pace <= MOST_PER_MINUTE:
        raise LineRefused(f"per_menit harus dari 1 sampai {MOST_PER_MINUTE}")
    return pace


def _list(jobs: Sequence[FailedJob], what: str) -> None:
    rows = [
        {"Id": job.id, "Tanggal": job.tanggal, "Jenis": job.jenis, "Norm": job.norm, "Pesan": _shown(job)}
        for job in jobs[:_LISTED]
    ]
    create_table_artifact(key=LIST_KEY, table=rows, description=f"{what}: {len(jobs)}")


def _shown(job: FailedJob) -> str:
    return without_identifiers(job.message, job.body)
