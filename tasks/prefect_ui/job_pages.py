"""Knows which jobs have a page in Prefect, and makes the pages that are missing or old.

A page for each job as it is delivered would cost two thirds of the speed. So a job that needs somebody gets
its page at once (see tasks/jobs.py), and what else was sent when it stands on a list, a few at a time.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient

from database import Database
from database.status import Status
from database.views.day_lists import ListedJob
from tasks.prefect_ui.job_page_text import STAMP, leave_page, note_key
from tasks.prefect_ui.kept_artifacts import newest
from tasks.prefect_ui.links import page_link


@dataclass(frozen=True)
class _Made:
    """A page: the stamp of its job when it was made, and where it is."""

    stamp: str
    artifact_id: UUID


@dataclass
class JobPages:
    """The pages that are known, by job; not thread-safe."""

    _newest: dict[int, _Made | None] = field(default_factory=dict)

    def link(self, job_id: int) -> str | None:
        """The newest page that is known of; None: it has none."""
        made = self._newest.get(job_id)
        return page_link(made.artifact_id) if made else None

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
        self._ask(client, [job.id for job in jobs if job.id not in self._newest])
        old = [job for job in jobs if self._is_old(job)]
        self._ask(client, [job.id for job in old[:most]])  # its task may have made it meanwhile
        for job in old[:most]:
            if self._is_old(job):
                made = leave_page(client, database, job.id, named=named)
                self._newest[job.id] = _Made(job.stamp, made)
        return len(old) > most

    def _is_old(self, job: ListedJob) -> bool:
        """Not one that is being sent now, which changes again in a moment, nor one that was never sent.

        Of the latter there is no run yet to which its page could belong; the run that shows it leaves one.
        """
        is_done = job.attempts > 0 and job.status is not Status.PROSES
        made = self._newest.get(job.id)
        return is_done and (made is None or made.stamp != job.stamp)

    def _forget_all_but(self, shown: Collection[int]) -> None:
        self._newest = {job_id: made for job_id, made in self._newest.items() if job_id in shown}

    def _ask(self, client: SyncPrefectClient, job_ids: Collection[int]) -> None:
        keys = {note_key(job_id): job_id for job_id in job_ids}
        self._newest |= dict.fromkeys(job_ids)
        for found in newest(client, list(keys)):
            stamp = (found.metadata_ or {}).get(STAMP, "")
            self._newest[keys[found.key]] = _Made(stamp, found.latest_id)
