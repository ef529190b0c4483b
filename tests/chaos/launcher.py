"""The command `bpjs` on a machine whose clock is wrong; requests to BPJS are signed with the true time.

It waits for PostgreSQL as much shorter as a storm's leases are shorter than a clinic's.
"""

import os
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from cli.app import main
from database.storage import engine, server_clock
from database.storage.time_limits import Patience

AHEAD = "CHAOS_CLOCK_AHEAD_SECONDS"
PATIENCE = Patience(connect=2, lock=1, statement=2, idle=1.5, answer=2.5, ping=0.5)

if __name__ == "__main__":
    ahead = timedelta(seconds=int(os.environ[AHEAD]))

    def wrong_now() -> datetime:
        return datetime.now(UTC) + ahead

    patch.object(engine, "PATIENCE", PATIENCE).start()  # until this process ends
    for module in (engine, server_clock):
        patch.object(module, "utc_now", wrong_now).start()
    main()
