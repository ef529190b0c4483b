"""Starts what a run needs, in order: simulator, Prefect server, deployments, worker, dispatcher."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from deployments import commands
from deployments.health import wait_until_answers
from deployments.plan import Plan
from deployments.ports import HOST
from deployments.processes import Children, StepFailed
from tasks.prefect_environment import API_URL

_SIMULATOR_SECONDS = 30
# Its first start makes a database; a small machine needs its time.
_SERVER_SECONDS = 120

Tell = Callable[[str, str], None]  # what was started, and where it is


@dataclass(frozen=True)
class Stack:
    """The steps of one plan; each returns once what it started can be used."""

    plan: Plan
    children: Children
    tell: Tell

    def start(self) -> None:
        """Everything up to the dispatcher. Raises StepFailed, Interrupted."""
        self._simulator()
        self._server()
        self._deployments()
        self._start("Worker", commands.worker(), f"work pool {commands.POOL}")
        self._start("Dispatcher", commands.bpjs("dispatch"), "mengirim pekerjaan yang jatuh tempo")

    def _simulator(self) -> None:
        port = self.plan.simulator_port
        if port is None:
            self.tell("BPJS", "layanan sebenarnya menurut BPJS_…_BASE_URL; tidak ada hari contoh")
            return
        self.children.start("Simulator", commands.simulator(port), self.plan.environ)
        url = f"{self.plan.control_url}/ledger"
        wait_until_answers("Simulator", url, self.children, seconds=_SIMULATOR_SECONDS)
        self.tell("Simulator BPJS", f"http://{HOST}:{port}")

    def _server(self) -> None:
        port = self.plan.server_port
        if port is None:
            self.tell("Server Prefect", "yang ditunjuk PREFECT_API_URL")
            return
        self.children.start("Server", commands.server(port), self.plan.environ)
        url = f"{self.plan.environ[API_URL]}/health"
        wait_until_answers("Server Prefect", url, self.children, seconds=_SERVER_SECONDS)
        self.tell("Server Prefect", self.plan.ui_url)

    def _deployments(self) -> None:
        try:
            self.children.run("Work pool", commands.create_pool(), self.plan.environ)
        except StepFailed as failed:
            if "already exists" not in str(failed):
                raise
        said = self.children.run("Deployment", commands.deploy(), self.plan.environ)
        done = len(re.findall(r"successfully created", said))
        self.tell("Deployment", f"{done} dari prefect.yaml")

    def _start(self, name: str, command: list[str], what: str) -> None:
        self.children.start(name, command, self.plan.environ)
        self.tell(name, what)
