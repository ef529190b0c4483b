"""Runs migrations on the connection that database.schema passes in."""

from alembic import context

from database.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=False,  # database.schema holds the transaction
)
context.run_migrations()
