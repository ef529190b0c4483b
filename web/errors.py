"""What becomes of an error: one sentence in Indonesian, on a page or in the part that asked."""

from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import HTTPException as Refused
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response

from bpjs_client.identifiers import without_identifiers
from database.errors import DatabaseError, DatabaseUnavailable, JobNotFound, LineRefused, MoveRefused
from web.desk import desk_of
from web.pages import is_part, render
from web.who import Forbidden, NotLoggedIn

_ENDED = "Sesi Anda sudah berakhir. Masuk lagi di tab lain, lalu ulangi; yang Anda ketik masih ada."
_NOT_FOUND = "Halaman itu tidak ada."


def answer_errors(app: FastAPI) -> None:
    """Register an answer for everything that a page may raise."""
    app.add_exception_handler(NotLoggedIn, _log_in_first)
    for kind, code in _CODES.items():
        app.add_exception_handler(kind, _saying(code))
    app.add_exception_handler(RequestValidationError, _no_such_page)
    app.add_exception_handler(404, _no_such_page)
    app.add_exception_handler(405, _no_such_page)
    app.add_exception_handler(Refused, _as_refused)


_CODES: dict[type[Exception], int] = {
    Forbidden: 403,
    JobNotFound: 404,
    MoveRefused: 409,
    LineRefused: 422,
    DatabaseUnavailable: 503,
    DatabaseError: 503,
}


def _saying(code: int):  # type: ignore[no-untyped-def]
    def answer(request: Request, error: Exception) -> Response:
        return say(request, without_identifiers(str(error)), code)

    return answer


def say(request: Request, text: str, code: int) -> Response:
    """The sentence: a notice where a part of the page asked, else a page."""
    template = "_pesan.html" if is_part(request) else "pesan.html"
    headers = {"HX-Retarget": "#pesan", "HX-Reswap": "innerHTML"} if is_part(request) else {}
    return render(
        request, desk_of(request), template, None, code=code, headers=headers, says=text, kind="salah"
    )


def _log_in_first(request: Request, _error: Exception) -> Response:
    if request.method != "GET":
        return say(request, _ENDED, 401)
    if is_part(request):
        return Response(status_code=204, headers={"HX-Redirect": "/masuk"})
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/masuk?ke={quote(target)}", 303)


def _no_such_page(request: Request, _error: Exception) -> Response:
    return say(request, _NOT_FOUND, 404)


def _as_refused(request: Request, error: Exception) -> Response:
    code = error.status_code if isinstance(error, Refused) else 400
    return say(request, str(error.detail) if isinstance(error, Refused) else _NOT_FOUND, code)
