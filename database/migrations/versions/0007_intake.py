"""The table into which a clinic's system writes jobs, and the view from which it reads their status."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_VIEW = """
CREATE VIEW pekerjaan_status AS
SELECT
    faskes, kunci, id AS pekerjaan_id, jenis, norm, tanggal, status, message AS pesan, attempts AS percobaan,
    {no_urut} AS no_urut, {no_kunjungan} AS no_kunjungan, created_at, updated_at, sent_at
FROM jobs
"""
_RESULT = {
    "sqlite": "json_extract(result, '$.{name}')",
    "postgresql": "result ->> '{name}'",
}
# A dispatcher that waits hears of a row with the writer's own commit.
_ANNOUNCE = (
    "CREATE FUNCTION intake_announce() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN PERFORM pg_notify('bpjs_jobs', ''); RETURN NULL; END $$",
    "CREATE TRIGGER intake_written AFTER INSERT OR UPDATE ON intake"
    " FOR EACH ROW WHEN (NEW.dibaca_pada IS NULL) EXECUTE FUNCTION intake_announce()",
)


def upgrade() -> None:
    """Make both."""
    identity = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "intake",
        sa.Column("id", identity, primary_key=True),
        sa.Column("faskes", sa.Text(), nullable=False, server_default="utama"),
        sa.Column("jenis", sa.Text(), nullable=True),
        sa.Column("norm", sa.Text(), nullable=True),
        sa.Column("nama_pasien", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("kunci", sa.Text(), nullable=True),
        sa.Column("rantai", sa.Text(), nullable=True),
        sa.Column("tanggal", sa.Text(), nullable=True),
        sa.Column("pekerjaan_id", identity, nullable=True),
        sa.Column("galat", sa.Text(), nullable=True),
        sa.Column("dibaca_pada", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ditulis_pada", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )
    unread = sa.text("dibaca_pada IS NULL")
    op.create_index("intake_unread", "intake", ["id"], sqlite_where=unread, postgresql_where=unread)
    dialect = op.get_context().dialect.name
    names = {"no_urut": "noUrut", "no_kunjungan": "noKunjungan"}
    op.execute(_VIEW.format(**{column: _RESULT[dialect].format(name=name) for column, name in names.items()}))
    if dialect == "postgresql":
        for statement in _ANNOUNCE:
            op.execute(statement)
