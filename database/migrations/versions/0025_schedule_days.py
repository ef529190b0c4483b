"""The antrean schedule as BPJS had it over time, and when its changes were last told to somebody."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Create the tables."""
    identity = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "schedule_days",
        sa.Column("id", identity, primary_key=True),
        sa.Column("faskes", sa.String(64), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("polis", sa.JSON, nullable=False),
        sa.UniqueConstraint("faskes", "day", "seen_at", name="schedule_days_one_at_a_time"),
    )
    op.create_table(
        "schedule_told",
        sa.Column("faskes", sa.String(64), primary_key=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
    )
