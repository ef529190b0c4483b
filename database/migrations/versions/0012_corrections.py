"""Jobs: which one corrects what BPJS holds of another."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Add the column, and an index over the few jobs that have it."""
    identity = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.add_column("jobs", sa.Column("corrects", identity, nullable=True))
    there = sa.text("corrects IS NOT NULL")
    op.create_index("jobs_corrections", "jobs", ["corrects"], postgresql_where=there, sqlite_where=there)
