"""Turns an HTTP request into its HTTP answer, spoilt by a fault when one is due."""

import asyncio
import json
from base64 import b64encode
from collections.abc import Awaitable, Callable
from urllib.parse import unquote

from aiohttp import web

from bpjs_simulator.clinic import LOGIN
from bpjs_simulator.double import Double
from bpjs_simulator.envelope import Answer, status_of, write
from bpjs_simulator.faults import FAULTS
from bpjs_simulator.named_answers import NAMED, RUNTIME_ERROR
from bpjs_simulator.request import Request
from bpjs_simulator.said import reply
from bpjs_simulator.scripts import Script, once

PREFIXES = {"pcare-rest": "pcare", "antreanfktp": "antrean"}
GARBAGE = b64encode(bytes(range(64))).decode()  # decrypts to nothing
CUT = {"drop-before", "drop-after", "refuse"}
PAGES = {"504-after": 504, "html-500": 500, "429": 429}
# The ledger notes these codes for a fault without effect; a connection that was cut has no code.
CODES = {"429": 429, "html-500": 500, "wrong-login": LOGIN.code}
_RETRY_AFTER = "2"
_NO_CONTENT = 204
_DRIPS = 20  # pieces into which a dripping body is cut


class HttpAnswers:
    """Handles every request of both services; `refuse_for_a_while` closes the port by itself."""

    def __init__(self, double: Double, refuse_for_a_while: Callable[[], Awaitable[None]]) -> None:
        self._double = double
        self._refuse_for_a_while = refuse_for_a_while

    async def handle(self, incoming: web.Request) -> web.StreamResponse:
        """Decide one request at once, and answer when the latency that was asked for has passed."""
        latency_ms = self._double.options.latency_of(incoming.headers.get("X-cons-id", ""))
        due = asyncio.get_running_loop().time() + latency_ms / 1000
        holdings = self._double.holdings
        holdings.in_flight += 1
        holdings.most_in_flight = max(holdings.most_in_flight, holdings.in_flight)
        try:
            request = await _taken_apart(incoming)
            if request is None:
                return web.Response(status=404, text=RUNTIME_ERROR, content_type="text/html")
            return await self._answer(incoming, request, due)
        finally:
            holdings.in_flight -= 1

    async def _answer(self, incoming: web.Request, request: Request, due: float) -> web.StreamResponse:
        script = self._double.scripts.choose(request)
        if script is not None:
            return await self._say(incoming, request, script, due)
        if request.method == "GET":
            written = self._read(request)
            await _until(due)
            return written
        fault = self._double.faults.choose(request.path)
        if fault is not None:
            return await self._fail(incoming, request, fault, due)
        written = self._written(request, self._double.answer(request))
        await _until(due)
        return written

    def _read(self, request: Request) -> web.Response:
        if self._double.options.is_broken(request.path):
            self._double.holdings.count_read(request.path)
            return web.Response(status=503, text=RUNTIME_ERROR, content_type="text/html")
        return self._written(request, self._double.answer(request))

    async def _fail(
        self, incoming: web.Request, request: Request, fault: str, due: float
    ) -> web.StreamResponse:
        if fault in NAMED:
            return await self._say(incoming, request, once(fault), due)
        if FAULTS[fault][0]:
            answer = self._double.answer(request, fault)
        else:
            answer = Answer(CODES.get(fault, 0), LOGIN.message if fault == "wrong-login" else "")
            self._double.note(request, answer, fault)
        await _until(due)
        return await self._spoilt(incoming, request, answer, fault)

    async def _say(
        self, incoming: web.Request, request: Request, script: Script, due: float
    ) -> web.StreamResponse:
        written = self._scripted(request, script)
        await _until(due + script.said.delay_seconds)
        if script.said.cut:
            return await self._cut(incoming, script.name)
        for name, text in script.said.headers.items():
            written.headers[name] = text
        return written

    def _scripted(self, request: Request, script: Script) -> web.Response:
        """The answer of a script, as it was decided when the request came."""
        if not script.said.forms:  # the rules' own, only late
            return self._written(request, self._double.answer(request, script.name))
        told = reply(script.said, request, self._double.clinic_of(request))
        self._double.meet(request, 0 if script.said.cut else told.code, script.name, after=script.after)
        return web.Response(status=told.status, body=told.body, content_type=told.content_type)

    async def _spoilt(
        self, incoming: web.Request, request: Request, answer: Answer, fault: str
    ) -> web.StreamResponse:
        if fault in CUT:
            return await self._cut(incoming, fault)
        if fault in PAGES:
            headers = {"Retry-After": _RETRY_AFTER} if fault == "429" else None
            return web.Response(
                status=PAGES[fault], text=RUNTIME_ERROR, content_type="text/html", headers=headers
            )
        if fault == "slow":
            await asyncio.sleep(self._double.faults.slow_seconds)
        if fault == "garbage" and answer.committed:
            return _undecryptable(request, answer)
        written = self._written(request, answer)
        return await self._dripped(incoming, written) if fault == "drip" else written

    async def _cut(self, incoming: web.Request, fault: str) -> web.Response:
        if fault == "refuse":
            # The port first: who sees the cut must not get in again.
            await self._refuse_for_a_while()
        if incoming.transport is not None:
            incoming.transport.abort()
        return web.Response()

    async def _dripped(self, incoming: web.Request, whole: web.Response) -> web.StreamResponse:
        body = whole.body if isinstance(whole.body, bytes) else b""
        response = web.StreamResponse(status=whole.status, headers={"Content-Type": "application/json"})
        response.content_length = len(body)
        await response.prepare(incoming)
        size = max(1, len(body) // _DRIPS)
        for start in range(0, len(body), size):
            await asyncio.sleep(self._double.faults.slow_seconds / _DRIPS)
            await response.write(body[start : start + size])
        return response

    def _written(self, request: Request, answer: Answer) -> web.Response:
        clinic = self._double.clinic_of(request)
        status, body = write(request.service, answer, clinic, request.headers.get("X-timestamp", ""))
        if status == _NO_CONTENT:
            return web.Response(status=status)
        return web.Response(status=status, body=body, content_type="application/json")


async def _until(due: float) -> None:
    await asyncio.sleep(due - asyncio.get_running_loop().time())


def _undecryptable(request: Request, answer: Answer) -> web.Response:
    key = "metaData" if request.service == "pcare" else "metadata"
    body = {"response": GARBAGE, key: {"message": answer.message, "code": answer.code}}
    return web.Response(
        status=status_of(request.service, answer), text=json.dumps(body), content_type="application/json"
    )


async def _taken_apart(incoming: web.Request) -> Request | None:
    service = PREFIXES.get(incoming.match_info["service"].lower())
    if service is None:
        return None
    path = unquote(incoming.raw_path.partition("?")[0]).strip("/").partition("/")[2]
    return Request(service, incoming.method, path, incoming.headers, await incoming.read())
