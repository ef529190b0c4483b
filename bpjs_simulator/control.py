"""The control endpoint: shows the ledger, makes faults and outages, changes what BPJS knows."""

import re
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from bpjs_simulator.control_request import Asked, WrongRequest
from bpjs_simulator.double import Double, UnknownClinic
from bpjs_simulator.faults import UnknownFault
from bpjs_simulator.named_answers import NAMED
from bpjs_simulator.options import UnknownOption
from bpjs_simulator.references import WrongReference
from bpjs_simulator.scripts import WrongScript
from bpjs_simulator.web_app import WebAppRefusal

SetOutage = Callable[[bool], Awaitable[None]]


def control_app(double: Double, set_outage: SetOutage) -> web.Application:
    """`GET /ledger`, `POST /control/…`; a wrong request is told so with 400."""
    control = _Control(double, set_outage)
    app = web.Application(client_max_size=64 * 1024 * 1024, middlewares=[_only_programs, _say_what_is_wrong])
    app.router.add_get("/ledger", control.ledger)
    app.router.add_get("/answers", control.named_answers)
    app.router.add_get("/references/{name:.+}", control.reference)
    for name in _POSTS:
        app.router.add_post(f"/control/{name}", getattr(control, re.sub("[-/]", "_", name)))
    return app


_POSTS = (
    "faults", "fault-once", "outage", "password", "options", "references", "reset", "clock", "latency",
    "screening", "mobile-jkn", "answers", "answers/clear", "hold", "remove",
)  # fmt: skip


_WHAT = ("pendaftaran", "kunjungan")
_KEY = ("noKartu", "tglDaftar", "kdPoli")
# Every way in which a request can be wrong; anything else is a mistake of ours and a 500.
_WRONG = (
    WrongRequest,
    UnknownFault,
    UnknownOption,
    UnknownClinic,
    WrongReference,
    WrongScript,
    WebAppRefusal,
)


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})
_TYPED = frozenset({None, "none", "same-origin"})  # the page that asks: none, or somebody typed the address


