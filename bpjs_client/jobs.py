"""Sends the seven jobs to BPJS, reads back what it holds, and reads its references."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from types import TracebackType
from typing import Self, cast

import httpx

from bpjs_client import readback
from bpjs_client.bodies import Body, VisitKey, check_body
from bpjs_client.code_table import EDIT, READ, Endpoint
from bpjs_client.deadline import DeadlineTransport
from bpjs_client.endpoints import Prepared, harmless_reads, is_edit, read_request, request_for
from bpjs_client.errors import Rejected, Suspect, Unauthorized
from bpjs_client.exchange import JSON, Exchange
from bpjs_client.jenis import Jenis, Service
from bpjs_client.readback import Seen
from bpjs_client.service import Connection, Timeouts
from bpjs_client.settings import BpjsSettings
from bpjs_client.signing import Credential, credential_mark
from bpjs_client.verdict import judge, proven_number

# Only chooses the day of a probe; BPJS's day is Jakarta's.
_JAKARTA = timezone(timedelta(hours=7))
MayLeave = Callable[[], bool]


@dataclass(frozen=True)
class Receipt:
    """A job that BPJS confirmed: ``result`` holds ``noUrut`` or ``noKunjungan`` where one is due."""

    exchange: Exchange
    result: dict[str, str] = field(repr=False)


def prepare(jenis: Jenis, body: Body) -> Prepared:
    """The request that a job becomes, before it is signed.

    Raises Rejected, with the fields, when the body is wrong: wrong data never reach BPJS.
    """
    errors = tuple(check_body(jenis, body, chain_supplies=False, is_edit=is_edit(jenis, body)))
    if not errors:
        return request_for(jenis, body)
    reason = "; ".join(f"{error.field}: {error.message}" for error in errors)
    raise Rejected(reason, Exchange("", "", cast(JSON, dict(body))), errors)


class Bpjs:
    """Both services of one clinic. Thread-safe; close it when done, or use it in a ``with`` block.

    ``clock`` tells epoch seconds and signs the requests; ``transport`` replaces the network.
    """

    def __init__(
        self,
        settings: BpjsSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._clock = clock
        shared = transport or DeadlineTransport(settings.ca_file)
        self._connections = {service: self._connect(service, shared) for service in Service}

    def prepare(self, jenis: Jenis, body: Body) -> Prepared:
        """The request that a job becomes, so that it can be stored before it leaves. Raises Rejected."""
        return prepare(jenis, body)

    def send(self, jenis: Jenis, body: Body, *, may_leave: MayLeave = lambda: True) -> Receipt:
        """Send a job and return BPJS's confirmation; raises the `BpjsError` that says what happens next.

        A request is sent once. Only when BPJS refuses its timestamp as expired, which means that nothing
        was done, is it signed anew and sent a second time. `may_leave` is asked at the last moment, when the
        connection stands; when it says no, nothing leaves and Withheld is raised.
        """
        return self.deliver(jenis, prepare(jenis, body), may_leave=may_leave)

    def deliver(self, jenis: Jenis, request: Prepared, *, may_leave: MayLeave = lambda: True) -> Receipt:
        """Send a prepared job; otherwise like `send`."""
        if request.method == "PUT":
            return self._edit(jenis, request, may_leave)
        exchange = self._ask(jenis.service, jenis, request, may_leave)
        return Receipt(exchange, proven_number(jenis, exchange))

    def _edit(self, jenis: Jenis, request: Prepared, may_leave: MayLeave) -> Receipt:
        """A visit keeps its number."""
        exchange = self._ask(jenis.service, EDIT, request, may_leave)
        number = cast(Mapping[str, JSON], request.json)["noKunjungan"]
        return Receipt(exchange, {"noKunjungan": str(number)})

    def find_pendaftaran(self, key: VisitKey) -> str | None:
        """The noUrut under which PCare holds a registration, None when it holds none. Raises `BpjsError`."""
        return readback.find_pendaftaran(self._read_pcare, key)

    def find_kunjungan(self, key: VisitKey) -> str | None:
        """The noKunjungan under which PCare holds a visit, None when it holds none. Raises `BpjsError`."""
        return readback.find_kunjungan(self._read_pcare, key, self._settings.kd_provider)

    def see_pendaftaran(self, key: VisitKey) -> Seen:
        """The row of a registration in PCare's list of the day. Raises `BpjsError`."""
        return readback.see_pendaftaran(self._read_pcare, key)

    def see_kunjungan(self, key: VisitKey) -> Seen:
        """The row of a visit in the card's history. Raises `BpjsError`."""
        return readback.see_kunjungan(self._read_pcare, key, self._settings.kd_provider)

    def holds_pendaftaran(self, key: VisitKey, no_urut: str) -> bool:
        """Whether PCare holds a registration of this number, under whatever poli. Raises `BpjsError`."""
        return readback.holds_pendaftaran(self._read_pcare, key, no_urut)

    def holds_kunjungan(self, no_kartu: str, no_kunjungan: str) -> bool:
        """Whether PCare holds a visit of this number, whatever else its row shows. Raises `BpjsError`."""
        return readback.holds_kunjungan(self._read_pcare, no_kartu, no_kunjungan)

    def see_kunjungan_numbered(self, no_kartu: str, no_kunjungan: str) -> Seen:
        """The row of the visit with this number in the card's history. Raises `BpjsError`."""
        return readback.see_kunjungan_numbered(self._read_pcare, no_kartu, no_kunjungan)

    def own_provider(self) -> str | None:
        """The clinic's provider code as PCare shows it today; None: it shows none. Raises `BpjsError`."""
        return readback.own_provider(self._read_pcare, self._today())

    def probe(self, service: Service, *, other: bool = False) -> Exchange:
        """A harmless read: does the service answer and take our credential? Raises `BpjsError`.

        `other`: at another endpoint, for the first may be out of order alone.
        """
        return self.read(service, self._harmless_paths(service)[int(other)])

    def harmless_path(self, service: Service) -> str:
        """The path of the harmless read, relative to the service's base URL."""
        return self._harmless_paths(service)[0]

    def _harmless_paths(self, service: Service) -> tuple[str, str]:
        return harmless_reads(service, self._today())

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock(), UTC).astimezone(_JAKARTA).date()

    def read(self, service: Service, path: str) -> Exchange:
        """GET a path relative to the service's base URL; "no data" in any form gives response None or [].

        Raises `BpjsError`; a failed read is Temporary, never Unknown.
        """
        exchange = self._ask(service, READ, read_request(path))
        return replace(exchange, response=_without_empty_forms(exchange.response))

    def credential_mark(self, service: Service) -> str:
        """Tells whether the credential of a service is still the one it was, and nothing else."""
        return credential_mark(Credential.of(self._settings, service))

    def close(self) -> None:
        """Close all connections."""
        for connection in self._connections.values():
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _connect(self, service: Service, transport: httpx.BaseTransport) -> Connection:
        return Connection(
            service,
            self._settings.base_url(service),
            Credential.of(self._settings, service),
            transport=transport,
            clock=self._clock,
            timeouts=Timeouts.around(self._settings.timeout_seconds),
        )

    def _ask(
        self, service: Service, endpoint: Endpoint, request: Prepared, may_leave: MayLeave = lambda: True
    ) -> Exchange:
        connection = self._connections[service]
        deadline = connection.start_deadline(may_leave)
        try:
            return judge(service, endpoint, connection.exchange(request, deadline))
        except Unauthorized as refusal:
            if not refusal.expired:
                raise
        # Refused for its age, so nothing was done: this one repetition is safe even for a write.
        try:
            return judge(service, endpoint, connection.exchange(request, deadline))
        except Unauthorized as refusal:
            raise self._with_skew(refusal) if refusal.expired else refusal from None

    def _with_skew(self, refusal: Unauthorized) -> Unauthorized:
        """The refusal, saying how far our clock is from the Date header of the answer."""
        theirs = refusal.exchange.server_date
        if theirs is None:
            return refusal
        skew = round(self._clock() - theirs.timestamp())
        side = "lebih cepat" if skew > 0 else "lebih lambat"
        told = f"Jam komputer {abs(skew)} detik {side} dari jam BPJS: samakan (NTP)."
        return Unauthorized(
            f"{refusal.reason} {told}", refusal.exchange, refusal.fields, suspect=Suspect.CLOCK
        )

    def _read_pcare(self, path: str) -> Exchange:
        return self.read(Service.PCARE, path)


def _without_empty_forms(response: JSON) -> JSON:
    if isinstance(response, Mapping) and response.get("list", ...) in (None, []):
        return []
    return None if response == "" else response
