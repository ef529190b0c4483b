"""What the page asks of many jobs: of a clinic by status and day, and patients by a part of the name."""

from collections.abc import Sequence

from alembic import op
from sqlalchemy.exc import DBAPIError

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_BY_NAME = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX jobs_by_name ON jobs USING gin (nama_pasien gin_trgm_ops)",
)


def upgrade() -> None:
    """Add the index of clinics, and that of names where this database can have one."""
    op.create_index("jobs_by_clinic", "jobs", ["faskes", "status", "tanggal", "jenis"])
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    try:
        with connection.begin_nested():
            for statement in _BY_NAME:
                op.execute(statement)
    except DBAPIError:
        # A PostgreSQL without pg_trgm, or without the right to add it: a search by name then reads every job.
        return
