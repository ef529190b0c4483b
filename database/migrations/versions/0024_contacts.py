"""Jobs: whose contact they are and of which kind, and an index of a clinic's month, for the KBK report."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

OF_PCARE = sa.text("service = 'pcare'")


def upgrade() -> None:
    """Add both; of the jobs that are there already a month is filled in when it is reported first."""
    op.add_column("jobs", sa.Column("peserta", sa.BigInteger(), nullable=True))
    op.add_column("jobs", sa.Column("kontak", sa.String(16), nullable=True))
    op.create_index(
        "jobs_by_month",
        "jobs",
        ["faskes", "tgl_daftar", "jenis", "status"],
        sqlite_where=OF_PCARE,
        postgresql_where=OF_PCARE,
    )
