"""Brings the tables up to the newest migration, once, whoever comes first."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.orm import Session

from database.storage.patience import be_patient

# The newest migration; a test holds it to the scripts. Knowing it spares every start the cost of Alembic.
HEAD = "0014"

_LOCK = 0x62706A73  # any constant: two first starts at once must queue


def upgrade(engine: Engine) -> None:
    """Create or migrate the tables. Raises SQLAlchemyError when the database cannot be used.

    Tables that a newer version has migrated are used as they are: migrations only add.
    """
    with engine.execution_options(bpjs_writes=False).connect() as connection:
        if _is_new_enough(connection):
            return
    with Session(engine) as session, session.begin():
        connection = session.connection()
        if engine.dialect.name == "postgresql":
            be_patient(session)  # a migration may have a million rows to change
            _queue_up(connection)
        if not _is_new_enough(connection):
            _run_alembic(connection)


def _queue_up(connection: Connection) -> None:
    """Wait for whoever migrates now, for as long as that takes.

    For a table that is in use one waits no longer than usual: who waits for one keeps all others from it.
    """
    usual = connection.execute(text("SHOW lock_timeout")).scalar_one()
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    connection.execute(text("SELECT set_config('lock_timeout', :usual, true)"), {"usual": usual})


def _is_new_enough(connection: Connection) -> bool:
    return (current(connection) or "") >= HEAD


def current(connection: Connection) -> str | None:
    """The migration the database is at; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _run_alembic(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - slow to import, needed only when something changed
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
