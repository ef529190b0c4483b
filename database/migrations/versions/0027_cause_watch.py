"""Which causes of failures somebody was told of, clinic by clinic; the daily summaries that were made."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0027"
down_revision: str | None = "0025"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "cause_watch",
        sa.Column("faskes", sa.String(64), primary_key=True),
        sa.Column("key", sa.String(16), primary_key=True),
        sa.Column("service", sa.String(16), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("todo", sa.Text, nullable=False),
        sa.Column("jobs", sa.Integer, nullable=False),
        sa.Column("spells", sa.Integer, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True)),
        sa.Column("told_at", sa.DateTime(timezone=True)),
        sa.Column("alert", sa.String(16)),
    )
    op.create_index("cause_watch_by_time", "cause_watch", ["told_at"])
    op.create_table(
        "daily_summaries",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said", sa.Text),
    )
