"""`bpjs resend`: sends a job again, as it is or corrected."""

import getpass
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from bpjs_client.identifiers import with_masked_values
from cli.prefect_start import prefect_unavailable, prepare_prefect
from cli.terminal import JobId, UserError, badge, console, plain, print_json
from database import LineRefused, open_database
from database.detail import show
from database.resend import Resend
from database.status import Status


def resend(  # noqa: PLR0917 - Typer makes an option of each
    job_id: JobId,
    patch: Annotated[str | None, typer.Option(help="Yang diperbaiki saja, sebagai JSON.")] = None,
    body: Annotated[Path | None, typer.Option(help="Berkas JSON dengan isi lengkapnya.")] = None,
    reason: Annotated[str, typer.Option(help="Mengapa.")] = "",
    by: Annotated[str, typer.Option(help="Nama Anda; bawaan: pengguna komputer ini.")] = "",
    version: Annotated[
        int | None, typer.Option("--versi", help="Versi yang dilihat; ditolak bila sudah berubah.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Satu dokumen JSON.")] = False,
) -> None:
    """Mengirim ulang satu pekerjaan sekarang; 0 bila terkirim, 1 bila tidak, 2 bila ditolak."""
    if patch is not None and body is not None:
        raise UserError("Pilih salah satu: --patch atau --body.")
    asked = Resend(
        patch=_object(patch, "--patch") if patch is not None else None,
        body=_object(_read(body), "--body") if body is not None else None,
        reason=reason.strip(),
        by=by.strip() or getpass.getuser(),
        version=version,
    )
    prepare_prefect()
    from flows.resending import resend_now  # noqa: PLC0415 - Prefect takes seconds to import

    with prefect_unavailable():
        try:
            resend_now(job_id, asked)
        except LineRefused as refused:
            raise UserError(str(refused)) from None
    job = show(open_database(), job_id)
    if as_json:
        print_json({name: job[name] for name in ("id", "jenis", "status", "message", "http_code", "result")})
    else:
        console().print(badge(job["status"]), plain(f"#{job_id} {job['message'] or _numbers(job['result'])}"))
    raise typer.Exit(0 if job["status"] == Status.TERKIRIM else 1)


def _numbers(result: Mapping[str, str] | None) -> str:
    return " · ".join(f"{name} {number}" for name, number in with_masked_values(result or {}).items())


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise UserError(f"Berkas {file} tidak dapat dibaca.") from None


def _object(text: str, name: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise UserError(f"{name} bukan JSON yang sah.") from None
    if not isinstance(value, Mapping):
        raise UserError(f"{name} harus objek JSON.")
    return value
