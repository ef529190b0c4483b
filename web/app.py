"""The application: every page under its rights, behind the guard."""

from fastapi import APIRouter, FastAPI
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.staticfiles import StaticFiles

from web import (
    account,
    act_log,
    bulk,
    detail,
    edit,
    kbk,
    login,
    monitor,
    people,
    reference_antrean,
    reference_pcare,
    report,
    report_files,
    services,
    syncing,
)
from web.api.app import api
from web.desk import Desk
from web.errors import answer_errors
from web.guard import Guard
from web.pages import STATIC

API = "/api/v1"
# Each router names who may use it; one without a rule is the login's, which is for everybody.
ROUTERS: tuple[APIRouter, ...] = (
    login.router,
    monitor.router,
    monitor.polled,
    edit.router,
    detail.router,
    detail.polled,
    bulk.router,
    bulk.polled,
    reference_pcare.router,
    reference_antrean.router,
    syncing.router,
    syncing.polled,
    report.router,
    report_files.router,
    kbk.router,
    services.router,
    act_log.router,
    people.router,
    account.router,
    account.totp,
)


def create_app(desk: Desk) -> FastAPI:
    """The page, before this desk."""
    app = FastAPI(title="BPJS FKTP", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk = desk
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.mount(API, api(desk.database, readiness=desk.readiness))
    for router in ROUTERS:
        app.include_router(router)
    answer_errors(app)
    # The last one added is asked first.
    app.add_middleware(Guard, api=API)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=desk.settings.names, www_redirect=False)
    return app
