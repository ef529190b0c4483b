"""Jobs to measure with: valid additions to the queue, each of another invented patient."""

import json
from datetime import date
from typing import Any

from bpjs_client.jenis import Jenis
from bpjs_simulator.sample_day import sample_day

Line = dict[str, Any]


def additions(today: date, first: int, count: int) -> list[Line]:
    """`count` lines for `bpjs enqueue`; those of other numbers from `first` on are other patients."""
    day = sample_day(today)
    pattern = next(
        line
        for line, expected in zip(day.lines, day.expected, strict=True)
        if line["jenis"] == Jenis.TAMBAH_ANTREAN and expected == "terkirim" and line["body"]["nomorkartu"]
    )
    return [_of_patient(pattern, number) for number in range(first, first + count)]


def _of_patient(pattern: Line, number: int) -> Line:
    body = pattern["body"] | {
        "nomorkartu": f"0009{number:09}",
        "nik": f"320000{number:010}",
        "nomorantrean": f"U-{number}",
        "angkaantrean": number,
        "norm": f"U{number:06}",
    }
    return {
        "jenis": pattern["jenis"],
        "norm": body["norm"],
        "nama_pasien": f"Pasien Uji {number}",
        "body": body,
    }


def as_file(lines: list[Line]) -> str:
    """The lines as `bpjs enqueue` reads them."""
    return "".join(json.dumps(line) + "\n" for line in lines)
