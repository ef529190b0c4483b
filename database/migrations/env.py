"""Runs migrations on the connection that database.storage.schema passes in."""

from alembic import context

from database.storage.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=False,  # database.storage.schema holds the transaction
)
context.run_migrations()
