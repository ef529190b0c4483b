# ruff: noqa: E501 - constraints are kept on one line as they are in the database
"""The first tables: jobs, attempts, services, references, syncs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# The permitted moves of jobs.status as they were at this migration (database/status.py holds today's).
MOVES = (
    ("menunggu", "proses"),
    ("menunggu", "gagal"),
    ("menunggu", "ditutup"),
    ("proses", "terkirim"),
    ("proses", "gagal"),
    ("proses", "tidak_pasti"),
    ("proses", "menunggu"),
    ("proses", "ditutup"),
    ("tidak_pasti", "proses"),
    ("tidak_pasti", "gagal"),
    ("tidak_pasti", "menunggu"),
    ("tidak_pasti", "terkirim"),
    ("tidak_pasti", "ditutup"),
    ("gagal", "menunggu"),
    ("gagal", "ditutup"),
)


def upgrade() -> None:
    """Create the tables and the guards that no code may get around."""
    create_tables()
    if op.get_bind().dialect.name == "postgresql":
        guard_on_postgresql()
    else:
        guard_on_sqlite()


def guard_on_sqlite() -> None:
    """A status moves only as permitted; a closed attempt is history."""
    op.execute(
        f"""CREATE TRIGGER jobs_moves BEFORE UPDATE OF status ON jobs
        WHEN OLD.status <> NEW.status AND NOT ({_permitted()})
        BEGIN SELECT RAISE(ABORT, 'status move not permitted'); END"""
    )
    op.execute(
        """CREATE TRIGGER attempts_are_history BEFORE UPDATE ON attempts WHEN OLD.finished_at IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'a closed attempt is history'); END"""
    )


def guard_on_postgresql() -> None:
    """The same two rules; check_violation makes them integrity errors as on SQLite."""
    rules = (
        (
            "jobs_moves",
            "jobs",
            f"OLD.status <> NEW.status AND NOT ({_permitted()})",
            "status move not permitted",
        ),
        ("attempts_are_history", "attempts", "OLD.finished_at IS NOT NULL", "a closed attempt is history"),
    )
    for name, table, condition, text in rules:
        op.execute(
            f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION '{text}' USING ERRCODE = 'check_violation';
            END $$"""
        )
        op.execute(
            f"""CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW
            WHEN ({condition}) EXECUTE FUNCTION {name}()"""
        )


def _permitted() -> str:
    return " OR ".join(f"(OLD.status = '{old}' AND NEW.status = '{new}')" for old, new in MOVES)


