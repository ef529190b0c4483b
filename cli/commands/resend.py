"""`bpjs resend`: sends a job again, as it is or corrected; or many that failed."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bpjs_client.identifiers import with_masked_values
from bpjs_client.jenis import Jenis
from cli.commands.bulk_resend import resend_many
from cli.options import Faskes, Isi, Nama, Norm, Tanggal, day_of, field_of, known_here
from cli.person import whoever_is_here
from cli.prefect_start import prefect_unavailable, prepare_prefect
from cli.settings_check import check_settings
from cli.standard_input import STDIN, everything
from cli.terminal import MaybeJobId, UserError, badge, console, error_console, plain, print_json
from cli.typed import terminal_sentence
from database import LineRefused, open_database
from database.jobs.resend import Resend
from database.status import WAITS_FOR_PATIENT, Status
from database.typed import read_object
from database.views.detail import show
from database.views.monitor import Filter

Which = StrEnum("Which", {word: word for word in ("tidak-terkirim", WAITS_FOR_PATIENT)})  # type: ignore[misc]
Given = dict[str, object]  # options by name; None: not given
_TOLD = ("id", "jenis", "status", "message", "http_code", "result")


def resend(  # noqa: PLR0917 - Typer makes an option of each
    job_id: MaybeJobId = None,
    patch: Annotated[
        str | None, typer.Option(help="Yang diperbaiki saja, sebagai JSON; - membacanya dari stdin.")
    ] = None,
    body: Annotated[
        Path | None, typer.Option(help="Berkas JSON dengan isi lengkapnya, atau - untuk stdin.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Mengapa.")] = "",
    by: Annotated[str, typer.Option(help="Nama Anda; bawaan: pengguna komputer ini.")] = "",
    version: Annotated[
        int | None, typer.Option("--versi", help="Versi yang dilihat; ditolak bila sudah berubah.")
    ] = None,
    many: Annotated[bool, typer.Option("--filter", help="Semua yang gagal dan cocok, bukan satu.")] = False,
    jenis: Annotated[Jenis | None, typer.Option(help="Hanya jenis ini.")] = None,
    tanggal: Tanggal = None,
    norm: Norm = None,
    nama: Nama = None,
    faskes: Faskes = None,
    isi: Isi = None,
    status: Annotated[
        Which | None,
        typer.Option(help="Dengan --filter: menunggu-pasien memeriksa lagi yang menunggu pasien."),
    ] = None,
    per_minute: Annotated[
        int, typer.Option("--per-menit", min=1, max=6000, help="Dengan --filter: paling banyak sekian.")
    ] = 60,
    sure: Annotated[bool, typer.Option("--ya", help="Dengan --filter: kirim tanpa ditanya.")] = False,
    only_count: Annotated[
        bool, typer.Option("--hanya-hitung", help="Dengan --filter: jangan kirim.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Satu dokumen JSON.")] = False,
) -> None:
    """Mengirim ulang sekarang, satu atau (--filter) banyak; 0 bila terkirim, 1 bila tidak, 2 bila ditolak."""
    asked = Resend(reason=reason.strip(), by=by.strip() or whoever_is_here(), version=version)
    for_one: Given = {"ID": job_id, "--patch": patch, "--body": body, "--versi": version}
    choosing: Given = {"--jenis": jenis, "--tanggal": tanggal, "--norm": norm, "--nama": nama}
    choosing |= {"--status": status}
    choosing |= {"--faskes": faskes, "--isi": isi, "--ya": sure or None, "--hanya-hitung": only_count or None}
    if not many:
        _refuse(choosing, "hanya dengan --filter")
        raise typer.Exit(_send_one(job_id, _edited(asked, patch, body), as_json=as_json))
    _refuse(for_one, "tidak bersama --filter")
    database = open_database()
    clinic = known_here(database, faskes)
    chosen = Filter(
        jenis, day_of(database, tanggal), norm, status or "tidak-terkirim", nama, clinic, field_of(isi)
    )
    code = resend_many(
        database, chosen, asked, per_minute=per_minute, sure=sure, only_count=only_count, as_json=as_json
    )
    raise typer.Exit(code)


def _refuse(options: Given, why: str) -> None:
    given = [name for name, value in options.items() if value is not None]
    if given:
        raise UserError(f"{', '.join(given)}: {why}.")


def _edited(asked: Resend, patch: str | None, body: Path | None) -> Resend:
    if patch is not None and body is not None:
        raise UserError("Pilih salah satu: --patch atau --body.")
    with terminal_sentence():
        return replace(
            asked,
            patch=read_object(_patch(patch), "--patch") if patch is not None else None,
            body=read_object(_read(body), "--body") if body is not None else None,
        )


def _send_one(job_id: int | None, asked: Resend, *, as_json: bool) -> int:
    """Send one job; returns the exit code."""
    if job_id is None:
        raise UserError("Sebutkan nomor pekerjaan, atau --filter untuk banyak sekaligus.")
    check_settings()
    prepare_prefect()
    from flows.in_process.resending import resend_now  # noqa: PLC0415 - Prefect takes seconds to import

    with prefect_unavailable():
        try:
            job_id = resend_now(job_id, asked, lambda says: error_console().print(plain(says)))
        except LineRefused as refused:
            raise UserError(str(refused)) from None
    job = show(open_database(), job_id)
    if as_json:
        whole = job.as_dict()
        print_json(
            {name: whole[name] for name in ("id", "jenis", "status", "message", "http_code", "result")}
        )
    else:
        console().print(badge(job.status), plain(f"#{job_id} {job.message or _numbers(job.result)}"))
    return 0 if job.status == Status.TERKIRIM else 1


def _numbers(result: Mapping[str, str] | None) -> str:
    return " · ".join(f"{name} {number}" for name, number in with_masked_values(result or {}).items())


def _patch(given: str) -> str:
    return everything("Perbaikan (JSON)") if given == STDIN else given


def _read(file: Path) -> str:
    if str(file) == STDIN:
        return everything("Isi lengkap (JSON)")
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise UserError(f"Berkas {file} tidak dapat dibaca.") from None
