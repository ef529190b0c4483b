"""What a person types means the same to a command and to a form, and is refused in the same words."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from prefect import Flow

from flows.kirim_ulang import kirim_ulang
from flows.kirim_ulang_massal import kirim_ulang_massal
from flows.laporan_monitoring import laporan_monitoring
from tests.cli.here import bpjs
from tests.cli.terminal import Ran
from tests.conftest import SQLITE
from tests.flows.bpjs import friendly
from tests.flows.prefect_server import PrefectServer

MANY = ("resend", "--filter", "--hanya-hitung")


class Way(NamedTuple):
    """The command up to its option, the form with its field, and what stands in another field of it."""

    words: tuple[str, ...]
    form: Flow[..., Any]
    field: str
    given: dict[str, str]


DAYS = ["kemarin", "2026-02-30", "31-02-2026", "1-2-2026", "20260914", "٢٠٢٦-٠٩-١٤", "Semua", " semua "]
OBJECTS = ["{x", "[1]", "null", "17", '"teks"', "[" * 100_000, '{"a": ' + "9" * 5000 + "}"]
ODD = [
    (Way((*MANY, "--tanggal"), kirim_ulang_massal, "tanggal", {}), DAYS),
    (
        Way((*MANY, "--isi"), kirim_ulang_massal, "isi", {}),
        ["kdPoli", "=001", " = ", "kdPoli=", " a = b=c "],
    ),
    (
        Way(("report", "--sampai"), laporan_monitoring, "sampai", {"dari": "semua"}),
        ["semua", "2026-W38-1", " 14-09-2026 "],
    ),
    (Way(("resend", "1", "--patch"), kirim_ulang, "perubahan", {"pekerjaan_id": "1"}), OBJECTS),
]


@pytest.fixture
def command(
    desk: Callable[..., Any], prefect: PrefectServer, migrated_sqlite: Path, tmp_path: Path
) -> Callable[..., Ran]:
    """The `bpjs` command on a database of its own, beside the desk that forms see."""
    desk(friendly)
    shutil.copy(migrated_sqlite, tmp_path / "bpjs.db")
    return partial(bpjs, environ={"BPJS_DATABASE_URL": f"sqlite:///{tmp_path / 'bpjs.db'}"})


@pytest.mark.parametrize(
    ("way", "typed"),
    [
        pytest.param(way, typed, id=f"{way.field} {typed[:12]}")
        for way, all_of_them in ODD
        for typed in all_of_them
    ],
)
@SQLITE
def test_the_answer_is_the_same(command: Callable[..., Ran], way: Way, typed: str) -> None:
    ran = command(*way.words, typed)
    state: Any = way.form(**way.given, **{way.field: typed}, return_state=True)

    assert (ran.code, state.is_failed()) in {(0, False), (2, True)}, (ran, state.message)
    if ran.code:
        refused = " ".join(ran.err.split())
        assert refused.startswith(way.words[-1])
        assert f"Gagal · {way.field}{refused.removeprefix(way.words[-1])}" == f"{state.message}."
