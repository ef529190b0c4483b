"""What `bpjs doctor --protokol` found: a table for whoever asks, and a file of shapes for the developers."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.text import Text

from bpjs_client.protocol.questions import Settled
from cli.fitted_table import fitted
from cli.terminal import UserError, console, plain
from tasks.machine_words import why

# Only a write could tell, and none is made for it (contract 0).
NOT_ASKED = (
    "kode penolakan pendaftaran ganda",
    "aturan waktu panggil antrean",
    "panggil atau batal untuk antrean yang tidak ada",
    "kunjungan atau kunjungan/v1",
    "jawaban hapus pendaftaran yang sudah tidak ada",
)
_MODE = 0o600


@dataclass(frozen=True)
class Inquiry:
    """All that one inquiry brought; `place`: the names of the two BPJS services that were asked."""

    settled: Sequence[Settled]
    shapes: Sequence[Mapping[str, Any]] = field(repr=False)
    sent: int
    place: Mapping[str, str]
    made_at: datetime

    @property
    def settings(self) -> dict[str, str]:
        """The settings that follow from the answers."""
        return {name: value for each in self.settled for name, value in each.settings.items()}

    def document(self) -> dict[str, Any]:
        """The report: answers and shapes. It holds no setting's value, which may be the clinic's own code."""
        return {
            "program": f"bpjs-fktp {version('bpjs-fktp')}",
            "dibuat": self.made_at.isoformat(timespec="seconds"),
            "bpjs": dict(self.place),
            "permintaan": self.sent,
            "jawaban": [_told(each) for each in self.settled],
            "tidak_dapat_ditanyakan": list(NOT_ASKED),
            "bentuk": list(self.shapes),
        }


def _told(settled: Settled) -> dict[str, Any]:
    return {
        "pertanyaan": settled.question,
        "bpjs": settled.found,
        "artinya": settled.means,
        "terjawab": settled.known,
        "pengaturan": sorted(settled.settings),
    }


def default_file(faskes: str, now: datetime) -> Path:
    """The report's file where none is named: in the present folder, by clinic and second."""
    return Path(f"bpjs-protokol-{faskes}-{now:%Y%m%d-%H%M%S}.json")


def reserve(file: Path) -> int:
    """Make the report's file, for its owner alone, before anything is asked; its descriptor.

    Raises UserError, also where there is one already.
    """
    try:
        return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    except FileExistsError:
        raise UserError(
            f"Berkas {file} sudah ada dan tidak ditimpa; sebut berkas lain dengan --ke."
        ) from None
    except (OSError, ValueError) as cause:
        reason = why(cause) if isinstance(cause, OSError) else "namanya tidak sah"
        raise UserError(f"Berkas {file} tidak dapat dibuat: {reason}.") from None


def write(descriptor: int, inquiry: Inquiry) -> None:
    """Write the report. Raises OSError."""
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        json.dump(inquiry.document(), opened, ensure_ascii=False, indent=2)
        opened.write("\n")


def show(inquiry: Inquiry, file: Path) -> None:
    """The table of answers, the settings that follow, and where the report lies."""
    screen = console()
    rows = [
        [plain(each.question), Text(each.found, style="" if each.known else "yellow"), plain(each.means)]
        for each in inquiry.settled
    ]
    screen.print(fitted(["Pertanyaan", "BPJS di sini", "Artinya bagi kita"], rows, screen.width))
    screen.print(f"Tidak dapat ditanyakan tanpa menulis: {'; '.join(NOT_ASKED)}.", markup=False)
    if inquiry.settings:
        screen.print("Isikan di .env:")
        for name, value in inquiry.settings.items():
            screen.print(f"{name}={value}", markup=False, soft_wrap=True)
    screen.print(
        f"Laporan bentuk jawaban, tanpa data: {file} ({inquiry.sent} permintaan); boleh dikirim.",
        markup=False,
        soft_wrap=True,
    )
