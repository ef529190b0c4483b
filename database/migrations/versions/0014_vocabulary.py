"""Outcomes and reasons: only the vocabulary's words; no reason has the name of a filter any more."""

from collections.abc import Sequence

from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# The words as they were at this migration (database/vocabulary.py holds today's).
OUTCOMES = (
    "success",
    "rejected",
    "not-found",
    "needs-predecessor",
    "needs-patient",
    "temporary",
    "unauthorized",
    "not-sent",
    "unknown",
    "worker-died",
    "already-there",
    "found",
    "found-other",
    "absent",
    "not-seen",
    "look-failed",
    "late-answer",
    "late-success",
    "late-evidence",
    "asked-again",
    "decided-again",
    "settled-by-hand",
)
REASONS = (
    "tak-terhubung",
    "tanpa-jawaban",
    "belum-jelas",
    "sementara",
    "menunggu-giliran",
    "menunggu-pendaftaran",
    "jenis-ditahan",
    "layanan-dijeda",
    "faskes-tidak-dikenal",
    "terhenti",
    "terputus",
    "perlu-orang",
    "ditemukan",
    "sudah-tidak-ada",
    "diganti",
    "sudah-ada",
    "tidak-perlu",
    "ditolak",
    "tidak-ditemukan",
    "ditolak-sendiri",
    "tanpa-pendaftaran",
    "ditolak-tanpa-antrean",
    "perlu-skrining",
    "isi-salah",
    "kode-tidak-dikenal",
    "isi-lama",
    "segel-tertukar",
    "tidak-berhasil",
    "gangguan-bpjs",
    "bertentangan",
)
# An older program that still runs beside a migrated database writes this one.
RENAMED, NOW = "tidak-terkirim", "tak-terhubung"
GUARDED = (("jobs", "reason", (*REASONS, RENAMED)), ("attempts", "outcome", OUTCOMES))


def upgrade() -> None:
    """Rename the reason, then refuse every word that is none of ours."""
    op.execute(f"UPDATE jobs SET reason = '{NOW}' WHERE status = 'menunggu' AND reason = '{RENAMED}'")  # noqa: S608
    for table, column, words in GUARDED:
        listed = ", ".join(f"'{word}'" for word in words)
        unknown = f"NEW.{column} IS NOT NULL AND NEW.{column} NOT IN ({listed})"
        if op.get_bind().dialect.name == "postgresql":
            guard_on_postgresql(table, column, unknown)
        else:
            guard_on_sqlite(table, column, unknown)


def guard_on_sqlite(table: str, column: str, unknown: str) -> None:
    """A trigger for each way to write; adding a CHECK would copy the table."""
    for when, name in (("INSERT", "new"), (f"UPDATE OF {column}", "changed")):
        op.execute(
            f"""CREATE TRIGGER {table}_{column}_{name} BEFORE {when} ON {table} WHEN {unknown}
            BEGIN SELECT RAISE(ABORT, '{column} is not in the vocabulary'); END"""
        )


def guard_on_postgresql(table: str, column: str, unknown: str) -> None:
    """The same; check_violation makes it an integrity error as on SQLite."""
    name = f"{table}_{column}_is_known"
    op.execute(
        f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '{column} is not in the vocabulary' USING ERRCODE = 'check_violation';
        END $$"""
    )
    op.execute(
        f"""CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OF {column} ON {table} FOR EACH ROW
        WHEN ({unknown}) EXECUTE FUNCTION {name}()"""
    )
