"""Services: how often in a row they failed, and how often they were probed since they are down."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Add the two counts."""
    for name in ("failures", "probes"):
        op.add_column("services", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
