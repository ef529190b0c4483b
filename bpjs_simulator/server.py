"""The simulator as an HTTP server on this machine: BPJS on one port, its control on the next."""

import asyncio
import random
import signal
import threading
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Self, TypeVar
from urllib.parse import unquote

from aiohttp import web

from bpjs_simulator.clinic import LOGIN, Clinic
from bpjs_simulator.control import control_app
from bpjs_simulator.double import Double, Request
from bpjs_simulator.envelope import Answer, write
from bpjs_simulator.faults import FAULTS, UnknownFault

__all__ = ["Clinic", "Simulator", "UnknownFault", "serve"]

HOST = "127.0.0.1"  # never beyond this machine: it holds passwords and answers anybody
PREFIXES = {"pcare-rest": "pcare", "antreanfktp": "antrean"}
HTML = "<html><title>Runtime Error</title><body><h1>Server Error in '/' Application.</h1></body></html>"
GARBAGE = b64encode(bytes(range(64))).decode()  # decrypts to nothing
_RETRY_AFTER = "2"

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
    ) -> None:
        self.double = Double(clinics or [Clinic()])
        self.double.options.latency_ms = latency_ms
        self.double.faults.set_rates(dict(faults or {}))
        self.double.faults.dice = random.Random(seed)
        self.port = port
        self.control_port = control_port if control_port is not None else (port + 1 if port else 0)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="bpjs-simulator", daemon=True)
        self._runners: list[web.AppRunner] = []
        self._site: web.TCPSite | None = None

    @property
    def url(self) -> str:
        """Where BPJS answers."""
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
        """Where `/ledger` and `/control/…` answer, during an outage too."""
        return f"http://{HOST}:{self.control_port}"

    def start(self) -> None:
        """Return when it listens. Raises OSError when a port is taken."""
        self._thread.start()
        try:
            self._call(self._start()).result()
        except OSError:
            self.stop()
            raise

    def stop(self) -> None:
        """Close both ports; nothing is kept."""
        if self._thread.is_alive():
            self._call(self._stop()).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def ledger(self) -> dict[str, Any]:
        """What BPJS holds now, and every write it saw (as `GET /ledger`)."""
        return self._in_loop(self.double.holdings.ledger)

    def outage(self, *, on: bool) -> None:
        """Close the port, so that connections are refused; or open it again."""
        self._call(self.set_outage(on)).result()

    def _in_loop(self, function: Callable[[], T]) -> T:
        async def call() -> T:
            return function()

        result: T = self._call(call()).result()
        return result

    def _call(self, coroutine: Any) -> "Future[Any]":
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    async def _start(self) -> None:
        services = web.Application(client_max_size=16 * 1024 * 1024)
        services.router.add_route("*", "/{service}/{path:.+}", self._serve)
        self._runners = [web.AppRunner(services), web.AppRunner(control_app(self.double, self.set_outage))]
        for runner in self._runners:
            await runner.setup()
        self.port = await self._open()
        control = web.TCPSite(self._runners[1], HOST, self.control_port)
        await control.start()
        self.control_port = _port_of(control)

    async def _open(self) -> int:
        self._site = web.TCPSite(self._runners[0], HOST, self.port, reuse_address=True)
        await self._site.start()
        return _port_of(self._site)

    async def _stop(self) -> None:
        for runner in self._runners:
            await runner.cleanup()

    async def set_outage(self, on: bool) -> None:
        """Close or open the port on which BPJS answers; open connections are cut."""
        if on and self._site is not None:
            await self._site.stop()
            self._site = None
            server = self._runners[0].server
            for connection in list(server.connections) if server else []:
                connection.force_close()
                if connection.transport is not None:
                    connection.transport.abort()
        elif not on and self._site is None:
            await self._open()

    async def _serve(self, incoming: web.Request) -> web.StreamResponse:
        holdings = self.double.holdings
        holdings.in_flight += 1
        holdings.most_in_flight = max(holdings.most_in_flight, holdings.in_flight)
        try:
            request = await _taken_apart(incoming)
            if request is None:
                return web.Response(status=404, text=HTML, content_type="text/html")
            await asyncio.sleep(self.double.options.latency_ms / 1000)
            return await self._answer(incoming, request)
        finally:
            holdings.in_flight -= 1

    async def _answer(self, incoming: web.Request, request: Request) -> web.StreamResponse:
        fault = self.double.faults.choose(request.path) if request.method != "GET" else None
        if fault is None:
            return self._written(request, self.double.answer(request))
        if FAULTS[fault][0]:
            answer = self.double.answer(request, fault)
        else:
            answer = Answer(LOGIN.code, LOGIN.message) if fault == "wrong-login" else Answer(0, "")
            self.double.note(request, None, fault)
        return await self._spoilt(incoming, request, answer, fault)

    async def _spoilt(
        self, incoming: web.Request, request: Request, answer: Answer, fault: str
    ) -> web.StreamResponse:
        if fault in {"drop-before", "drop-after"}:
            if incoming.transport is not None:
                incoming.transport.abort()
            return web.Response()
        if fault == "slow":
            await asyncio.sleep(self.double.faults.slow_seconds)
        if fault == "garbage" and answer.committed:
            code = {"code": answer.code, "message": answer.message}
            key = "metaData" if request.service == "pcare" else "metadata"
            return web.json_response({"response": GARBAGE, key: code}, status=_http(request, answer))
        pages = {"504-after": 504, "html-500": 500, "429": 429}
        if fault in pages:
            headers = {"Retry-After": _RETRY_AFTER} if fault == "429" else None
            return web.Response(status=pages[fault], text=HTML, content_type="text/html", headers=headers)
        return self._written(request, answer)

    def _written(self, request: Request, answer: Answer) -> web.Response:
        clinic = self.double.clinic_of(request)
        status, body = write(request.service, answer, clinic, request.headers.get("X-timestamp", ""))
        if status == 204:  # noqa: PLR2004 - such an answer has no body
            return web.Response(status=status)
        return web.Response(status=status, body=body, content_type="application/json")


def _http(request: Request, answer: Answer) -> int:
    return 200 if request.service == "antrean" else answer.code


async def _taken_apart(incoming: web.Request) -> Request | None:
    service = PREFIXES.get(incoming.match_info["service"].lower())
    if service is None:
        return None
    path = unquote(incoming.match_info["path"]).strip("/")
    return Request(service, incoming.method, path, incoming.headers, await incoming.read())


def _port_of(site: web.TCPSite) -> int:
    server = site._server  # aiohttp tells a chosen port nowhere else
    port: int = server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    return port


def serve(
    *,
    port: int = 4010,
    control_port: int | None = None,
    latency_ms: int = 0,
    faults: Mapping[str, float] | None = None,
    started: Callable[[Simulator], None] = lambda _simulator: None,
) -> None:
    """Run until Ctrl-C or SIGTERM. Raises OSError when a port is taken, UnknownFault."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Simulator(port=port, control_port=control_port, latency_ms=latency_ms, faults=faults) as simulator:
        started(simulator)
        stop.wait()
