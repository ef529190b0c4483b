"""The tables are brought up to the newest migration by the process that starts first."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.orm import Session

from database.storage.dialect import lock_number_without_end
from database.storage.time_limits import be_patient

# The newest migration; a test holds it to the scripts. Knowing it spares every start the cost of Alembic.
HEAD = "0024"

_LOCK = 0x62706A73  # any number; two first starts at once queue for it


def upgrade(engine: Engine) -> None:
    """Create or migrate the tables. Raises SQLAlchemyError when the database cannot be used.

    Tables that a newer version has migrated are used as they are: migrations only add.
    """
    with engine.execution_options(bpjs_writes=False).connect() as connection:
        if _is_new_enough(connection):
            return
    with Session(engine) as session, session.begin():
        connection = session.connection()
        be_patient(session)  # a migration may have a million rows to change
        lock_number_without_end(connection, _LOCK)
        if not _is_new_enough(connection):
            _run_alembic(connection)


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
