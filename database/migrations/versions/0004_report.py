"""Jobs: the poli and doctor that their body names; a table of outages. Both are what reports count by."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# column -> the fields that name it, Antrean's and PCare's
_NAMED = {"poli": ("kodepoli", "kdPoli"), "dokter": ("kodedokter", "kdDokter")}


# PostgreSQL cannot look into JSON with a NUL or half a surrogate pair.
_UNREADABLE = r"\\u0000|\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f])|(?<!\\ud[89ab][0-9a-f]{2})\\ud[c-f][0-9a-f]{2}"


def _fill() -> None:
    jobs = sa.table("jobs", sa.column("body", sa.JSON), *(sa.column(name) for name in _NAMED))
    values = {
        name: sa.func.substr(sa.func.coalesce(*(jobs.c.body[field].as_string() for field in fields)), 1, 16)
        for name, fields in _NAMED.items()
    }
    filling = jobs.update().values(values)  # in one pass over the table
    if op.get_context().dialect.name == "postgresql":
        filling = filling.where(sa.not_(sa.cast(jobs.c.body, sa.Text).regexp_match(_UNREADABLE)))
    op.execute(filling)


def upgrade() -> None:
    """Add and fill the columns; make the table."""
    for name in _NAMED:
        op.add_column("jobs", sa.Column(name, sa.String(16), nullable=True))
    _fill()
    op.create_table(
        "outages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("faskes", sa.String(64), nullable=False),
        sa.Column("service", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'paused')", name="outages_state_is_known"),
    )
    op.create_index(
        "outages_one_at_a_time",
        "outages",
        ["faskes", "service"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("outages_by_end", "outages", ["ended_at"])
