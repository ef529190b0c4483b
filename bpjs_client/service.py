"""Talks to one BPJS service over HTTP: signs the request, opens the answer, makes foreign errors ours.

httpx and httpcore log whole URLs, and PCare's URLs hold card numbers. Their loggers are held at WARNING,
where neither writes a URL.
"""

import json
import logging
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import cast

import httpx

from bpjs_client.deadline import Allowance, Deadline, DeadlinePassed, MustNotLeave
from bpjs_client.decryption import decrypt
from bpjs_client.endpoints import Prepared
from bpjs_client.envelope import BodyKind, read_envelope
from bpjs_client.errors import BpjsError, NotSent, Temporary, Unknown, Withheld
from bpjs_client.exchange import RAW_LIMIT, Exchange
from bpjs_client.jenis import Service
from bpjs_client.limits import AnswerTooLarge
from bpjs_client.signing import TIMESTAMP_HEADER, Credential, Signing
from bpjs_client.unpacking import ACCEPTED, Unreadable, unpacked

_CONTENT_TYPES = {
    # PCare takes the JSON of a POST as plain text (contract 1.3, catalogue and most clients).
    (Service.PCARE, "POST"): "text/plain",
    (Service.PCARE, "GET"): "application/json; charset=utf-8",
    (Service.PCARE, "DELETE"): "application/json; charset=utf-8",
    (Service.ANTREAN, "POST"): "application/json",
}

# Nothing of the request can have reached BPJS.
_NOT_SENT: tuple[tuple[type[Exception], str], ...] = (
    (httpx.ConnectTimeout, "BPJS tidak dapat dihubungi dalam batas waktu."),
    (httpx.ConnectError, "BPJS tidak dapat dihubungi."),
    (httpx.PoolTimeout, "Semua sambungan ke BPJS sedang terpakai."),
    (httpx.UnsupportedProtocol, "Alamat layanan BPJS salah."),
    (httpx.InvalidURL, "Alamat layanan BPJS salah."),
    (UnicodeError, "Alamat layanan BPJS salah."),  # a name that no name server can be asked for
)
# The request may have arrived, whole or in part.
_LOST: tuple[tuple[type[Exception], str], ...] = (
    (AnswerTooLarge, "Jawaban BPJS terlalu besar."),
    (DeadlinePassed, "BPJS tidak selesai menjawab dalam batas waktu."),
    (httpx.TimeoutException, "BPJS tidak menjawab dalam batas waktu."),
    (Unreadable, "Jawaban BPJS tidak dapat dibaca."),
    (httpx.HTTPError, "Sambungan ke BPJS terputus sebelum jawabannya lengkap."),
)
_FOREIGN: tuple[type[Exception], ...] = (MustNotLeave, *(kind for kind, _ in (*_NOT_SENT, *_LOST)))
_WITHHELD = "Tidak dikirim: pengirim terhenti lebih lama dari hak pegangnya, mungkin sudah diambil alih."


@dataclass(frozen=True)
class Timeouts:
    """Seconds: to connect, to wait for each next part, and for the whole answer."""

    connect: float = 10.0
    read: float = 30.0
    total: float = 60.0

    @classmethod
    def around(cls, read: float) -> "Timeouts":
        """The timeouts for a configured wait: 10 / 30 / 60, shorter in proportion, never longer in all."""
        return cls(connect=min(10.0, read), read=read, total=min(60.0, 2 * read))

    def start(self, may_leave: Callable[[], bool]) -> Deadline:
        """The deadline of an exchange that begins now."""
        return Deadline(self.total, may_leave)


@dataclass(frozen=True)
class Answer:
    """An exchange with what its body was made of."""

    exchange: Exchange
    kind: BodyKind
    undecryptable: bool = False


