"""PostgreSQL clears away what many jobs leave behind by the hundred thousand, and not by the million."""

from collections.abc import Sequence

from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# A job changes three times on its way, and each time leaves a dead row in the table and in its indexes. By
# itself PostgreSQL waits until a fifth of the table is dead: of ten million jobs, two million.
_SETTINGS = (
    "autovacuum_vacuum_scale_factor = 0.01",
    "autovacuum_vacuum_threshold = 5000",
    "autovacuum_analyze_scale_factor = 0.01",
    "autovacuum_analyze_threshold = 5000",
)


def upgrade() -> None:
    """Set it for the two tables that grow."""
    if op.get_bind().dialect.name == "postgresql":
        for table in ("jobs", "attempts"):
            op.execute(f"ALTER TABLE {table} SET ({', '.join(_SETTINGS)})")
