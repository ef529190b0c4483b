"""A second factor for superadmins, and what lies between password and code."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns and the table."""
    op.add_column("people", sa.Column("version", sa.Integer, nullable=False, server_default="1"))
    op.add_column("people", sa.Column("totp", sa.Text))
    op.add_column("people", sa.Column("totp_since", _TIME))
    op.add_column("people", sa.Column("totp_step", sa.BigInteger))
    op.create_table(
        "login_steps",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("person_id", _ID, sa.ForeignKey("people.id"), nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("begun_at", _TIME, nullable=False),
    )
