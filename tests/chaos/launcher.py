"""The command `bpjs` on a machine whose clock is wrong; requests to BPJS are signed with the true time."""

import os
from datetime import UTC, datetime, timedelta

import database.engine
import database.server_clock
from cli.app import main

AHEAD = "CHAOS_CLOCK_AHEAD_SECONDS"

if __name__ == "__main__":
    ahead = timedelta(seconds=int(os.environ[AHEAD]))

    def wrong_now() -> datetime:
        return datetime.now(UTC) + ahead

    database.engine.utc_now = database.server_clock.utc_now = wrong_now
    main()
