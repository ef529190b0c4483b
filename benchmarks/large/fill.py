"""Fills a PostgreSQL with millions of jobs and their attempts, as years of many clinics leave them.

A patient's visit is a chain of four jobs. Of a hundred visits one has its visit refused, and one its
registration, behind which the visit waits. Staff settle nine in ten of both within weeks; the tenth stays as
it is for ever.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import psycopg

BACKLOG = 2_000  # jobs that wait and are due, however many there are besides
STEPS = 4  # jobs of a visit
HOURS_A_DAY = timedelta(hours=8)  # in which a day's jobs come
SETTLED_AFTER = 35  # days after which staff have settled most of what failed

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True)
class Size:
    """How many jobs, of how many clinics, how many of them a day; the bytes of a body and of an answer."""

    rows: int
    clinics: int
    per_day: int
    body: int = 300
    answer: int = 120

    @property
    def days(self) -> int:
        """The days that they cover."""
        return -(-self.rows // self.per_day)


# The last `per_day` rows are of today, in its last eight hours; so for each day before.
_JOBS = """
INSERT INTO jobs (
    id, faskes, jenis, service, kunci, rantai, position, tanggal, norm, nama_pasien, body, pasien, poli,
    dokter, tgl_daftar, status, reason, message, meta_code, result, attempts, waits, due_at, version, shown,
    created_at, updated_at, sent_at)
SELECT
    n + 1, faskes, jenis, CASE WHEN step < 2 THEN 'antrean' ELSE 'pcare' END,
    encode(sha256(convert_to(n::text, 'UTF8')), 'hex'), norm || '|' || day || '|00' || visit %% 5,
    11 + step %% 2, day, norm, 'Pasien Contoh ' || patient,
    json_build_object('kdPoli', '00' || visit %% 5, 'isi', repeat('x', %(body)s)),
    patient, '00' || visit %% 5, '' || visit %% 40, CASE step WHEN 3 THEN day END, status,
    CASE status WHEN 'gagal' THEN 'ditolak' END,
    CASE status WHEN 'gagal' THEN 'kdPoli: tidak dikenal' WHEN 'ditutup' THEN 'Tidak perlu dikirim.' END,
    CASE status WHEN 'gagal' THEN '412' WHEN 'terkirim' THEN '200' END,
    CASE WHEN status = 'terkirim' AND step > 1 THEN json_build_object('no', 'A' || n) END,
    CASE WHEN status = 'menunggu' THEN 0 ELSE 1 + (n %% 20 = 0)::int END, 0, at, 3, true, at,
    at + interval '2 s', CASE status WHEN 'terkirim' THEN at + interval '2 s' END
FROM (
    SELECT *,
        'faskes-' || to_char(visit %% %(clinics)s, 'FM00000') AS faskes, 'RM-' || patient AS norm,
        (ARRAY['tambah-antrean', 'panggil-antrean', 'tambah-pendaftaran', 'tambah-kunjungan'])[1 + step]
            AS jenis,
        CASE
            WHEN n >= %(rows)s - %(backlog)s THEN 'menunggu'
            WHEN NOT (visit %% 100 = 0 AND step = 3 OR visit %% 100 = 50 AND step > 1) THEN 'terkirim'
            WHEN days_ago > %(settled)s AND visit %% 1000 > 99 THEN 'ditutup'
            WHEN visit %% 100 = 50 AND step = 3 THEN 'menunggu'
            ELSE 'gagal'
        END AS status,
        %(today)s::date - days_ago::int AS day,
        now() - days_ago * interval '1 day'
            - (%(rows)s - 1 - n) %% %(per_day)s * %(hours)s::interval / %(per_day)s AS at
    FROM (
        SELECT
            n, n / %(steps)s AS visit, n %% %(steps)s AS step, (%(rows)s - 1 - n) / %(per_day)s AS days_ago,
            (n / %(steps)s / %(clinics)s %% 2000)::int AS patient
        FROM generate_series(0, %(rows)s::bigint - 1) AS n) AS numbered) AS described
"""
_ATTEMPTS = """
INSERT INTO attempts (
    job_id, number, started_at, finished_at, duration_ms, outcome, http_code, meta_code, request, response)
SELECT
    jobs.id, number, jobs.created_at + number * interval '1 s',
    jobs.created_at + number * interval '1.2 s', 200,
    CASE
        WHEN number < jobs.attempts THEN 'temporary'
        WHEN jobs.status = 'terkirim' THEN 'success'
        ELSE 'rejected'
    END,
    200, jobs.meta_code, jobs.body, json_build_object('isi', repeat('y', %(answer)s))
FROM jobs, generate_series(1, jobs.attempts) AS number
"""
_TABLES = ("jobs", "attempts")
# Building an index once is many times quicker than keeping it up row by row.
_INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE tablename = ANY(%s) AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""
_UNIQUE = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'u' AND conrelid::regclass::text = ANY(%s)
"""


_SIZES = """
SELECT sum(pg_table_size(name::regclass)), sum(pg_indexes_size(name::regclass))
FROM unnest(%s::text[]) AS name
"""


def fill(url: str, size: Size) -> None:
    """So many jobs in place of what was there; past our own engine, which gives up on what takes a minute."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '1GB'")
        connection.execute("SET session_replication_role = replica")  # no triggers, no foreign keys
        connection.execute("TRUNCATE jobs, attempts, past_jobs, reveals RESTART IDENTITY CASCADE")
        with _left_alone(connection), _without_indexes(connection):
            _insert(connection, size)
        connection.execute("VACUUM ANALYZE jobs")
        connection.execute("VACUUM ANALYZE attempts")
        connection.execute("CHECKPOINT")


def _insert(connection: Connection, size: Size) -> None:
    (today,) = connection.execute("SELECT (now() AT TIME ZONE 'Asia/Jakarta')::date").fetchone() or (None,)
    values = vars(size) | {"today": today, "backlog": BACKLOG, "steps": STEPS, "settled": SETTLED_AFTER}
    values["hours"] = HOURS_A_DAY
    client = psycopg.ClientCursor(connection)  # the values stand in the statement
    client.execute(_JOBS.encode(), values)
    client.execute("SELECT setval(pg_get_serial_sequence('jobs', 'id'), %s)", [size.rows])
    client.execute(_ATTEMPTS.encode(), values)


@contextmanager
def _left_alone(connection: Connection) -> Iterator[None]:
    """Autovacuum does not come to the tables in a `with` block."""
    for table in _TABLES:
        connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)".encode())
    try:
        yield
    finally:
        for table in _TABLES:
            connection.execute(f"ALTER TABLE {table} RESET (autovacuum_enabled)".encode())


@contextmanager
def _without_indexes(connection: Connection) -> Iterator[None]:
    """The tables have no index but their primary key in a `with` block; afterwards they have theirs again."""
    tables = [list(_TABLES)]
    indexes = connection.execute(_INDEXES.encode(), tables).fetchall()
    unique = connection.execute(_UNIQUE.encode(), tables).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}".encode())
    for table, name, _ in unique:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
    try:
        yield
    finally:
        for table, name, definition in unique:
            connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}".encode())
        for _, definition in indexes:
            connection.execute(str(definition).encode())


def bytes_per_job(url: str) -> tuple[int, int]:
    """What a job takes with its attempts: in the tables, and in their indexes."""
    with psycopg.connect(url) as connection:
        tables, indexes = connection.execute(_SIZES.encode(), [list(_TABLES)]).fetchone() or (0, 0)
        (rows,) = connection.execute("SELECT count(*) FROM jobs").fetchone() or (1,)
    return int(tables) // int(rows), int(indexes) // int(rows)
