"""The processes of a run start in order: simulator, page, Prefect server, deployments, worker, dispatcher."""

from collections.abc import Callable
from dataclasses import dataclass

from deployments import commands
from deployments.children.health import wait_until_answers
from deployments.children.ports import HOST
from deployments.children.processes import Children, StepFailed
from deployments.run.plan import Plan
from tasks.prefect_server.environment import API_URL

_SIMULATOR_SECONDS = _PAGE_SECONDS = 30
# Seconds for the server's first start, which makes a database; a small machine needs them.
_SERVER_SECONDS = 120
_GIVEN_SERVER_SECONDS = 15  # seconds for the user's own, which is expected to be up

Tell = Callable[[str, str], None]  # told what was started, and where it is


def _silent(_what: str) -> None:
    """Tell nobody what begins."""


@dataclass(frozen=True)
class Stack:
    """The steps of one plan; each returns once what it started can be used."""

    plan: Plan
    children: Children
    tell: Tell
    begin: Callable[[str], None] = _silent  # told what begins

    def start(self) -> None:
        """Start everything up to the dispatcher. Raises StepFailed, Interrupted, as each step does."""
        self.start_simulator()
        self.start_page()
        self.start_server()
        self.deploy()
        self.start_worker()
        self.sync_references()
        self._start("Dispatcher", commands.bpjs("dispatch"), "mengirim pekerjaan yang jatuh tempo")

    def start_simulator(self, *, latency_ms: int = 0) -> None:
        """Start BPJS's double, unless the real services are named."""
        port = self.plan.simulator_port
        if port is None:
            self.tell("BPJS", "layanan sebenarnya menurut BPJS_…_BASE_URL; tidak ada hari contoh")
            return
        self.begin("Simulator BPJS")
        command = commands.simulator(port, latency_ms=latency_ms, ledger=self.plan.folder / "simulator.jsonl")
        self.children.start("Simulator", command, self.plan.environ)
        url = f"{self.plan.control_url}/ledger"
        wait_until_answers("Simulator", url, self.children, seconds=_SIMULATOR_SECONDS)
        self.tell("Simulator BPJS", f"http://{HOST}:{port}")

    def start_page(self) -> None:
        """Start the page BPJS FKTP, which needs our database alone."""
        self.begin("Halaman BPJS FKTP")
        command = commands.bpjs("web", "--host", HOST, "--port", str(self.plan.page_port))
        self.children.start("Halaman", command, self.plan.environ)
        address = f"{self.plan.page_url}/masuk"
        wait_until_answers("Halaman", address, self.children, seconds=_PAGE_SECONDS)
        self.tell("Halaman", self.plan.page_url)

    def start_server(self) -> int | None:
        """Start Prefect's server and UI, unless the user has one; the id of its process."""
        port = self.plan.server_port
        self.begin("Server Prefect, dapat setengah menit pada kali pertama")
        server = port and self.children.start("Server", commands.server(port), self.plan.environ)
        address = self.plan.environ.get(API_URL)
        if address:  # without one it stands in a profile, and the next step tells whether it answers
            seconds = _GIVEN_SERVER_SECONDS if port is None else _SERVER_SECONDS
            wait_until_answers("Server Prefect", f"{address}/health", self.children, seconds=seconds)
        self.tell("Server Prefect", self.plan.ui_url if port else f"yang ditunjuk {API_URL}")
        return server.process.pid if server else None

    def sync_references(self) -> None:
        """Read a fresh clinic's reference data before anything is sent; later the schedule keeps it in step.

        A reference that the real BPJS does not give now stops nothing: its codes go unchecked.
        """
        what = "diagnosa, dokter, poli, obat, jadwal antrean dan lainnya dari BPJS"
        self.begin("Referensi: membaca data BPJS")
        try:
            self.children.run("Referensi", commands.bpjs("sync"), self.plan.environ)
        except StepFailed:
            if self.plan.simulator_port is not None:
                raise
            what = "belum semua terbaca dari BPJS; lihat `bpjs sync`. Kode yang belum ada tidak diperiksa"
        self.tell("Referensi", what)

    def deploy(self) -> None:
        """Provide the work pool, every deployment of prefect.yaml, and the pages that staff use."""
        self.begin("Deployment, filter, dan beranda di Prefect")
        said = self.children.run("Deployment", commands.deploy_all(), self.plan.environ)
        for line in said.splitlines():
            name, _, what = line.partition(": ")
            self.tell(name, what)

    def start_worker(self) -> None:
        """Start the worker, which runs what is started from the UI or through Prefect's REST API."""
        self._start("Worker", commands.worker(), f"work pool {commands.POOL}")

    def _start(self, name: str, command: list[str], what: str) -> None:
        self.children.start(name, command, self.plan.environ)
        self.tell(name, what)
