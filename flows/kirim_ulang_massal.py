"""The flow `kirim-ulang-massal`: sends again what failed, after a look at what that would be."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import replace
from typing import Annotated, Any, cast
from uuid import UUID

from prefect import flow
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.client.schemas import State
from prefect.states import Completed

from bpjs_client.jenis import Jenis
from database import DatabaseError, LineRefused
from database.errors import MoveRefused
from database.jobs.resend import Resend, ask_again
from database.typed import whole_number
from database.views.failed import FailedJob, failed_among, failed_jobs
from flows.artifacts.failed_list import failed_list
from flows.forms.filter_form import Typed, read_filter, whole_numbers
from flows.forms.hint import hint
from flows.forms.job_form import FORM, asked_here, refusal, send_one, wipe
from flows.forms.typed import text
from flows.run_names import timed
from tasks.composition import Composition, composition
from tasks.prefect_ui.landing import refresh_landing

LIST_KEY, PROGRESS_KEY = "kirim-ulang-massal", "kirim-ulang-massal-kemajuan"
MOST_PER_MINUTE = 6_000
SENT, AGAIN, WAITING, SKIPPED, UNTOUCHED = "terkirim", "gagal lagi", "menunggu", "dilewati", "belum disentuh"
# Told of each job as it is done, for a progress bar.
watcher: ContextVar[Callable[[FailedJob, str], None]] = ContextVar("watcher", default=lambda _job, _end: None)


def _about(typed: Mapping[str, Any]) -> str:
    """The deed and the type of the jobs; who is looked for is nobody's to read in a list of runs."""
    known = set(map(str, Jenis))
    words = ["kirim" if typed.get("hanya_hitung") is False else "hitung", text(typed.get("jenis"))]
    return " ".join(word for word in words if word in {"kirim", "hitung", *known})


@flow(
    name="kirim-ulang-massal",
    flow_run_name=timed("kirim-ulang-massal", _about),
    description="Mengirim ulang banyak pekerjaan yang gagal; dihitung dulu.",
    **FORM,
)
def kirim_ulang_massal(
    jenis: Annotated[str, hint("Hanya jenis ini, misalnya tambah-pendaftaran; kosong: semua")] = "",
    tanggal: Annotated[str, hint("Tanggal, misalnya 31-12-2026, atau semua; kosong: hari ini")] = "",
    norm: Annotated[str, hint("Hanya nomor rekam medis ini")] = "",
    nama: Annotated[str, hint("Hanya pasien yang namanya memuat ini")] = "",
    faskes: Annotated[str, hint("Hanya faskes ini")] = "",
    isi: Annotated[str, hint("Hanya yang isiannya begini, misalnya kdPoli=001")] = "",
    pekerjaan_id: Annotated[str, hint("Hanya nomor-nomor ini, misalnya 12, 15; filter lain diabaikan")] = "",
    menunggu_pasien: Annotated[
        bool, hint("Bukan yang gagal, melainkan yang menunggu pasien mengisi skrining")
    ] = False,
    hanya_hitung: Annotated[bool, hint("Hitung dan daftar saja; matikan untuk benar-benar mengirim")] = True,
    per_menit: Annotated[str, hint("Paling banyak sekian per menit")] = "60",
    alasan: Annotated[str, hint("Mengapa dikirim ulang")] = "",
    diminta_oleh: Annotated[str, hint("Nama Anda")] = "",
) -> State[Counter[str]]:
    """List what a filter finds; then send one after another in the order of their chains.

    Cancelled in between, it leaves the rest as it is. Who was looked for is taken out of this run's
    parameters: the jobs found stand there instead, so that a retry means the same jobs.
    """
    at = composition()
    counts_only = hanya_hitung is not False  # a choice that was emptied sends nothing
    try:
        pace = 60 / _pace(per_menit)
        found = _found(at, pekerjaan_id, _typed((jenis, tanggal, norm, nama, faskes, isi), menunggu_pasien))
        asked = asked_here(reason=text(alasan), by=text(diminta_oleh))
    except Exception as error:  # noqa: BLE001 - whatever it is, what was typed must not stay in Prefect
        return refusal(error)
    kind = "menunggu pasien" if menunggu_pasien is True else "gagal"
    ids = ", ".join(str(job.id) for job in found)
    wipe({"pekerjaan_id": ids, "hanya_hitung": counts_only, "per_menit": per_menit} if found else {})
    _list(at, found, f"Pekerjaan {kind} yang cocok", ids)
    if counts_only or not found:
        said = f"{len(found)} pekerjaan {kind} cocok; tidak ada yang dikirim"
        return Completed(message=said, data=Counter({UNTOUCHED: len(found)}))
    ended = _send_all(at, found, asked, pace)
    refresh_landing(at)
    return Completed(message=", ".join(f"{count} {end}" for end, count in ended.items() if count), data=ended)


def _typed(fields: Sequence[object], for_patient: object) -> Typed:
    return replace(Typed(*map(text, fields)), for_patient=for_patient is True)


def _found(at: Composition, ids: str, typed: Typed) -> Sequence[FailedJob]:
    """Raises LineRefused, DatabaseUnavailable."""
    if text(ids):
        return failed_among(at.database, whole_numbers(text(ids), "pekerjaan_id"))
    return failed_jobs(at.database, read_filter(at, typed))


def _send_all(at: Composition, jobs: Sequence[FailedJob], asked: Resend, pace: float) -> Counter[str]:
    """The count of each end; `pace` is the least time from one job to the next, in seconds."""
    described = f"0 dari {len(jobs)}"
    progress = cast(UUID, create_progress_artifact(key=PROGRESS_KEY, progress=0.0, description=described))
    ended: Counter[str] = Counter()
    again: list[FailedJob] = []
    for done, job in enumerate(jobs, start=1):
        started = time.monotonic()
        end = _send(at, job, asked)
        ended[end] += 1
        again += [job] if end == AGAIN else []
        watcher.get()(job, end)
        update_progress_artifact(
            progress, progress=100 * done / len(jobs), description=f"{done} dari {len(jobs)}"
        )
        if done < len(jobs) and at.stop.wait(max(0.0, pace - (time.monotonic() - started))):
            break
    if again:
        _list(at, again, "Gagal lagi", ", ".join(str(job.id) for job in again))
    ended[UNTOUCHED] = len(jobs) - ended.total()
    return ended


def _send(at: Composition, job: FailedJob, asked: Resend) -> str:
    try:
        ask_again(at.database, job.id, replace(asked, may_replace=False))
    except MoveRefused:  # somebody else sent or closed it meanwhile
        return SKIPPED
    except DatabaseError:
        return UNTOUCHED
    state: State[Any] = send_one(at, job.id)
    if state.is_completed():
        return SENT
    return AGAIN if state.is_failed() else WAITING


def _pace(per_minute: str) -> int:
    pace = whole_number(per_minute, "per_menit")
    if not 1 <= pace <= MOST_PER_MINUTE:
        raise LineRefused(f"per_menit harus dari 1 sampai {MOST_PER_MINUTE}")
    return pace


def _list(at: Composition, jobs: Sequence[FailedJob], what: str, ids: str) -> None:
    named = at.settings.run_names == "norm"
    page = failed_list(jobs, f"{what}: {len(jobs)}", ids=ids, named=named)
    create_markdown_artifact(key=LIST_KEY, markdown=page, description=f"{what}: {len(jobs)}")
