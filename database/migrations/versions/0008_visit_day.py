"""Jobs: the day on which the patient was seen, by which the visits of a month are counted."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Add the column; what is there already stays without, for its body is sealed."""
    op.add_column("jobs", sa.Column("tgl_daftar", sa.Date(), nullable=True))
    visits = sa.text("jenis = 'tambah-kunjungan'")
    op.create_index(
        "jobs_by_visit_day",
        "jobs",
        ["tgl_daftar", "tanggal", "status"],
        sqlite_where=visits,
        postgresql_where=visits,
    )
