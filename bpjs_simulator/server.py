"""The simulator as an HTTP server on this machine: BPJS on one port, its control on the next."""

import asyncio
import random
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Self, TypeVar

from aiohttp import web

from bpjs_simulator.clinic import Clinic
from bpjs_simulator.control import control_app
from bpjs_simulator.double import Double, UnknownClinic
from bpjs_simulator.faults import UnknownFault
from bpjs_simulator.holdings import Row
from bpjs_simulator.http_answers import HttpAnswers
from bpjs_simulator.journal import Journal, LedgerUnusable
from bpjs_simulator.port import HOST, Port
from bpjs_simulator.scripts import WrongScript
from bpjs_simulator.web_app import WebAppRefusal

__all__ = [
    "Clinic",
    "LedgerUnusable",
    "Simulator",
    "UnknownClinic",
    "UnknownFault",
    "WebAppRefusal",
    "WrongScript",
    "serve",
]

T = TypeVar("T")


class Simulator:
    """Runs in a thread of its own. `with Simulator() as bpjs: … bpjs.pcare_url …`

    Ports of 0 are chosen by the system; `control_port` defaults to the next one. The methods may be called
    from any thread while it runs.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        control_port: int | None = None,
        clinics: Sequence[Clinic] = (),
        latency_ms: int = 0,
        faults: Mapping[str, float] | None = None,
        seed: int | None = None,
        page_cap: int | None = None,
        no_data_form: str = "null",
        ledger: Path | None = None,
    ) -> None:
        """With a `ledger` it goes on with what that file holds. Raises LedgerUnusable."""
        self._journal = Journal(ledger) if ledger else None
        self.double = Double(clinics or [Clinic()], journal=self._journal)
        self.double.options.change({"latency_ms": latency_ms, "page_cap": page_cap, "no_data": no_data_form})
        self.double.faults.replace(faults or {})
        self.double.faults.dice = random.Random(seed)
        self.port = port
        self.control_port = control_port if control_port is not None else (port + 1 if port else 0)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="bpjs-simulator", daemon=True)
        self._runners: list[web.AppRunner] = []
        self._ports: list[Port] = []
        self._outage = False
        self._refusing: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The address at which BPJS answers."""
        return f"http://{HOST}:{self.port}"

    @property
    def pcare_url(self) -> str:
        """PCare's base URL."""
        return f"{self.url}/pcare-rest"

    @property
    def antrean_url(self) -> str:
        """Antrean FKTP's base URL."""
        return f"{self.url}/antreanfktp"

    @property
    def control_url(self) -> str:
        """The address at which `/ledger` and `/control/…` answer, during an outage too."""
        return f"http://{HOST}:{self.control_port}"

    def start(self) -> None:
        """Return when it listens. Raises OSError when a port is taken, OverflowError above 65535."""
        self._thread.start()
        try:
            self._call(self._start()).result()
        except (OSError, OverflowError):  # the latter for a number that no port has
            self.stop()
            raise

    def stop(self) -> None:
        """Close both ports; nothing is kept but the ledger's file."""
        if self._thread.is_alive():
            self._call(self._stop()).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()
        if self._journal:
            self._journal.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def ledger(self) -> dict[str, Any]:
        """The holdings of BPJS now, and every write it saw (as `GET /ledger`)."""
        return self._in_loop(self.double.ledger)

    def outage(self, *, on: bool) -> None:
        """Close the port, so that connections are refused; or open it again."""
        self._call(self.set_outage(on)).result()

    def set_faults(
        self,
        rates: Mapping[str, float],
        *,
        slow_seconds: float | None = None,
        refuse_seconds: float | None = None,
    ) -> None:
        """Replace all rates of faults, and how long `slow`, `drip` and `refuse` last. Raises UnknownFault."""
        lengths = {"slow_seconds": slow_seconds, "refuse_seconds": refuse_seconds}
        self._in_loop(lambda: self.double.faults.replace(rates, **lengths))

    def fault_once(self, name: str, endpoint: str = "") -> None:
        """The next write whose path holds `endpoint` meets this fault. Raises UnknownFault."""
        self._in_loop(lambda: self.double.faults.next_once(name, endpoint))

    def script_answer(
        self,
        answer: str | Mapping[str, Any],
        *,
        times: int | None = None,
        after: bool = False,
        **match: str,
    ) -> int:
        """Give an answer by name, or spelled out, to the requests that are as `match` says; the script's id.

        `match`: service, endpoint (part of the path), method, card, contains (text in the body), cons_id. For
        ever, or so many times; before a write takes effect, or after. Raises WrongScript, UnknownClinic.
        """
        return self._in_loop(lambda: self.double.script(answer, match, times=times, after=after))

    def clear_answers(self, number: int | None = None) -> None:
        """Forget one scripted answer, or all. Raises WrongScript."""
        self._in_loop(lambda: self.double.scripts.clear(number))

    def set_options(self, **changes: Any) -> None:
        """Change `Options`, such as `latency_ms` or `clock_skew_seconds`. Raises UnknownOption."""
        self._in_loop(lambda: self.double.options.change(changes))

    def set_latency(self, latency_ms: float, *, cons_id: str | None = None) -> None:
        """Hold back the answers to one clinic, or to all that have no latency of their own.

        Raises UnknownOption, UnknownClinic.
        """
        self._in_loop(lambda: self.double.set_latency(latency_ms, cons_id))

    def set_password(self, password: str) -> None:
        """From now on PCare wants this password of every clinic."""
        self._in_loop(lambda: self.double.set_password(password))

    def edit_reference(
        self,
        name: str,
        *,
        rows: Sequence[Row] | None = None,
        add: Sequence[Row] = (),
        remove: Sequence[str] = (),
    ) -> None:
        """Replace the rows of a reference, add some, remove some by code. Raises WrongReference."""
        self._in_loop(lambda: self.double.references.edit(name, rows=rows, add=add, remove=remove))

    def require_screening(self, card: str, *, needed: bool = True) -> None:
        """Make a member need the health screening, or have filled it."""
        self._in_loop(lambda: self.double.options.require_screening(card, needed=needed))

    def hold_antrean(self, nomorkartu: str, kodepoli: str, tanggalperiksa: str) -> None:
        """Hold an entry of the first clinic that a patient took in Mobile JKN; the date is yyyy-MM-dd."""
        provider = self.double.first_clinic().kd_provider
        self._in_loop(lambda: self.double.hold_antrean(nomorkartu, kodepoli, tanggalperiksa, provider))

    def hold_pendaftaran(
        self, card: str, day: str, poli: str, *, kd_provider: str | None = None, **body: Any
    ) -> str:
        """Hold a registration that somebody typed into PCare's own page; its noUrut. The day is dd-MM-yyyy.

        `body`: what else was typed, spelled as PCare spells it. Raises WebAppRefusal.
        """
        typed = body | {"noKartu": card, "tglDaftar": day, "kdPoli": poli}
        provider = kd_provider or self.double.first_clinic().kd_provider
        return self._in_loop(lambda: self.double.web_app.hold_pendaftaran(typed, provider))

    def hold_kunjungan(
        self,
        card: str,
        day: str,
        poli: str,
        *,
        kd_provider: str | None = None,
        shows_poli: bool = True,
        **body: Any,
    ) -> str:
        """Hold a visit that somebody typed into PCare's own page; its noKunjungan. The day is dd-MM-yyyy.

        Without `shows_poli` the history says `"poli": null` of it. Raises WebAppRefusal.
        """
        typed = body | {"noKartu": card, "tglDaftar": day, "kdPoli": poli}
        provider = kd_provider or self.double.first_clinic().kd_provider
        return self._in_loop(
            lambda: self.double.web_app.hold_kunjungan(typed, provider, shows_poli=shows_poli)
        )

    def remove_pendaftaran(self, card: str, day: str, poli: str, *, kd_provider: str | None = None) -> None:
        """Remove a registration as on PCare's own page; the day is dd-MM-yyyy. Raises WebAppRefusal."""
        key = {"noKartu": card, "tglDaftar": day, "kdPoli": poli}
        provider = kd_provider or self.double.first_clinic().kd_provider
        self._in_loop(lambda: self.double.web_app.remove_pendaftaran(key, provider))

    def remove_kunjungan(self, number: str) -> None:
        """Remove a visit as on PCare's own page. Raises WebAppRefusal."""
        self._in_loop(lambda: self.double.web_app.remove_kunjungan(number))

    def reset(self) -> None:
        """Forget everything that was written; faults, options and references stay."""
        self._in_loop(self.double.reset)

    def _in_loop(self, function: Callable[[], T]) -> T:
        async def call() -> T:
            return function()

        result: T = self._call(call()).result()
        return result

    def _call(self, coroutine: Any) -> "Future[Any]":
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    async def _start(self) -> None:
        services = web.Application(client_max_size=16 * 1024 * 1024)
        answers = HttpAnswers(self.double, self._refuse_for_a_while)
        services.router.add_route("*", "/{service}/{path:.+}", answers.handle)
        bpjs = await self._runner(services)
        control = await self._runner(control_app(self.double, self.set_outage))
        # One by one, so that what was taken is given back when the next is not to be had.
        for runner, number in ((bpjs, self.port), (control, self.control_port)):
            self._ports.append(Port(runner, number))
            await self._ports[-1].open()
        self.port, self.control_port = (port.number for port in self._ports)

    async def _runner(self, app: web.Application) -> web.AppRunner:
        # No access log: paths hold card numbers.
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        self._runners.append(runner)
        await runner.setup()
        return runner

    async def _stop(self) -> None:
        for port in self._ports:
            await port.close()
        # Answers that are still on their way, and the end of a refusal.
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        for runner in self._runners:
            await runner.cleanup()

    async def set_outage(self, on: bool) -> None:
        """Close or open the port on which BPJS answers; open connections are cut."""
        self._outage = on
        await (self._ports[0].refuse() if on else self._ports[0].open())

    async def _refuse_for_a_while(self) -> None:
        await self._ports[0].refuse()
        if self._refusing is None or self._refusing.done():
            self._refusing = self._loop.create_task(self._end_of_refusal())

    async def _end_of_refusal(self) -> None:
        await asyncio.sleep(self.double.faults.refuse_seconds)
        if not self._outage:  # meanwhile somebody may have asked for a long one
            await self._ports[0].open()


def serve(
    *,
    port: int = 4010,
    control_port: int | None = None,
    latency_ms: int = 0,
    faults: Mapping[str, float] | None = None,
    seed: int | None = None,
    ledger: Path | None = None,
    started: Callable[[Simulator], None] = lambda _simulator: None,
) -> None:
    """Run until Ctrl-C or SIGTERM. Raises OSError when a port is taken, LedgerUnusable, UnknownFault."""
    ending = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, ending)  # in every thread: they are waited for below
    with Simulator(
        port=port,
        control_port=control_port,
        latency_ms=latency_ms,
        faults=faults,
        seed=seed,
        ledger=ledger,
    ) as simulator:
        started(simulator)
        signal.sigwait(ending)
