"""`bpjs webhook`: where a clinic's own system is told which of its jobs changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table

from cli.options import FaskesName, known_here
from cli.person import note_here
from cli.standard_input import one_line
from cli.terminal import UserError, console, plain
from database import Database, open_database
from database.errors import WebhookRefused
from database.faskes_name import UTAMA
from database.people.acts import Did
from database.people.webhooks import Webhook, all_webhooks, make_webhook, remove_webhook, resume_webhook

_GREATEST_ID = 10**18


class Action(StrEnum):
    """What is done."""

    BUAT = "buat"
    DAFTAR = "daftar"
    HAPUS = "hapus"
    LANJUTKAN = "lanjutkan"


@dataclass(frozen=True)
class Given:
    """What was typed."""

    webhook_id: int | None
    faskes: str
    url: str | None


def webhook(
    action: Annotated[Action, typer.Argument(metavar="AKSI", help="buat, daftar, hapus atau lanjutkan.")],
    webhook_id: Annotated[
        int | None,
        typer.Argument(
            metavar="ID", min=1, max=_GREATEST_ID, help="ID webhook yang dihapus atau dilanjutkan."
        ),
    ] = None,
    faskes: FaskesName = UTAMA,
    url: Annotated[
        str | None, typer.Option(help="Alamat https:// sistem klinik saat buat; - dari stdin.")
    ] = None,
) -> None:
    """Memberi tahu sistem klinik, lewat HTTPS, pekerjaan mana yang berubah."""
    try:
        _DOES[action](open_database(), Given(webhook_id, faskes, url))
    except WebhookRefused as refused:
        raise UserError(f"{str(refused)[0].upper()}{str(refused)[1:]}.") from None


def _make(database: Database, given: Given) -> None:
    from web.settings import WebSettings  # noqa: PLC0415 - the other actions do without the page's settings
    from web.webhooks.target import check_url  # noqa: PLC0415

    if given.url is None:
        raise UserError("Sebutkan --url, alamat https:// yang diberi tahu.")
    url = one_line(given.url, "--url")
    check_url(url, WebSettings().webhook_targets)
    faskes = known_here(database, given.faskes)
    made, secret = make_webhook(database, faskes, url)
    note_here(database, Did.MAKE_WEBHOOK, about=str(made.id), faskes=faskes)
    console().print(
        f"Webhook {made.id}: faskes {faskes}, {_place(made)}. bpjs web mengirimnya.", markup=False
    )
    console().print("Rahasianya, hanya ditampilkan sekali:", markup=False)
    console().print(secret, markup=False, soft_wrap=True)


def _list(database: Database, _given: Given) -> None:
    found = all_webhooks(database)
    if not found:
        console().print("Belum ada webhook: bpjs webhook buat --faskes FASKES --url URL", markup=False)
        return
    table = Table("ID", "Faskes", "Alamat", "Terakhir diterima", "Gagal", "Keadaan")
    for each in found:
        last = "–" if each.sent_at is None else _time(database, each.sent_at)
        cells = (str(each.id), each.faskes, _place(each), last, str(each.failures), _state(database, each))
        table.add_row(*map(plain, cells))
    console().print(table)


def _remove(database: Database, given: Given) -> None:
    removed = remove_webhook(database, _named(given))
    note_here(database, Did.REMOVE_WEBHOOK, about=str(removed.id), faskes=removed.faskes)
    console().print(f"Webhook {removed.id} (faskes {removed.faskes}) dihapus.", markup=False)


def _resume(database: Database, given: Given) -> None:
    resumed = resume_webhook(database, _named(given))
    note_here(database, Did.RESUME_WEBHOOK, about=str(resumed.id), faskes=resumed.faskes)
    console().print(f"Webhook {resumed.id} (faskes {resumed.faskes}) dilanjutkan.", markup=False)


def _named(given: Given) -> int:
    if given.webhook_id is None:
        raise UserError("Sebutkan ID webhooknya; lihat bpjs webhook daftar.")
    return given.webhook_id


def _place(each: Webhook) -> str:
    """The address without what stands behind `?`, which may be a secret of the clinic's system."""
    return each.url.partition("?")[0]


def _state(database: Database, each: Webhook) -> str:
    if each.paused_at is not None:
        return f"dijeda sejak {_time(database, each.paused_at)}: {each.says}"
    if each.failures:
        return f"dicoba lagi {_time(database, each.due_at)}: {each.says}"
    return "jalan"


def _time(database: Database, at: datetime) -> str:
    return f"{at.astimezone(database.timezone):%d-%m-%Y %H:%M}"


_DOES: dict[Action, Callable[[Database, Given], None]] = {
    Action.BUAT: _make,
    Action.DAFTAR: _list,
    Action.HAPUS: _remove,
    Action.LANJUTKAN: _resume,
}