def create_tables() -> None:
    """The tables and their indexes."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("faskes", sa.String(length=64), nullable=False),
        sa.Column("jenis", sa.String(length=32), nullable=False),
        sa.Column("service", sa.String(length=16), nullable=False),
        sa.Column("kunci", sa.String(length=200), nullable=False),
        sa.Column("rantai", sa.String(length=300), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("tanggal", sa.Date(), nullable=False),
        sa.Column("norm", sa.String(length=64), nullable=False),
        sa.Column("nama_pasien", sa.String(length=200), nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("http_code", sa.Integer(), nullable=True),
        sa.Column("meta_code", sa.String(length=32), nullable=True),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("waits", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.String(length=100), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(service = 'antrean') = (jenis LIKE '%-antrean') AND service IN ('antrean', 'pcare')",
            name="jobs_service_fits_jenis",
        ),
        sa.CheckConstraint(
            "(status = 'proses') = (lease_until IS NOT NULL) AND (lease_until IS NULL) = (lease_owner IS NULL)",
            name="jobs_in_hand_means_leased",
        ),
        sa.CheckConstraint(
            "jenis IN ('tambah-antrean', 'panggil-antrean', 'batal-antrean', 'tambah-pendaftaran', 'tambah-kunjungan', 'hapus-pendaftaran', 'hapus-kunjungan')",
            name="jobs_jenis_is_known",
        ),
        sa.CheckConstraint("status <> 'gagal' OR message IS NOT NULL", name="jobs_failed_says_why"),
        sa.CheckConstraint(
            "status <> 'terkirim' OR jenis NOT IN ('tambah-pendaftaran', 'tambah-kunjungan')"
            " OR COALESCE(CAST(result AS TEXT), '') LIKE '{\"no%'",
            name="jobs_sent_has_its_number",
        ),
        sa.CheckConstraint("status <> 'terkirim' OR sent_at IS NOT NULL", name="jobs_sent_has_its_time"),
        sa.CheckConstraint(
            "status IN ('menunggu', 'proses', 'tidak_pasti', 'terkirim', 'gagal', 'ditutup')",
            name="jobs_status_is_known",
        ),
        sa.CheckConstraint("attempts >= 0 AND waits >= 0 AND version >= 1", name="jobs_counts_are_sane"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("faskes", "kunci", name="jobs_one_job_per_kunci"),
    )
    op.create_index("jobs_by_chain", "jobs", ["faskes", "rantai", "service", "position"], unique=False)
    op.create_index("jobs_by_day", "jobs", ["tanggal", "jenis", "status"], unique=False)
    op.create_index(
        "jobs_by_due",
        "jobs",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text("status IN ('menunggu', 'tidak_pasti')"),
        postgresql_where=sa.text("status IN ('menunggu', 'tidak_pasti')"),
    )
    op.create_index(
        "jobs_by_lease",
        "jobs",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("status = 'proses'"),
        postgresql_where=sa.text("status = 'proses'"),
    )
    op.create_index("jobs_by_step", "jobs", ["faskes", "rantai", "jenis", "status"], unique=False)
    op.create_index("jobs_by_norm", "jobs", ["faskes", "norm"], unique=False)
    op.create_index("jobs_by_status", "jobs", ["status", "tanggal"], unique=False)
    op.create_index(
        "jobs_unseen",
        "jobs",
        ["id"],
        unique=False,
        sqlite_where=sa.text("NOT shown"),
        postgresql_where=sa.text("NOT shown"),
    )
    op.create_index(
        "jobs_one_in_hand_per_chain",
        "jobs",
        ["faskes", "rantai", "service"],
        unique=True,
        sqlite_where=sa.text("status = 'proses'"),
        postgresql_where=sa.text("status = 'proses'"),
    )
    op.create_table(
        "reference_items",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("faskes", sa.String(length=64), nullable=False),
        sa.Column("layanan", sa.String(length=16), nullable=False),
        sa.Column("jenis", sa.String(length=64), nullable=False),
        sa.Column("kode", sa.String(length=100), nullable=False),
        sa.Column("nama", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("faskes", "layanan", "jenis", "kode", name="reference_items_one_per_kode"),
    )
    op.create_table(
        "services",
        sa.Column("faskes", sa.String(length=64), nullable=False),
        sa.Column("service", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("probe_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("credential_mark", sa.String(length=64), nullable=True),
        sa.CheckConstraint("state = 'closed' OR reason IS NOT NULL", name="services_closed_door_says_why"),
        sa.CheckConstraint(
            "state IN ('closed', 'open', 'half-open', 'paused')", name="services_state_is_known"
        ),
        sa.PrimaryKeyConstraint("faskes", "service"),
    )
    op.create_table(
        "syncs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("faskes", sa.String(length=64), nullable=False),
        sa.Column("layanan", sa.String(length=16), nullable=False),
        sa.Column("jenis", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("syncs_by_reference", "syncs", ["faskes", "layanan", "jenis", "started_at"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("http_code", sa.Integer(), nullable=True),
        sa.Column("meta_code", sa.String(length=32), nullable=True),
        sa.Column("request", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("response", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("raw", sa.Text(), nullable=True),
        sa.Column("flow_run_id", sa.Uuid(), nullable=True),
        sa.Column("task_run_id", sa.Uuid(), nullable=True),
        sa.Column("requested_by", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("changes", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint("(finished_at IS NULL) = (outcome IS NULL)", name="attempts_closed_has_outcome"),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["jobs.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("job_id", "number", name="attempts_are_numbered"),
    )
