"""The log of what people did: who, when, from where or at the terminal, and what came of it; no content."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from database.storage.engine import Database
from database.storage.models import Act


class Did(StrEnum):
    """What somebody did or wanted to do."""

    LOG_IN = "masuk"
    LOG_OUT = "keluar"
    OPEN = "buka"
    SEND_AGAIN = "kirim-ulang"
    CLOSE = "tutup"
    SYNC = "sinkronisasi"
    DOWNLOAD = "unduh"
    PAUSE = "jeda"
    RESUME = "lanjutkan"
    MANAGE = "kelola-pengguna"
    CHANGE_OWN = "ganti-kata-sandi"
    TOTP_ON = "nyalakan-totp"
    ADD_PERSON = "tambah-pengguna"
    CHANGE_PERSON = "ubah-pengguna"
    SWITCH_OFF_PERSON = "hapus-pengguna"
    MAKE_TOKEN = "buat-token"  # noqa: S105 - an act
    REVOKE_TOKEN = "cabut-token"  # noqa: S105 - an act
    MAKE_WEBHOOK = "buat-webhook"
    REMOVE_WEBHOOK = "hapus-webhook"
    RESUME_WEBHOOK = "lanjutkan-webhook"
    PAUSE_WEBHOOK = "jeda-webhook"


def note_act(
    database: Database,
    did: Did,
    *,
    by: str,
    result: str = "ok",
    faskes: str | None = None,
    job_id: int | None = None,
    address: str | None = None,
    about: str | None = None,
) -> None:
    """Append one line. Raises DatabaseUnavailable."""
    with database.write() as session:
        session.add(
            Act(
                at=database.clock(),
                by=by,
                act=did.value,
                result=result,
                faskes=faskes,
                job_id=job_id,
                address=address,
                about=about,
            )
        )


@dataclass(frozen=True)
class ActPage:
    """Some lines of the log, the newest first. `before`: the line before which the next page ends."""

    acts: Sequence[Act]
    before: int | None


def act_page(database: Database, *, by: str = "", before: int | None = None, limit: int = 50) -> ActPage:
    """So many lines, of one person or of all, that are older than the line `before`.

    Raises DatabaseUnavailable.
    """
    wanted = select(Act).order_by(Act.id.desc()).limit(limit + 1)
    if by:
        wanted = wanted.where(Act.by == by)
    if before is not None:
        wanted = wanted.where(Act.id < before)
    with database.read() as session:
        acts = session.scalars(wanted).all()
    return ActPage(acts[:limit], acts[limit - 1].id if len(acts) > limit else None)


def last_acts(database: Database, *, limit: int) -> Sequence[Act]:
    """The newest lines first. Raises DatabaseUnavailable."""
    with database.read() as session:
        return session.scalars(select(Act).order_by(Act.id.desc()).limit(limit)).all()
