"""Webhooks: where a clinic's own system is told which of its jobs changed, and how far it was told."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "webhooks",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("faskes", sa.String(64), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("secret", sa.Text),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("told_at", _TIME, nullable=False),
        sa.Column("told_job", sa.BigInteger, nullable=False),
        sa.Column("sent_at", _TIME),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failing_since", _TIME),
        sa.Column("says", sa.String(200)),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("paused_at", _TIME),
        sa.Column("lease_owner", sa.String(100)),
        sa.Column("lease_until", _TIME),
        sa.CheckConstraint("(lease_until IS NULL) = (lease_owner IS NULL)", name="webhooks_lease_is_whole"),
    )
