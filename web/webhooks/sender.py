"""Tells the clinics' systems what changed, in the order of the changes, until they have taken it.

What fails is tried again after growing waits, as jobs are; after a day it is paused, until a person resumes
it. One process sends a webhook at a time (a lease in the database), so a change is seldom told twice and
never left out.
"""

import logging
import secrets
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event

import httpx

from bpjs_client.deadline import Deadline, DeadlinePassed, DeadlineTransport
from bpjs_client.limits import AnswerTooLarge
from database import Database, DatabaseError
from database.errors import WebhookRefused
from database.people.acts import Did, note_act
from database.people.webhooks import (
    Held,
    Told,
    due_webhooks,
    hold_webhook,
    note_failed,
    note_told,
    release_webhooks,
)
from database.views.handed_over import Cursor, HandedOver, changes_since
from tasks.repeating import repeatedly
from tasks.waits import Waits
from web.settings import WebSettings
from web.webhooks.message import Message, headers_of, message_of
from web.webhooks.target import check_url, resolving

logger = logging.getLogger(__name__)
LOOK_SECONDS = 5.0
_ANSWER_SECONDS = 10.0
_AT_ONCE, _CHANGES = 4, 200  # webhooks side by side; changes that are read in one look
_SECONDS_OF_ONE_LOOK = 5.0  # of one webhook, so that a slow system leaves its turn to others
_GONE = 410
_BY = "bpjs web"
_NOT_REACHED = (
    "tidak dapat dihubungi: mati, sertifikatnya tidak dipercaya, atau alamat IP-nya di jaringan ini dan tidak"
    " terdaftar di BPJS_WEB_WEBHOOK_HOSTS"
)


@dataclass(frozen=True)
class Failed:
    """Why a message was not taken, in Indonesian. `asked`: the wait (seconds) that was asked for."""

    says: str
    asked: float | None = None
    is_over: bool = False


class Sender:
    """Sends the webhooks of this database. Its answers are never read: only their status and headers are."""

    def __init__(
        self, database: Database, settings: WebSettings, waits: Waits, *, seconds: float = _ANSWER_SECONDS
    ) -> None:
        self._database = database
        self._hosts = settings.webhook_targets
        self._waits = waits
        self._seconds = seconds
        self._owner = f"{socket.gethostname()[:60]}-{secrets.token_hex(8)}"
        self._transport = DeadlineTransport(settings.webhook_ca_file, resolve=resolving(self._hosts))
        self._stop = Event()

    @contextmanager
    def running(self, every: float = LOOK_SECONDS) -> Iterator[None]:
        """Look for changes every so many seconds, for the length of the block."""
        try:
            with repeatedly("webhook", self.look, every=every):
                try:
                    yield
                finally:
                    self._stop.set()
        finally:
            self.close()

    def look(self) -> None:
        """Tell what changed since the last look. Raises DatabaseUnavailable."""
        due = due_webhooks(self._database, self._owner)
        if len(due) <= 1:
            for webhook_id in due:
                self._serve(webhook_id)
            return
        with ThreadPoolExecutor(min(_AT_ONCE, len(due))) as threads:
            for _ in threads.map(self._serve, due):
                pass

    def close(self) -> None:
        """Leave the webhooks to other processes."""
        self._transport.close()
        try:
            release_webhooks(self._database, self._owner)
        except DatabaseError as error:
            logger.warning("webhook: %s", error)

    def _serve(self, webhook_id: int) -> None:
        held = hold_webhook(self._database, webhook_id, self._owner)
        if held is None:
            return
        until = time.monotonic() + _SECONDS_OF_ONE_LOOK
        for job in changes_since(self._database, held.faskes, Cursor(*held.told), limit=_CHANGES).jobs:
            if self._stop.is_set() or time.monotonic() > until or not self._tell(held, job):
                return

    def _tell(self, held: Held, job: HandedOver) -> bool:
        """Whether the change was taken, and the webhook is still ours."""
        if job.updated_at is None:
            return True
        failed = self._post(held, message_of(job, job.updated_at))
        if failed is None:
            return note_told(self._database, held, self._owner, Told(job.updated_at, job.id))
        wait = self._waits.before_try(held.failures, asked=failed.asked)
        logger.warning("webhook %d: %s", held.id, failed.says)
        if note_failed(self._database, held, self._owner, failed.says, wait=wait, is_over=failed.is_over):
            note_act(self._database, Did.PAUSE_WEBHOOK, by=_BY, faskes=held.faskes, about=str(held.id))
        return False

    def _post(self, held: Held, message: Message) -> Failed | None:
        if held.secret is None:
            return Failed("rahasianya tidak dapat dibuka; hapus lalu buat lagi", is_over=True)
        try:
            url = check_url(held.url, self._hosts)
            headers = headers_of(message, held.secret, self._database.clock())
            request = httpx.Request(
                "POST",
                url,
                content=message.body,
                headers=headers,
                extensions={"timeout": httpx.Timeout(self._seconds).as_dict()},
            )
            # The transport alone: no cookies, no redirects, no proxies of the environment.
            with Deadline(self._seconds).applied():
                answer = self._transport.handle_request(request)
                answer.close()
        except WebhookRefused as refused:
            return Failed(str(refused))
        except (httpx.ConnectError, UnicodeError):
            return Failed(
                "tidak dapat dihubungi: mati, sertifikatnya tidak dipercaya, atau alamatnya tidak terdaftar"
            )
        except (httpx.TimeoutException, DeadlinePassed):
            return Failed("tidak menjawab pada waktunya")
        except (httpx.HTTPError, AnswerTooLarge):
            return Failed("jawabannya terputus atau bukan HTTP")
        return _judged(answer)


def _judged(answer: httpx.Response) -> Failed | None:
    if answer.is_success:
        return None
    if answer.is_redirect:
        return Failed(f"menjawab HTTP {answer.status_code}: pengalihan tidak diikuti")
    wait = answer.headers.get("Retry-After", "")
    asked = float(wait) if wait.isascii() and wait.isdigit() and len(wait) < 9 else None  # noqa: PLR2004 - digits
    return Failed(f"menjawab HTTP {answer.status_code}", asked, is_over=answer.status_code == _GONE)
