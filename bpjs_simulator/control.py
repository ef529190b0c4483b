"""The control endpoint: shows the ledger, makes faults and outages, changes what BPJS knows."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bpjs_simulator.double import Double
from bpjs_simulator.faults import UnknownFault

SetOutage = Callable[[bool], Awaitable[None]]


def control_app(double: Double, set_outage: SetOutage) -> web.Application:
    """`GET /ledger`, `POST /control/…`; a wrong request is told so with 400."""
    control = _Control(double, set_outage)
    app = web.Application(client_max_size=64 * 1024 * 1024, middlewares=[_say_what_is_wrong])
    app.router.add_get("/ledger", control.ledger)
    app.router.add_get("/references/{name:.+}", control.reference)
    for name in _POSTS:
        app.router.add_post(f"/control/{name}", getattr(control, name.replace("-", "_")))
    return app


_POSTS = (
    "faults", "fault-once", "outage", "password", "options", "references", "reset", "clock", "latency",
    "screening", "mobile-jkn",
)  # fmt: skip


@web.middleware
async def _say_what_is_wrong(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except (UnknownFault, KeyError, TypeError, ValueError) as wrong:
        return web.json_response({"error": str(wrong)}, status=400)


class _Control:
    def __init__(self, double: Double, set_outage: SetOutage) -> None:
        self._double = double
        self._set_outage = set_outage

    async def ledger(self, _request: web.Request) -> web.Response:
        return web.json_response(self._double.holdings.ledger())

    async def reference(self, request: web.Request) -> web.Response:
        return web.json_response(self._double.references.lists[request.match_info["name"]])

    async def faults(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self._double.faults.set_rates(asked["faults"])
        lengths = {n: float(asked[n]) for n in ("slow_seconds", "refuse_seconds") if n in asked}
        self._double.faults.last(**lengths)
        return _done()

    async def fault_once(self, request: web.Request) -> web.Response:
        """`{"fault": name}`, for the next write, or the next to `"match": {"endpoint": part of its path}`."""
        asked = await request.json()
        endpoint = asked.get("endpoint") or asked.get("match", {}).get("endpoint", "")
        self._double.faults.next_once(asked["fault"], str(endpoint))
        return _done()

    async def outage(self, request: web.Request) -> web.Response:
        await self._set_outage(bool((await request.json())["on"]))
        return _done()

    async def password(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self._double.set_password(str(asked["password"]), asked.get("cons_id"))
        return _done()

    async def options(self, request: web.Request) -> web.Response:
        self._double.options.change(await request.json())
        return _done()

    async def clock(self, request: web.Request) -> web.Response:
        skew = float((await request.json())["skew_seconds"])
        self._double.options.change({"clock_skew_seconds": skew})
        return _done()

    async def latency(self, request: web.Request) -> web.Response:
        self._double.options.change({"latency_ms": int((await request.json())["latency_ms"])})
        return _done()

    async def screening(self, request: web.Request) -> web.Response:
        """`{"noKartu": card}` makes a member need the screening; with `"done": true` it was filled."""
        asked = await request.json()
        self._double.options.require_screening(str(asked["noKartu"]), needed=not asked.get("done", False))
        return _done()

    async def mobile_jkn(self, request: web.Request) -> web.Response:
        """`{"nomorkartu", "kodepoli", "tanggalperiksa"}`: a patient took a number in Mobile JKN."""
        asked = await request.json()
        provider = asked.get("kdProvider") or next(iter(self._double.clinics.values())).kd_provider
        self._double.hold_antrean(asked["nomorkartu"], asked["kodepoli"], asked["tanggalperiksa"], provider)
        return _done()

    async def references(self, request: web.Request) -> web.Response:
        """`{"name": "poli", …}`: `rows` replaces a whole reference, `add` and `remove` (codes) edit it."""
        asked = await request.json()
        edits = {name: list(asked[name]) for name in ("rows", "add", "remove") if name in asked}
        self._double.references.edit(asked["name"], **edits)
        return _done()

    async def reset(self, _request: web.Request) -> web.Response:
        self._double.reset()
        return _done()


def _done() -> web.Response:
    return web.json_response({"ok": True}, dumps=_dumps)


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
