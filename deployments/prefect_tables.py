"""Brings Prefect's database up to date before several servers start on it: tables, and kinds of blocks.

Each server would do it by itself, and of two that start on the same new database one would fail.
"""

import asyncio

from prefect.server.database import provide_database_interface
from prefect.server.models.block_registration import run_block_auto_registration


async def bring_up_to_date() -> None:
    """Raises what SQLAlchemy raises when the database cannot be reached."""
    database = provide_database_interface()
    await database.create_db()
    async with await database.session() as session:
        await run_block_auto_registration(session=session)


if __name__ == "__main__":
    asyncio.run(bring_up_to_date())
