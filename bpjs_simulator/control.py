"""The control endpoint: shows the ledger, makes faults and outages, changes what BPJS knows."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import fields
from typing import Any

from aiohttp import web

from bpjs_simulator.double import Double
from bpjs_simulator.faults import UnknownFault
from bpjs_simulator.options import Options

SetOutage = Callable[[bool], Awaitable[None]]
_OPTIONS = {option.name: option.type for option in fields(Options)}


def control_app(double: Double, set_outage: SetOutage) -> web.Application:
    """`GET /ledger`, `POST /control/…`; a wrong request is told so with 400."""
    control = _Control(double, set_outage)
    app = web.Application(client_max_size=64 * 1024 * 1024, middlewares=[_say_what_is_wrong])
    app.router.add_get("/ledger", control.ledger)
    app.router.add_get("/references/{name:.+}", control.reference)
    for name in ("faults", "fault-once", "outage", "password", "options", "references", "reset"):
        app.router.add_post(f"/control/{name}", getattr(control, name.replace("-", "_")))
    return app


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
        self._double.faults.slow_seconds = float(asked.get("slow_seconds", self._double.faults.slow_seconds))
        return _done()

    async def fault_once(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self._double.faults.next_once(asked["fault"], str(asked.get("endpoint", "")))
        return _done()

    async def outage(self, request: web.Request) -> web.Response:
        await self._set_outage(bool((await request.json())["on"]))
        return _done()

    async def password(self, request: web.Request) -> web.Response:
        asked = await request.json()
        for clinic in self._double.clinics.values():
            if asked.get("cons_id", clinic.cons_id) == clinic.cons_id:
                clinic.password = str(asked["password"])
        return _done()

    async def options(self, request: web.Request) -> web.Response:
        for name, value in (await request.json()).items():
            if name not in _OPTIONS:
                raise ValueError(f"tidak ada pilihan {name}; yang ada: {', '.join(_OPTIONS)}")
            setattr(self._double.options, name, set(value) if isinstance(value, list) else value)
        return _done()

    async def references(self, request: web.Request) -> web.Response:
        """`{"name": "poli", "rows": [...]}` replaces a whole reference."""
        asked = await request.json()
        self._double.references.lists[asked["name"]] = list(asked["rows"])
        return _done()

    async def reset(self, _request: web.Request) -> web.Response:
        self._double.reset()
        return _done()


def _done() -> web.Response:
    return web.json_response({"ok": True}, dumps=_dumps)


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