class Connection:
    """Signed calls to one service. Thread-safe; nothing is ever repeated here."""

    def __init__(
        self,
        service: Service,
        base_url: str,
        credential: Credential,
        *,
        transport: httpx.BaseTransport,
        clock: Callable[[], float] = time.time,
        timeouts: Timeouts = Timeouts(),
    ) -> None:
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._service = service
        self._credential = credential
        self._clock = clock
        self._timeouts = timeouts
        self._client = httpx.Client(
            base_url=base_url,
            auth=Signing(credential, clock),
            transport=transport,
            timeout=httpx.Timeout(timeouts.read, connect=timeouts.connect, pool=timeouts.connect),
            headers={
                "Accept": "application/json",
                "Accept-Encoding": ACCEPTED,
                "User-Agent": "bpjs-fktp",
            },
            follow_redirects=False,
            trust_env=False,
        )

    def start_deadline(self, may_leave: Callable[[], bool] = lambda: True) -> Deadline:
        """The deadline for an exchange that begins now; `may_leave` is asked before its first byte."""
        return self._timeouts.start(may_leave)

    def exchange(self, call: Prepared, deadline: Deadline) -> Answer:
        """Send once and read the whole answer.

        Raises NotSent when nothing can have arrived; otherwise, when no whole answer came, Unknown for
        a write and Temporary for a read. What BPJS answered is not judged here.
        """
        started = time.monotonic()
        try:
            with deadline.applied() as allowance:
                response, content = self._fetch(call, allowance)
        except _FOREIGN as foreign:
            failure = _translated(foreign, call, _milliseconds_since(started))
        else:
            return self._answer(call, response, content, _milliseconds_since(started))
        # Raised outside the handler: a foreign error holds the request, its URL and headers.
        raise failure

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _fetch(self, call: Prepared, allowance: Allowance) -> tuple[httpx.Response, bytes]:
        content_type = _CONTENT_TYPES.get((self._service, call.method))
        request = self._client.build_request(
            call.method,
            call.path,
            content=None if call.json is None else json.dumps(call.json, ensure_ascii=False).encode(),
            headers={"Content-Type": content_type} if content_type else None,
        )
        allowance.deadline.check_leave()  # again at the socket, once connected
        response = self._client.send(request, stream=True)
        allowance.begin_body()
        try:
            parts = _within(allowance.deadline, response)
            return response, unpacked(parts, response.headers.get("Content-Encoding", ""))
        finally:
            response.close()

    def _answer(self, call: Prepared, response: httpx.Response, content: bytes, duration_ms: int) -> Answer:
        text = content.decode("utf-8-sig", "replace").replace("\x00", "\ufffd")
        # Exactly the text that went out, not a second look at the clock.
        timestamp = response.request.headers[TIMESTAMP_HEADER]
        envelope = read_envelope(text, lambda sealed: self._open(sealed, timestamp))
        exchange = Exchange(
            method=call.method,
            path=call.path,
            request=call.json,
            http_code=response.status_code,
            meta_code=envelope.meta_code,
            message=envelope.message,
            response=envelope.response,
            raw=text[:RAW_LIMIT],
            duration_ms=duration_ms,
            server_date=_http_date(response.headers.get("Date")),
            retry_after=self._retry_after(response.headers.get("Retry-After")),
        )
        return Answer(exchange, envelope.kind, envelope.undecryptable)

    def _open(self, sealed: str, timestamp: str) -> str:
        secret = self._credential.secret_key.get_secret_value()
        return decrypt(sealed, self._credential.cons_id, secret, timestamp)

    def _retry_after(self, header: str | None) -> float | None:
        if header is None:
            return None
        moment = _http_date(header)
        seconds = _finite(header) if moment is None else moment.timestamp() - self._clock()
        return None if seconds is None else max(seconds, 0.0)


def _translated(foreign: Exception, call: Prepared, duration_ms: int) -> BpjsError:
    exchange = Exchange(call.method, call.path, call.json, duration_ms=duration_ms)
    if isinstance(foreign, MustNotLeave):
        return Withheld(_WITHHELD, exchange)
    for kind, reason in _NOT_SENT:
        if isinstance(foreign, kind):
            return NotSent(reason, exchange)
    reason = next(reason for kind, reason in _LOST if isinstance(foreign, kind))
    return Unknown(reason, exchange) if call.is_write else Temporary(reason, exchange)


def _within(deadline: Deadline, response: httpx.Response) -> Iterator[bytes]:
    """The body as it comes: httpx's own reading unpacks it first, whatever its size."""
    for part in cast(httpx.SyncByteStream, response.stream):
        deadline.check()
        yield part


def _milliseconds_since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _finite(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _http_date(header: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(header or "")
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None
