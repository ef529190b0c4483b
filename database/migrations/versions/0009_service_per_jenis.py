"""Services and outages: also of one job type at a service; which jobs failed in a row, and who asks why."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_KEY = ["faskes", "service", "jenis"]
_COPY = """
INSERT INTO services (faskes, service, state, since, reason, probe_at, failures, probes, credential_mark)
SELECT faskes, service, state, since, reason, probe_at, failures, probes, credential_mark
FROM services_before_0009
"""


def _added() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("failed_as", sa.String(16), nullable=True),
        sa.Column("failed_jobs", sa.JSON(), nullable=True),
        sa.Column("asked_until", sa.DateTime(timezone=True), nullable=True),
    )


def _jenis() -> sa.Column[Any]:
    return sa.Column("jenis", sa.String(32), nullable=False, server_default="")


def _alter_services() -> None:
    for column in (_jenis(), *_added()):
        op.add_column("services", column)
    op.execute(f"ALTER TABLE services DROP CONSTRAINT services_pkey, ADD PRIMARY KEY ({', '.join(_KEY)})")


def _remake_services() -> None:
    """SQLite cannot change a primary key."""
    op.rename_table("services", "services_before_0009")
    op.create_table(
        "services",
        sa.Column("faskes", sa.String(64), nullable=False),
        sa.Column("service", sa.String(16), nullable=False),
        _jenis(),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("probe_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("probes", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("credential_mark", sa.String(64), nullable=True),
        *_added(),
        sa.CheckConstraint("state = 'closed' OR reason IS NOT NULL", name="services_closed_door_says_why"),
        sa.CheckConstraint(
            "state IN ('closed', 'open', 'half-open', 'paused')", name="services_state_is_known"
        ),
        sa.PrimaryKeyConstraint(*_KEY),
    )
    op.execute(_COPY)
    op.drop_table("services_before_0009")


def upgrade() -> None:
    """Widen the key of services and the index of outages."""
    _alter_services() if op.get_bind().dialect.name == "postgresql" else _remake_services()
    op.add_column("outages", _jenis())
    op.drop_index("outages_one_at_a_time", "outages")
    op.create_index(
        "outages_one_of_each_at_a_time",
        "outages",
        _KEY,
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
