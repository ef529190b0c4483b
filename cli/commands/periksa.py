"""`bpjs periksa`: what each job of a file lacks before it is handed over; nothing is stored."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from rich.text import Text

from bpjs_client.identifiers import without_identifiers
from cli.checked_lines import CheckedLine, read_lines
from cli.terminal import UserError, console, plain, print_json
from database import Database, open_database
from tasks.machine_words import why
from tasks.readiness.case import handed_in
from tasks.readiness.finding import Finding, any_certain
from tasks.readiness.here import readiness_here

_MOST_MIB, _MOST_LINES = 32, 50_000
_LACKS, _UNREADABLE = 1, 2


@dataclass(frozen=True)
class _Checked:
    """A line and what its job lacks."""

    line: CheckedLine
    findings: Sequence[Finding]

    @property
    def title(self) -> str:
        """Which one it is."""
        job = self.line.job
        what = f" · {job.jenis.value} · norm {without_identifiers(job.norm)}" if job else ""
        return f"Baris {self.line.number}{what}"


def periksa(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="Berkas JSON lines, atau - untuk stdin.")],
    as_json: Annotated[bool, typer.Option("--json", help="Satu dokumen JSON.")] = False,
) -> None:
    """Memeriksa pekerjaan sebelum diserahkan: apa yang kurang, dari data di sini saja.

    Tidak ada yang disimpan dan BPJS tidak ditanya. Seluruh berkas diperiksa sebagai satu daftar. Keluar
    dengan 1 bila ada yang pasti ditolak, 2 bila ada baris yang tidak dapat dibaca.
    """
    text = _read(file)
    checked = _check(open_database(), text)
    if as_json:
        print_json({"hasil": [_document(each) for each in checked], **_counts(checked)})
    else:
        _show(checked)
    raise typer.Exit(_code(checked))


def _read(file: str) -> str:
    try:
        raw = _to_the_limit(sys.stdin.buffer) if file == "-" else _of_file(Path(file))
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{file} bukan teks UTF-8.") from None
    except OSError as cause:
        raise UserError(f"{file} tidak dapat dibaca: {why(cause)}.") from None
    if text.count("\n") > _MOST_LINES:
        raise UserError(f"Paling banyak {_MOST_LINES} baris sekali periksa; bagi menjadi beberapa berkas.")
    return text


def _of_file(file: Path) -> bytes:
    with file.open("rb") as opened:
        return _to_the_limit(opened)


def _to_the_limit(opened: IO[bytes]) -> bytes:
    most = _MOST_MIB * 2**20
    raw = opened.read(most + 1)
    if len(raw) > most:
        raise UserError(f"Paling besar {_MOST_MIB} MiB sekali periksa; bagi menjadi beberapa berkas.")
    return raw


def _check(database: Database, text: str) -> list[_Checked]:
    lines = list(read_lines(database, text))
    good = [handed_in(line.job, line.number) for line in lines if line.job is not None]
    lacks = iter(readiness_here(database).lacks(good))
    return [_Checked(line, line.frame if line.job is None else next(lacks)) for line in lines]


def _code(checked: Sequence[_Checked]) -> int:
    if any(each.line.galat for each in checked):
        return _UNREADABLE
    return _LACKS if any(any_certain(each.findings) for each in checked) else 0


def _counts(checked: Sequence[_Checked]) -> dict[str, int]:
    certain = sum(any_certain(each.findings) for each in checked)
    bad = sum(bool(each.line.galat) for each in checked)
    hints = sum(bool(each.findings) and not any_certain(each.findings) for each in checked)
    return {"diperiksa": len(checked), "pasti_ditolak": certain, "mungkin": hints, "tidak_terbaca": bad}


def _document(checked: _Checked) -> dict[str, Any]:
    line = checked.line
    if line.galat:
        return {"baris": line.number, "sah": False, "galat": line.galat}
    return {
        "baris": line.number,
        "jenis": line.job.jenis.value if line.job else None,
        "norm": without_identifiers(line.job.norm) if line.job else None,
        "sah": not any_certain(checked.findings),
        "temuan": [_told(finding) for finding in checked.findings],
    }


def _told(finding: Finding) -> dict[str, str]:
    return {
        "aturan": finding.rule,
        "isian": finding.field,
        "kalimat": finding.says,
        "tindakan": finding.todo,
        "bobot": finding.weight.value,
    }


def _show(checked: Sequence[_Checked]) -> None:
    screen = console()
    for each in checked:
        if each.findings or each.line.galat:
            screen.print(Text(each.title, style="bold"))
        if each.line.galat:
            screen.print(Text("  tidak terbaca  ", style="red"), plain(f"{each.line.galat}."), sep="")
        for finding in each.findings:
            screen.print(_line(finding), soft_wrap=True)
    counts = _counts(checked)
    screen.print(
        f"{counts['diperiksa']} pekerjaan diperiksa: {counts['pasti_ditolak']} pasti ditolak,"
        f" {counts['mungkin']} mungkin, {counts['tidak_terbaca']} tidak terbaca."
    )


def _line(finding: Finding) -> Text:
    style = "red" if finding.is_certain else "yellow"
    field = f"{finding.field}: " if finding.field else ""
    return Text.assemble(
        (f"  {finding.weight.value:<14}", style), plain(f"{field}{finding.says} "), (finding.todo, "dim")
    )
