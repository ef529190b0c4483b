"""What the screens show at the widths and heights that people have: nothing cut, the cards always there."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from bpjs_client.jenis import Jenis
from cli.commands import monitor
from database import Database, open_database
from database.settings import DatabaseSettings
from database.status import Status
from database.storage.models import Job
from tests.cli.here import bpjs
from tests.database.clinic import MORNING, new_row
from tests.database.outage import store
from tests.tasks.bodies import BODIES

WIDTHS = ("80", "120")
DAY = f"{MORNING:%d-%m-%Y}"
PATIENTS = ("Kartika Andaian", "Made Umpama Contohwati", "Nur Ibarat")
REFUSAL = "Anda belum melakukan skrining kesehatan. Mohon untuk melakukan skrining kesehatan terlebih dahulu."
NUMBERS = {"noUrut": "A12", "noKunjungan": "012345671126Y000025"}


def job(jenis: Jenis, number: int, status: Status) -> Job:
    """One of the day, with a body as a clinic has it."""
    body = {**BODIES[jenis], "namadokter": "dr. Sari Contohwati"}
    place = f"{jenis}-{number}"
    named = {"norm": f"RM-{number:06}", "nama_pasien": PATIENTS[number % 3], "kunci": place, "rantai": place}
    said = {"message": REFUSAL} if status is Status.GAGAL else {}
    sent = {"result": NUMBERS, "http_code": 201, "attempts": 1} if status is Status.TERKIRIM else {}
    return new_row(status, jenis, body=body, **named, **said, **sent)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The settings of a clinic whose day holds every jenis: delivered, refused and waiting."""
    url = f"sqlite:///{tmp_path_factory.mktemp('layout') / 'bpjs.db'}"
    database: Database = open_database(DatabaseSettings(database_url=SecretStr(url)))
    ends = [Status.TERKIRIM, Status.TERKIRIM, Status.GAGAL, Status.TERKIRIM, Status.MENUNGGU]
    for jenis in Jenis:
        store(database, [job(jenis, number, status) for number, status in enumerate(ends * 3)])
    yield {"BPJS_DATABASE_URL": url}
    database.close()


def words(*texts: object) -> set[str]:
    return {word for text in texts if text is not None for word in str(text).split()}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("jenis", ["", *Jenis])
def test_the_table_of_jobs_keeps_words_dates_and_numbers_whole(
    day: dict[str, str], jenis: str, width: str
) -> None:
    asked = ("monitor", "--tanggal", DAY, *(("--jenis", jenis) if jenis else ()))
    document = bpjs(*asked, "--json", environ=day).json
    shown = bpjs(*asked, environ={**day, "COLUMNS": width}).out

    assert max(map(len, shown.splitlines())) <= int(width)
    can_be_missed = {"Tanggal", "HTTP", "Percobaan", "Pesan"}
    headings = [name for name in document["columns"] if name not in can_be_missed]
    assert words(*headings) <= words(shown)
    for row in document["rows"]:
        own = [row[name] for name in document["columns"] if name in row]
        told = [row["id"], row["norm"], row["nama_pasien"], row["message"], *own]
        assert words(*told, *([] if jenis else [row["jenis"]])) <= words(shown)


LONG = f"{REFUSAL} Isi di webskrining.bpjs-kesehatan.go.id; kdSubSpesialis1: Tidak ada di referensi subspesialis BPJS"


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The settings of a clinic with refused visits, in words as long as BPJS's and ours are."""
    url = f"sqlite:///{tmp_path_factory.mktemp('refused') / 'bpjs.db'}"
    database: Database = open_database(DatabaseSettings(database_url=SecretStr(url)))
    jobs = [job(Jenis.TAMBAH_KUNJUNGAN, number, Status.GAGAL) for number in range(3)]
    for each in jobs:
        each.message = LONG
    store(database, jobs)
    yield {"BPJS_DATABASE_URL": url}
    database.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "asked",
    [
        ("kbk", "--bulan", f"{MORNING:%Y-%m}"),
        ("resend", "--filter", "--tanggal", "semua", "--hanya-hitung"),
        ("monitor", "--tanggal", "semua"),
    ],
    ids=" ".join,
)
def test_a_list_of_what_failed_keeps_the_longest_words_whole(
    refused: dict[str, str], asked: tuple[str, ...], width: str
) -> None:
    shown = bpjs(*asked, environ={**refused, "COLUMNS": width}).out
    assert max(map(len, shown.splitlines())) <= int(width)
    assert words(LONG, "RM-000001", DAY) <= words(shown)
    if asked[0] == "kbk":
        assert words(*PATIENTS, "perbaiki isian yang disebut, lalu kirim ulang") <= words(shown)


