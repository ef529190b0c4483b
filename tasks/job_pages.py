"""Which jobs have a page in Prefect, and making the pages that are missing or old.

A page for each job as it is delivered would cost two thirds of the speed. So a job that needs somebody gets
its page at once (see tasks/jobs.py), and what else was sent when it stands on a list, a few at a time.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from prefect.client.orchestration import SyncPrefectClient

from database import Database
from database.day_lists import ListedJob
from database.status import Status
from tasks.detail_note import STAMP, leave_page, note_key
from tasks.kept_artifacts import newest

_NONE = ""


@dataclass
class JobPages:
    """What is known of the pages, by job; not thread-safe."""

    _stamps: dict[int, str] = field(default_factory=dict)

    def has(self, job_id: int) -> bool:
        """Whether a link to its page leads somewhere."""
        return self._stamps.get(job_id, _NONE) != _NONE

    def renew(
        self,
        client: SyncPrefectClient,
        database: Database,
        jobs: Collection[ListedJob],
        *,
        most: int,
        named: bool,
    ) -> bool:
        """Make up to `most` pages of these jobs, the first ones first; whether more are to be made.

        Raises DatabaseUnavailable, and what Prefect's client raises when its server cannot be reached.
        """
        self._forget_all_but({job.id for job in jobs})
        self._ask(client, [job.id for job in jobs if job.id not in self._stamps])
        old = [job for job in jobs if self._is_old(job)]
        self._ask(client, [job.id for job in old[:most]])  # its task may have made it meanwhile
        for job in old[:most]:
            if self._is_old(job):
                leave_page(client, database, job.id, named=named)
                self._stamps[job.id] = job.stamp
        return len(old) > most

    def _is_old(self, job: ListedJob) -> bool:
        """One that is being sent now changes again in a moment. One that was never sent belongs to no run with
        which Prefect would forget its page; where it is stuck or refused, the run that shows it leaves one.
        """
        is_done = job.attempts > 0 and job.status is not Status.PROSES
        return is_done and self._stamps.get(job.id, _NONE) != job.stamp

    def _forget_all_but(self, shown: Collection[int]) -> None:
        self._stamps = {job_id: made for job_id, made in self._stamps.items() if job_id in shown}

    def _ask(self, client: SyncPrefectClient, job_ids: Collection[int]) -> None:
        keys = {note_key(job_id): job_id for job_id in job_ids}
        self._stamps |= dict.fromkeys(job_ids, _NONE)
        for found in newest(client, list(keys)):
            made: Mapping[str, str] = found.metadata_ or {}
            self._stamps[keys[found.key]] = made.get(STAMP, "unknown")