@web.middleware
async def _only_programs(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer no other site's page in a browser, under whatever name it calls this machine."""
    host = urlsplit(f"//{request.host}").hostname
    foreign = "Origin" in request.headers or request.headers.get("Sec-Fetch-Site") not in _TYPED
    if foreign or host not in _THIS_MACHINE:
        return web.json_response({"error": "tidak untuk halaman web"}, status=403)
    return await handler(request)


@web.middleware
async def _say_what_is_wrong(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except _WRONG as wrong:
        return web.json_response({"error": str(wrong)}, status=400)


class _Control:
    def __init__(self, double: Double, set_outage: SetOutage) -> None:
        self._double = double
        self._set_outage = set_outage

    async def ledger(self, _request: web.Request) -> web.Response:
        return web.json_response(self._double.ledger())

    async def reference(self, request: web.Request) -> web.Response:
        return web.json_response(self._double.references.rows(request.match_info["name"]))

    async def faults(self, request: web.Request) -> web.Response:
        """`{"faults": {name: rate}}`, and how long they last: `slow_seconds`, `refuse_seconds`."""
        asked = await _asked(request)
        lengths = {n: asked.number(n) for n in ("slow_seconds", "refuse_seconds") if n in asked.fields}
        self._double.faults.replace(asked.mapping("faults"), **lengths)
        return _done()

    async def fault_once(self, request: web.Request) -> web.Response:
        """`{"fault": name}`, for the next write, or the next to `"match": {"endpoint": part of its path}`."""
        asked = await _asked(request)
        match = asked.mapping("match", asked.fields)
        self._double.faults.next_once(asked.text("fault"), str(match.get("endpoint", "")))
        return _done()

    async def outage(self, request: web.Request) -> web.Response:
        await self._set_outage((await _asked(request)).flag("on"))
        return _done()

    async def password(self, request: web.Request) -> web.Response:
        """`{"password": text}` of every clinic, or of the one with `"cons_id"`."""
        asked = await _asked(request)
        self._double.set_password(asked.text("password"), asked.text("cons_id", "") or None)
        return _done()

    async def options(self, request: web.Request) -> web.Response:
        self._double.options.change((await _asked(request)).fields)
        return _done()

    async def clock(self, request: web.Request) -> web.Response:
        skew = (await _asked(request)).number("skew_seconds")
        self._double.options.change({"clock_skew_seconds": skew})
        return _done()

    async def latency(self, request: web.Request) -> web.Response:
        """`{"latency_ms": n}` of every answer, or of those to the clinic with `"cons_id"`."""
        asked = await _asked(request)
        self._double.set_latency(asked.number("latency_ms"), asked.text("cons_id", "") or None)
        return _done()

    async def screening(self, request: web.Request) -> web.Response:
        """`{"noKartu": card}` makes a member need the screening; with `"done": true` it was filled."""
        asked = await _asked(request)
        done = asked.flag("done", default=False)
        self._double.options.require_screening(asked.text("noKartu"), needed=not done)
        return _done()

    async def mobile_jkn(self, request: web.Request) -> web.Response:
        """`{"nomorkartu", "kodepoli", "tanggalperiksa"}`: a patient took a number in Mobile JKN."""
        asked = await _asked(request)
        provider = asked.text("kdProvider", self._double.first_clinic().kd_provider)
        card, poli, day = asked.text("nomorkartu"), asked.text("kodepoli"), asked.day("tanggalperiksa")
        self._double.hold_antrean(card, poli, day, provider)
        return _done()

    async def named_answers(self, _request: web.Request) -> web.Response:
        return web.json_response({name: named.sentence for name, named in NAMED.items()})

    async def answers(self, request: web.Request) -> web.Response:
        """`{"answer": NAME or {…}, "match": {…}, "times": N, "after": false}`; the answer is `{"id": n}`.

        A spelled-out answer has the fields of `Said`, and may begin with the `name` whose fields it changes.
        """
        asked = await _asked(request)
        asked.only("answer", "match", "times", "after")
        number = self._double.script(
            asked.fields.get("answer"),
            asked.mapping("match", {}),
            times=asked.fields.get("times"),
            after=asked.flag("after", default=False),
        )
        return web.json_response({"id": number})

    async def answers_clear(self, request: web.Request) -> web.Response:
        """`{}` forgets all scripted answers, `{"id": n}` one."""
        asked = await _asked(request)
        asked.only("id")
        self._double.scripts.clear(asked.fields.get("id"))
        return _done()

    async def hold(self, request: web.Request) -> web.Response:
        """Adds what somebody typed into PCare's own page; answers `{"number": its noUrut or noKunjungan}`.

        `{"what": "pendaftaran"|"kunjungan", "noKartu", "tglDaftar", "kdPoli", "body": {…}, "kdProvider"}`; a
        kunjungan with `"shows_poli": false` has `"poli": null` in the history.
        """
        asked = await _asked(request)
        typed = asked.mapping("body", {}) | {name: asked.text(name) for name in _KEY}
        provider = asked.text("kdProvider", self._double.first_clinic().kd_provider)
        if asked.choice("what", _WHAT) == "pendaftaran":
            asked.only("what", *_KEY, "body", "kdProvider")
            number = self._double.web_app.hold_pendaftaran(typed, provider)
        else:
            asked.only("what", *_KEY, "body", "kdProvider", "shows_poli")
            shows_poli = asked.flag("shows_poli", default=True)
            number = self._double.web_app.hold_kunjungan(typed, provider, shows_poli=shows_poli)
        return web.json_response({"number": number})

    async def remove(self, request: web.Request) -> web.Response:
        """Removes an entry by that page: `{"what": "kunjungan", "noKunjungan"}`, a pendaftaran as in hold."""
        asked = await _asked(request)
        if asked.choice("what", _WHAT) == "pendaftaran":
            asked.only("what", *_KEY, "kdProvider")
            provider = asked.text("kdProvider", self._double.first_clinic().kd_provider)
            self._double.web_app.remove_pendaftaran({name: asked.text(name) for name in _KEY}, provider)
        else:
            asked.only("what", "noKunjungan")
            self._double.web_app.remove_kunjungan(asked.text("noKunjungan"))
        return _done()

    async def references(self, request: web.Request) -> web.Response:
        """`{"name": "poli", …}`: `rows` replaces a whole reference, `add` and `remove` (codes) edit it."""
        asked = await _asked(request)
        edits = {name: asked.rows(name) for name in ("rows", "add", "remove") if name in asked.fields}
        self._double.references.edit(asked.text("name"), **edits)
        return _done()

    async def reset(self, _request: web.Request) -> web.Response:
        self._double.reset()
        return _done()


async def _asked(request: web.Request) -> Asked:
    return Asked(await request.read())


def _done() -> web.Response:
    return web.json_response({"ok": True})
