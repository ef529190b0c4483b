"""The HTTP API as one application, to be mounted at `/api/v1`."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from database import Database
from database.errors import DatabaseError, DatabaseUnavailable, ValueRefused
from tasks.readiness.check import Readiness
from tasks.readiness.here import readiness_here
from web.api import feed, jobs
from web.api.bearer import InFlight
from web.api.frame import refused
from web.api.guard import Guard
from web.api.problem import Masalah, Problem, answer

_RETRY_SECONDS = 5
_TEXT = """Menyerahkan pekerjaan BPJS dan membaca keadaannya. Tidak pernah menunggu BPJS.

Setiap permintaan membawa `Authorization: Bearer` dengan token satu faskes. Pekerjaan dikenal dari
`kunci`: menyerahkan lagi dengan kunci dan isi yang sama adalah pekerjaan yang sama. Jawaban 429 dan 503 boleh
diulangi setelah `Retry-After` detik. Semua waktu dalam UTC."""


def api(
    database: Database, *, in_flight: InFlight | None = None, readiness: Readiness | None = None
) -> FastAPI:
    """The API on this database; `in_flight` counts the requests of each token.

    `readiness` says what a job lacks; by default the check of this installation's settings.
    """
    app = FastAPI(
        title="BPJS FKTP",
        version=version("bpjs-fktp"),
        description=_TEXT,
        docs_url=None,  # a page of scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.database = database
    app.state.in_flight = in_flight or InFlight()
    app.state.readiness = readiness or readiness_here(database)
    app.include_router(jobs.router)
    app.include_router(feed.router)
    for error, told in _TOLD.items():
        app.add_exception_handler(error, _as_answer(told))
    for status in (404, 405):
        app.add_exception_handler(status, _of_router)
    app.add_middleware(Guard)
    _complete_document(app)
    return app


def _as_answer(told: Callable[[Any], Problem]) -> Callable[[Request, Exception], Response]:
    def handler(request: Request, error: Exception) -> Response:
        return answer(told(error), request)

    return handler


def _of_router(request: Request, _error: Exception) -> Response:
    """What the router refuses by itself: no such address, or another method than its own."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    routes = [route for route in (*jobs.router.routes, *feed.router.routes) if isinstance(route, APIRoute)]
    methods = [route.methods or () for route in routes if route.path_regex.match(path)]
    allowed = ", ".join(sorted({name for each in methods for name in each}))
    if not allowed:
        return answer(Problem("tidak-ada", "Tidak ada apa-apa di alamat itu; lihat openapi.json."), request)
    why = f"Alamat ini hanya menerima {allowed}."
    return answer(Problem("cara-salah", why, headers={"Allow": allowed}), request)


_WHY = {
    "missing": "Wajib diisi.",
    "string_too_short": "Wajib diisi.",
    "string_too_long": "Terlalu panjang.",
    "int_parsing": "Harus bilangan bulat.",
}


def _of_fields(error: RequestValidationError) -> Problem:
    """Wrong parts of the address; what stood there is not told."""
    wrong: dict[str, list[str]] = {}
    for each in error.errors():
        wrong.setdefault(str(each["loc"][-1]), []).append(_WHY.get(each["type"], "Di luar batasnya."))
    return refused(wrong)


def _of_database(error: DatabaseError) -> Problem:
    if isinstance(error, ValueRefused):
        return Problem("isian-salah", "Ada teks yang tidak dapat disimpan.")
    is_away = isinstance(error, DatabaseUnavailable)
    why = "Basis data sedang tidak dapat dipakai" if is_away else "Server belum siap"
    return Problem(
        "belum-siap",
        f"{why}. Ulangi permintaan yang sama, dengan kunci yang sama.",
        headers={"Retry-After": str(_RETRY_SECONDS)},
    )


# An error -> the problem that is told of it; every other is ours, and the guard's.
_TOLD: dict[type[Exception], Callable[[Any], Problem]] = {
    Problem: lambda problem: problem,
    RequestValidationError: _of_fields,
    DatabaseError: _of_database,
}


def _complete_document(app: FastAPI) -> None:
    """Put the problem document among the schemas, where the answers refer to it."""
    generated = app.openapi

    def complete() -> dict[str, Any]:
        document = generated()
        document["components"]["schemas"][Masalah.__name__] = Masalah.model_json_schema()
        return document

    app.openapi = complete  # type: ignore[method-assign]
