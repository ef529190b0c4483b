"""Jobs: a mark that tells the patients of one chain apart; and the kunci of jobs that were deleted."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Add both; the jobs that are there already stay without a mark, for their bodies are sealed."""
    op.add_column("jobs", sa.Column("pasien", sa.Integer(), nullable=True))
    op.create_table(
        "past_jobs",
        sa.Column("faskes", sa.String(64), primary_key=True),
        sa.Column("kunci", sa.String(200), primary_key=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("jenis", sa.String(32), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("ended", sa.Date(), nullable=False),
        sa.CheckConstraint("status IN ('terkirim', 'ditutup')", name="past_jobs_ended"),
    )
    op.create_index("past_jobs_by_id", "past_jobs", ["id"])
