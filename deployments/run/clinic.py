"""A whole clinic on one machine: database, services, worker and dispatcher of one plan, from start to end."""

from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from bpjs_simulator.sample_day import SampleDay, sample_day
from database import Database, open_database
from database.local_time import local_date
from database.settings import PROJECT
from database.storage.private_files import close_all, make_folder
from database.storage.server_clock import utc_now
from deployments import commands
from deployments.children.processes import Children
from deployments.children.signals import Stop
from deployments.run.idle_dispatcher import wait_until_settled
from deployments.run.plan import Plan
from deployments.run.sample import Handed, hand_over
from deployments.run.screen import Screen
from deployments.run.separation import keep_apart, refuse_unfilled
from deployments.run.stack import Stack
from tasks.prefect_server.home import close_prefect_files


class Clinic:
    """A context: entering starts everything, leaving stops every child, however it is left."""

    def __init__(self, plan: Plan, stop: Stop, screen: Screen) -> None:
        self.plan = plan
        self.screen = screen
        self.children = Children(PROJECT, plan.logs, stop)
        self.database: Database

    def __enter__(self) -> Self:
        """Start in order. Raises NotFilledIn, StepFailed, Interrupted, DatabaseError; nothing runs then."""
        refuse_unfilled(self.plan)
        for folder in (self.plan.logs, Path(self.plan.environ["PREFECT_HOME"]).expanduser()):
            make_folder(folder)
        close_all(self.plan.folder)
        close_prefect_files(self.plan.environ)
        self.database = open_database(self.plan.database)
        try:
            keep_apart(self.plan, self.database)
            Stack(self.plan, self.children, self.screen.did, self.screen.doing).start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self.screen.says("Menghentikan semua proses …")
        finally:  # also when the terminal is gone
            self._end()

    @cached_property
    def day(self) -> SampleDay:
        """Today's sample day, always the same for one date, so that a second start makes no new jobs."""
        return sample_day(local_date(self.database, utc_now()))

    def hand_over_today(self, what: str = "Hari contoh") -> list[Handed]:
        """Enqueue today's sample day. Raises as `hand_over`."""
        self.screen.doing(f"{what}: menyerahkan pekerjaan")
        handed = hand_over(self.day, self.children, self.plan.environ)
        new = sum(job.new for job in handed)
        self.screen.did(what, f"{len(handed)} pekerjaan, {new} di antaranya baru")
        return handed

    def wait_until_settled(self, *, seconds: float) -> bool:
        """Whether nothing is due or in hand any more within that time."""
        self.screen.doing("Mengirim pekerjaan, paling lama beberapa menit")
        return wait_until_settled(self.database, self.children, seconds=seconds)

    def show_cards(self) -> None:
        """Show the cards and the newest jobs, as `bpjs monitor` does."""
        self.screen.doing("Menghitung pekerjaan")
        environ = self.plan.environ | self.screen.terminal()
        self.screen.shows(self.children.run("Monitor", commands.bpjs("monitor", "--limit", "5"), environ))

    def _end(self) -> None:
        self.children.stop_all()
        self.database.close()
