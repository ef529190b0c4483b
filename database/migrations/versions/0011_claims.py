"""Jobs: the number of the claim that holds them; and an index of those that a late answer contradicts."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Add both. A version from before does not count its claims; its own name still tells them apart."""
    op.add_column("jobs", sa.Column("claim", sa.Integer(), nullable=False, server_default="0"))
    contradicted = sa.text("reason = 'bertentangan'")
    op.create_index(
        "jobs_contradicted",
        "jobs",
        ["tanggal", "id"],
        sqlite_where=contradicted,
        postgresql_where=contradicted,
    )
