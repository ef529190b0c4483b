"""Which BPJS a database belongs to."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# The provider code of the simulator's own clinic stands first in the numbers that it gave to visits.
_INVENTED = sa.text(
    "INSERT INTO belongings (faskes, service, address, since)"
    " SELECT DISTINCT jobs.faskes, services.service, 'simulator', CURRENT_TIMESTAMP FROM jobs"
    " CROSS JOIN (SELECT 'pcare' AS service UNION ALL SELECT 'antrean') AS services"
    ' WHERE CAST(jobs.result AS TEXT) LIKE \'%"noKunjungan": "01234567%\''
)


def upgrade() -> None:
    """Add the table; a database with the simulator's visits belongs to the simulator."""
    op.create_table(
        "belongings",
        sa.Column("faskes", sa.String(64), primary_key=True),
        sa.Column("service", sa.String(16), primary_key=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(200), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
    )
    op.execute(_INVENTED)
