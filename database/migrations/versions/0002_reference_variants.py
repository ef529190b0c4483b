"""References: rows may belong to variants and are searched by parts; a sync knows its flow run."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import DBAPIError

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_ONE_PER_KODE = "reference_items_one_per_kode"

# An index of three-letter parts beside the table, kept in step by triggers.
_SQLITE_SEARCH = (
    "CREATE VIRTUAL TABLE reference_search USING fts5("
    "kode, nama, content='reference_items', content_rowid='id', tokenize='trigram')",
    "CREATE TRIGGER reference_search_insert AFTER INSERT ON reference_items BEGIN"
    " INSERT INTO reference_search(rowid, kode, nama) VALUES (new.id, new.kode, new.nama); END",
    "CREATE TRIGGER reference_search_delete AFTER DELETE ON reference_items BEGIN"
    " INSERT INTO reference_search(reference_search, rowid, kode, nama)"
    " VALUES ('delete', old.id, old.kode, old.nama); END",
    "CREATE TRIGGER reference_search_update AFTER UPDATE OF kode, nama ON reference_items BEGIN"
    " INSERT INTO reference_search(reference_search, rowid, kode, nama)"
    " VALUES ('delete', old.id, old.kode, old.nama);"
    " INSERT INTO reference_search(rowid, kode, nama) VALUES (new.id, new.kode, new.nama); END",
    "INSERT INTO reference_search(reference_search) VALUES ('rebuild')",
)
_POSTGRESQL_SEARCH = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX reference_items_by_trigram ON reference_items"
    " USING gin ((kode || ' ' || nama) gin_trgm_ops)",
)


def upgrade() -> None:
    """Add the variant to a row's identity, and the search index where this database can have one."""
    with op.batch_alter_table("reference_items") as table:
        table.add_column(sa.Column("varian", sa.String(length=32), nullable=False, server_default=""))
        table.drop_constraint(_ONE_PER_KODE, type_="unique")
        table.create_unique_constraint(_ONE_PER_KODE, ["faskes", "layanan", "jenis", "varian", "kode"])
    op.add_column("syncs", sa.Column("flow_run_id", sa.Uuid(), nullable=True))
    connection = op.get_bind()
    searches = {"sqlite": _SQLITE_SEARCH, "postgresql": _POSTGRESQL_SEARCH}[connection.dialect.name]
    try:
        with connection.begin_nested():
            for statement in searches:
                op.execute(statement)
    except DBAPIError:
        # A SQLite without FTS5, a PostgreSQL without pg_trgm or without the right to add it: the search then
        # reads the rows of the one reference, which takes longer and finds the same.
        return
