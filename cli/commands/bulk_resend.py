"""`bpjs resend --filter` counts and lists what failed or waits for its patient, then sends it again."""

import sys
from collections import Counter
from collections.abc import Sequence
from functools import partial

from rich.progress import MofNCompleteColumn, Progress, TextColumn

from bpjs_client.identifiers import without_identifiers
from cli.job_table import job_table
from cli.prefect_start import prefect_unavailable, prepare_prefect
from cli.settings_check import check_settings
from cli.shutdown import finish_on_signals
from cli.terminal import console, error_console, print_json
from database import Database
from database.jobs.resend import Resend
from database.status import WAITS_FOR_PATIENT
from database.views.failed import FailedJob, failed_jobs
from database.views.monitor import Filter

_LISTED = 50
_HEADINGS = ("Tanggal", "Jenis", "Norm", "Pesan")
_YES = ("y", "ya")
_KEYS = ("terkirim", "gagal lagi", "menunggu", "dilewati", "belum disentuh")


def resend_many(
    database: Database,
    chosen: Filter,
    asked: Resend,
    *,
    per_minute: int,
    sure: bool,
    only_count: bool,
    as_json: bool,
) -> int:
    """Send these jobs again; the exit code is 0 when none is left. Raises UserError, DatabaseUnavailable."""
    found = failed_jobs(database, chosen)
    if not as_json:
        _list(found, chosen)
    if not found or only_count or not (sure or _agreed(len(found), as_json=as_json)):
        _say(len(found), Counter({"belum disentuh": len(found)}), as_json=as_json)
        return 0
    ended = _send(found, asked, per_minute)
    _say(len(found), ended, as_json=as_json)
    return 0 if ended["terkirim"] == len(found) else 1


def _kind(chosen: Filter) -> str:
    return "yang menunggu pasien" if chosen.status == WAITS_FOR_PATIENT else "gagal"


def _list(found: Sequence[FailedJob], chosen: Filter) -> None:
    screen = console()
    screen.print(f"{len(found)} pekerjaan {_kind(chosen)} cocok.", style="bold")
    rows = [
        {
            "id": job.id,
            "tanggal": job.tanggal,
            "jenis": job.jenis,
            "norm": job.norm,
            "message": without_identifiers(job.message, job.body),
        }
        for job in found[:_LISTED]
    ]
    if found:
        table = job_table(rows, _HEADINGS, screen.width, one_day=False)
        screen.print(table.heading, *table.lines(), sep="\n")
    if len(found) > _LISTED:
        screen.print(f"… dan {len(found) - _LISTED} lainnya.", style="dim")


def _agreed(count: int, *, as_json: bool) -> bool:
    """Whether the person at the terminal agrees; without a person nothing is sent unasked."""
    if as_json or not sys.stdin.isatty():
        error_console().print("Tidak ada yang dikirim; tambahkan --ya untuk mengirim tanpa ditanya.")
        return False
    error_console().print(f"Kirim ulang {count} pekerjaan? [y/T] ", end="", markup=False)
    return sys.stdin.readline().strip().lower() in _YES


def _send(found: Sequence[FailedJob], asked: Resend, per_minute: int) -> Counter[str]:
    check_settings()
    prepare_prefect()
    from flows.in_process.bulk_resending import resend_failed  # noqa: PLC0415 - Prefect takes seconds to import
    from tasks.composition import composition  # noqa: PLC0415

    columns = (TextColumn("Mengirim ulang"), MofNCompleteColumn(), TextColumn("{task.description}"))
    with prefect_unavailable(), Progress(*columns, console=error_console(), transient=True) as progress:
        bar = progress.add_task("", total=len(found))

        def tell(job: FailedJob, end: str) -> None:
            progress.update(bar, advance=1, description=f"#{job.id} {end}")

        work = partial(resend_failed, found, asked, per_minute=per_minute, tell=tell)
        return finish_on_signals(work, composition().stop)


def _say(found: int, ended: Counter[str], *, as_json: bool) -> None:
    if as_json:
        print_json({"found": found} | {key.replace(" ", "_"): ended[key] for key in _KEYS})
    elif found:
        console().print(", ".join(f"{ended[key]} {key}" for key in _KEYS if ended[key]))
