"""A second factor for superadmins, what lies between password and code, and what an act was about."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0017"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns and the table; the log may have its column already."""
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
    if "about" not in {column["name"] for column in sa.inspect(op.get_bind()).get_columns("acts")}:
        op.add_column("acts", sa.Column("about", sa.String(64)))