@pytest.mark.parametrize("height", [24, 50])
@pytest.mark.parametrize("width", WIDTHS)
def test_watching_keeps_the_cards_on_the_screen(
    day: dict[str, str], monkeypatch: pytest.MonkeyPatch, width: str, height: int
) -> None:
    def stop(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(monitor, "time", SimpleNamespace(sleep=stop))
    ran = bpjs(
        "monitor", "--tanggal", "semua", "--watch", environ={**day, "COLUMNS": width, "LINES": str(height)}
    )
    lines = ran.out.splitlines()

    assert ran.code == 130
    assert lines[0] == "Pekerjaan semua tanggal"
    assert [card in lines[1] for card in ("Total", "Menunggu", "Berhasil", "Gagal")] == [True] * 4
    assert height - 3 <= len(lines) < height
    assert lines[-1].endswith(" terbaru dari 105; perbesar jendelanya untuk lebih banyak.")


def test_a_screen_shows_as_many_jobs_as_it_holds_and_a_pipe_shows_more(day: dict[str, str]) -> None:
    asked = ("monitor", "--tanggal", "semua")
    seen = bpjs(*asked, environ={**day, "FORCE_COLOR": "1", "COLUMNS": "80", "LINES": "24"}).out
    piped = bpjs(*asked, environ={**day, "COLUMNS": "80"}).out

    assert len(seen.splitlines()) <= 22
    assert "50 terbaru dari 105; --limit untuk lebih banyak." in piped


def test_no_count_of_earlier_days_stands_above_the_cards(day: dict[str, str]) -> None:
    cards, _, beneath = bpjs("monitor", "--tanggal", "semua", environ=day).out.partition("╰")

    assert "hari sebelumnya" not in cards
    assert "Tersisa: 21 gagal, 21 menunggu dari hari sebelumnya" in beneath


@pytest.mark.parametrize("width", WIDTHS)
def test_a_report_tells_its_job_types_apart(day: dict[str, str], width: str) -> None:
    shown = bpjs("report", "--tanggal", DAY, environ={**day, "COLUMNS": width}).out
    totals = shown.partition("Menurut")[0]

    assert words(*Jenis, "Menunggu Proses Tidak pasti Terkirim Gagal Ditutup Jumlah") <= words(totals)
    assert "…" not in totals
    assert max(map(len, shown.splitlines())) <= int(width)
    assert f"\n{DAY} " in shown


@pytest.mark.parametrize("width", WIDTHS)
def test_one_job_says_what_its_refusal_means_and_what_to_do(day: dict[str, str], width: str) -> None:
    asked = ("monitor", "--tanggal", DAY, "--status", "tidak-terkirim", "--limit", "1", "--json")
    (row,) = bpjs(*asked, environ=day).json["rows"]
    shown = bpjs("show", str(row["id"]), environ={**day, "COLUMNS": width}).out
    told = " ".join(shown.split())

    assert f"Tanggal {DAY}" in told
    assert "Artinya Pasien belum mengisi skrining kesehatan tahun ini." in told
    assert "Yang perlu dilakukan Minta pasien mengisinya di Mobile JKN" in told
    assert words(REFUSAL) <= words(shown)
    assert "Artinya" not in bpjs("show", "1", environ=day).out
