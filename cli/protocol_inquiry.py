"""`bpjs doctor --protokol`: BPJS is asked, by safe reads, what is not known of it."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bpjs_client.jenis import Service
from bpjs_client.protocol.asking import Asker
from bpjs_client.protocol.questions import inquire, most_requests
from bpjs_client.settings import BpjsSettings
from cli.protocol_report import Inquiry, default_file, reserve, show, write
from cli.terminal import UserError, error_console, print_json
from database.settings import DatabaseSettings
from tasks.machine_words import why


def inquire_and_report(faskes: str, settings: BpjsSettings, to: Path | None, *, as_json: bool) -> bool:
    """Ask, write the report, show the answers; whether both services let us ask. Raises UserError."""
    if settings.unfilled:
        raise UserError(f"Isi dahulu di .env: {', '.join(settings.unfilled)}.")
    now = datetime.now(ZoneInfo(DatabaseSettings().timezone))
    file = to or default_file(faskes, now)
    descriptor = reserve(file)
    try:
        inquiry = _ask(settings, now)
        write(descriptor, inquiry)
    except BaseException as cause:
        with suppress(OSError):
            file.unlink()
        if isinstance(cause, OSError):
            raise UserError(f"Berkas {file} tidak dapat ditulis: {why(cause)}.") from None
        raise
    if as_json:
        print_json({"berkas": str(file), **inquiry.document(), "env": inquiry.settings})
    else:
        show(inquiry, file)
    return all(each.known for each in inquiry.settled if each.vital)


def _ask(settings: BpjsSettings, now: datetime) -> Inquiry:
    most = most_requests()
    error_console().print(
        f"Paling banyak {most} permintaan baca kepada BPJS, satu per satu; tidak ada yang diubah.",
        markup=False,
        soft_wrap=True,
    )
    with Asker(settings, most) as asker:
        settled = list(inquire(asker))
        place = {service.value: settings.place(service) for service in Service}
        return Inquiry(settled, asker.shapes, asker.sent, place, now)
