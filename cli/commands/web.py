"""`bpjs web`: the page BPJS FKTP, the HTTP API beside it, and the webhooks."""

import os
from typing import Annotated

import typer

from cli.terminal import UserError, console
from database import open_database
from tasks.clinics import configured_reportings, known_clinics
from tasks.machine_words import why
from tasks.prefect_server.environment import API_URL, configure
from tasks.settings import DeliverySettings


def web(
    host: Annotated[
        str, typer.Option(envvar="BPJS_WEB_HOST", help="Alamat tempat mendengarkan.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="BPJS_WEB_PORT", min=1, max=65535, help="Port.")] = 4080,
) -> None:
    """Menyalakan halaman BPJS FKTP sampai dihentikan dengan Ctrl-C."""
    from cli.sync_order import start_sync  # noqa: PLC0415
    from web.app import create_app  # noqa: PLC0415 - the other commands do without FastAPI
    from web.desk import Desk  # noqa: PLC0415
    from web.run_links import run_links  # noqa: PLC0415
    from web.serving import end_whole, listen, server_of  # noqa: PLC0415
    from web.settings import WebSettings  # noqa: PLC0415
    from web.webhooks.sender import Sender  # noqa: PLC0415

    settings = WebSettings()
    configure(os.environ)  # so that links to Prefect's runs lead where its server is
    desk = Desk(
        open_database(),
        settings,
        known=known_clinics(),
        reportings=configured_reportings(),
        start_sync=start_sync,
        run_link=run_links(settings, os.environ.get(API_URL, "")),
    )
    try:
        listening = listen(host, port)
    except OSError as refused:
        raise UserError(f"Tidak dapat mendengarkan di {host} port {port} ({why(refused)}).") from None
    shown = f"[{host}]" if ":" in host else host
    console().print(f"Halaman BPJS FKTP: http://{shown}:{port}/", markup=False, highlight=False)
    with Sender(desk.database, settings, DeliverySettings().waits).running():
        end_whole()
        server_of(create_app(desk), settings).run(sockets=[listening])
