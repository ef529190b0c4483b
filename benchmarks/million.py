"""Measures monitor and report on a million jobs in PostgreSQL, beside the same on a thousand."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

import psycopg
from pydantic import SecretStr

from bpjs_client.jenis import Jenis
from database import Database, open_database
from database.jobs.claim import claim, release
from database.settings import DatabaseSettings
from database.views.monitor import Filter, look, today
from database.views.report import Scope
from tasks.report.figures import make_report
from tasks.report.kbk import make_kbk
from tasks.reporting import Reportings
from tests.postgres import start_postgres

SMALL, LARGE = 1_000, 1_000_000
_TIMES = 5

# A year of a vendor's clinics: seven types, 96 % delivered, bodies of about a kilobyte.
_FILL = """
INSERT INTO jobs (
    faskes, jenis, service, kunci, rantai, position, tanggal, norm, nama_pasien, body, poli, dokter,
    tgl_daftar, peserta, kontak, status, reason, message, meta_code, result, attempts, waits, due_at, version,
    shown, created_at, updated_at, sent_at)
SELECT
    'faskes-' || n % 20, jenis, CASE WHEN jenis LIKE '%-antrean' THEN 'antrean' ELSE 'pcare' END,
    'kunci-' || n, 'rantai-' || n, 10, at::date, 'RM-' || n % 50000, 'Pasien Contoh ' || n % 50000,
    json_build_object('kdPoli', '00' || n % 5, 'kdDokter', '' || n % 40, 'keluhan', repeat('contoh ', 120)),
    '00' || n % 5, '' || n % 40, at::date, n % 50000,
    CASE jenis WHEN 'tambah-pendaftaran' THEN (ARRAY['sehat', 'sakit'])[1 + n % 2]
        WHEN 'tambah-kunjungan' THEN (ARRAY['berobat', 'rujuk', 'rujuk-tacc'])[1 + n % 3] END, status,
    CASE status WHEN 'gagal' THEN 'ditolak' END, CASE status WHEN 'gagal' THEN 'kdPoli: tidak dikenal' END,
    CASE status WHEN 'gagal' THEN '412' ELSE '200' END,
    CASE status WHEN 'terkirim' THEN '{"noUrut": "A1"}'::json END, 1 + n % 2, 0, at, 3, true, at, at,
    CASE status WHEN 'terkirim' THEN at + n % 300 * interval '0.1 second' END
FROM (
    SELECT
        n, (ARRAY[:types])[1 + n % 7] AS jenis, now() - (:rows - n) * interval '365 days' / :rows AS at,
        CASE WHEN n % 33 = 0 THEN 'gagal' WHEN n > :rows - 200 THEN 'menunggu' ELSE 'terkirim' END AS status
    FROM generate_series(1, :rows) AS n) AS year
"""


@dataclass(frozen=True)
class Look:
    """One question, and how long its answer took with few and with many jobs, in milliseconds."""

    what: str
    few: float
    many: float
    limit: float  # what a million jobs may take


def _claim_and_release(here: Database) -> object:
    jobs = claim(here, owner="bench", limit=40, lease=timedelta(seconds=60))
    release(here, [job.claim for job in jobs if job.claim])
    return jobs


_QUESTIONS: Mapping[str, tuple[float, Callable[[Database], object]]] = {
    "monitor, today": (200, lambda here: look(here, Filter(tanggal=today(here)), limit=50)),
    "monitor, all days": (200, lambda here: look(here, Filter(), limit=50)),
    "monitor, failed of all days": (200, lambda here: look(here, Filter(status="tidak-terkirim"), limit=50)),
    "monitor, one norm": (200, lambda here: look(here, Filter(norm="RM-7"), limit=50)),
    "claim of 40, put back": (200, _claim_and_release),
    "report, today": (
        3_000,
        lambda here: make_report(here, Scope(today(here), today(here)), reporting_day=3),
    ),
    "KBK, a clinic's month": (1_000, lambda here: make_kbk(here, ["faskes-7"], Reportings())),
    "report, all days": (3_000, lambda here: make_report(here, Scope(), reporting_day=3)),
}


def measure() -> list[Look]:
    """Fill a database, ask, fill it up, ask again."""
    server = start_postgres()
    try:
        url = server.emptied()
        database = open_database(DatabaseSettings(database_url=SecretStr(url)))
        few, many = (dict(_asked(database, url, rows)) for rows in (SMALL, LARGE))
        database.close()
    finally:
        server.stop()
    return [Look(what, few[what], many[what], limit) for what, (limit, _) in _QUESTIONS.items()]


def _asked(database: Database, url: str, rows: int) -> Iterator[tuple[str, float]]:
    fill(url, rows)
    for what, (_, ask) in _QUESTIONS.items():
        yield what, median(_milliseconds(ask, database) for _ in range(_TIMES))


def fill(url: str, rows: int) -> None:
    """So many jobs in place of what was there; past our own engine, which gives up on what takes a minute."""
    types = ", ".join(f"'{jenis}'" for jenis in Jenis)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("TRUNCATE jobs CASCADE")
        connection.execute(_FILL.replace(":types", types).replace(":rows", str(rows)).encode())
        connection.execute("VACUUM ANALYZE jobs")


def _milliseconds(ask: Callable[[Database], object], database: Database) -> float:
    started = time.perf_counter()
    ask(database)
    return 1000 * (time.perf_counter() - started)
