"""Holds: a person stops a service, a job type or one job; the log of acts says what an act was about."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TIME = sa.DateTime(timezone=True)
_NOT_LIFTED = sa.text("lifted_at IS NULL")


def upgrade() -> None:
    """Create the table and add the column."""
    op.add_column("acts", sa.Column("about", sa.String(64)))
    op.create_table(
        "holds",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("faskes", sa.String(64), nullable=False),
        sa.Column("service", sa.String(16), nullable=False),
        sa.Column("jenis", sa.String(32), nullable=False),
        sa.Column("job_id", _ID, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("ends_at", _TIME),
        sa.Column("lifted_at", _TIME),
        sa.Column("lifted_by", sa.String(200)),
        sa.CheckConstraint("service IN ('antrean', 'pcare')", name="holds_service_is_known"),
        sa.CheckConstraint("job_id = 0 OR jenis <> ''", name="holds_job_has_its_jenis"),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > since", name="holds_end_after_they_begin"),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="holds_lifted_by_somebody"),
    )
    op.create_index(
        "holds_one_of_each_at_a_time",
        "holds",
        ["faskes", "service", "jenis", "job_id"],
        unique=True,
        sqlite_where=_NOT_LIFTED,
        postgresql_where=_NOT_LIFTED,
    )
