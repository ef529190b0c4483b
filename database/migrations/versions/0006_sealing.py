"""The keys that bodies and answers are sealed with, and who looked at a job unmasked."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Make the tables; what is stored already stays as it is."""
    identity = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "data_keys",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("mark", sa.String(64), nullable=False),
    )
    op.create_table(
        "reveals",
        sa.Column("id", identity, primary_key=True),
        sa.Column("job_id", identity, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
    )
    op.create_index("ix_reveals_job_id", "reveals", ["job_id"])
