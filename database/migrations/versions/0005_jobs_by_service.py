"""Jobs: found by clinic and service, so that each clinic gets its turn."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_WAITING = sa.text("status IN ('menunggu', 'tidak_pasti')")


def upgrade() -> None:
    """Make the index that claims use, drop the one that they used."""
    op.create_index(
        "jobs_by_door",
        "jobs",
        ["faskes", "service", "due_at", "id"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    op.drop_index("jobs_by_due", "jobs")
