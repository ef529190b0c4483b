"""People who log in to the page, their clinics and sessions, failed logins, and the log of what they did."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables; a line of the log is never changed or deleted."""
    op.create_table(
        "people",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("satusehat", sa.Boolean, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.CheckConstraint("role IN ('admin', 'superadmin')", name="people_role_is_known"),
    )
    op.create_table(
        "people_clinics",
        sa.Column("person_id", _ID, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("faskes", sa.String(64), primary_key=True),
    )
    op.create_table(
        "sessions",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("person_id", _ID, sa.ForeignKey("people.id"), nullable=False, index=True),
        sa.Column("begun_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME, nullable=False),
    )
    op.create_table(
        "login_failures",
        sa.Column("whose", sa.String(100), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", _TIME, nullable=False),
    )
    op.create_table(
        "acts",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("result", sa.String(32), nullable=False),
        sa.Column("faskes", sa.String(64)),
        sa.Column("job_id", _ID),
        sa.Column("address", sa.String(45)),
    )
    guard = guard_on_postgresql if op.get_bind().dialect.name == "postgresql" else guard_on_sqlite
    guard()


def guard_on_sqlite() -> None:
    """The log only grows."""
    for when in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER acts_are_history_{when.lower()} BEFORE {when} ON acts"
            " BEGIN SELECT RAISE(ABORT, 'the log of acts only grows'); END"
        )


def guard_on_postgresql() -> None:
    """The same; check_violation makes it an integrity error as on SQLite."""
    op.execute(
        """CREATE FUNCTION acts_are_history() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the log of acts only grows' USING ERRCODE = 'check_violation';
        END $$"""
    )
    op.execute(
        """CREATE TRIGGER acts_are_history BEFORE UPDATE OR DELETE ON acts
        FOR EACH ROW EXECUTE FUNCTION acts_are_history()"""
    )
