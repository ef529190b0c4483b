"""A reason for referrals that go through Satu Sehat; an index of the jobs that wait for their patient."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# The reasons as they were at this migration (database/vocabulary.py holds today's), and the one that an older
# program may still write (0014).
REASONS = (
    *("tak-terhubung", "tanpa-jawaban", "sementara", "menunggu-giliran", "menunggu-pendaftaran"),
    *("jenis-ditahan", "layanan-dijeda", "faskes-tidak-dikenal", "terhenti", "perlu-skrining"),
    *("belum-jelas", "terputus", "perlu-orang", "ditemukan", "sudah-tidak-ada", "diganti", "sudah-ada"),
    *("tidak-perlu", "ditolak", "tidak-ditemukan", "ditolak-sendiri", "tanpa-pendaftaran"),
    *("ditolak-tanpa-antrean", "lewat-satusehat", "isi-salah", "kode-tidak-dikenal", "isi-lama"),
    *("segel-tertukar", "tidak-berhasil", "gangguan-bpjs", "bertentangan"),
    "tidak-terkirim",
)
FOR_PATIENT = sa.text("status = 'menunggu' AND reason = 'perlu-skrining'")


def upgrade() -> None:
    """Guard the reasons anew, for a trigger cannot be changed; create the index."""
    listed = ", ".join(f"'{word}'" for word in REASONS)
    unknown = f"NEW.reason IS NOT NULL AND NEW.reason NOT IN ({listed})"
    if op.get_bind().dialect.name == "postgresql":
        guard_on_postgresql(unknown)
    else:
        guard_on_sqlite(unknown)
    op.create_index(
        "jobs_for_patient",
        "jobs",
        ["faskes", "rantai"],
        sqlite_where=FOR_PATIENT,
        postgresql_where=FOR_PATIENT,
    )


def guard_on_sqlite(unknown: str) -> None:
    """The two triggers of 0014 with today's words."""
    for when, name in (("INSERT", "new"), ("UPDATE OF reason", "changed")):
        op.execute(f"DROP TRIGGER jobs_reason_{name}")
        op.execute(
            f"""CREATE TRIGGER jobs_reason_{name} BEFORE {when} ON jobs WHEN {unknown}
            BEGIN SELECT RAISE(ABORT, 'reason is not in the vocabulary'); END"""
        )


def guard_on_postgresql(unknown: str) -> None:
    """The trigger of 0014 with today's words; its function stays."""
    op.execute("DROP TRIGGER jobs_reason_is_known ON jobs")
    op.execute(
        f"""CREATE TRIGGER jobs_reason_is_known BEFORE INSERT OR UPDATE OF reason ON jobs FOR EACH ROW
        WHEN ({unknown}) EXECUTE FUNCTION jobs_reason_is_known()"""
    )
