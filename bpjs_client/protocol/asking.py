"""Sends the reads of an inquiry, one by one and no more than was said, and keeps the shape of each answer."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

import httpx

from bpjs_client.code_table import READ
from bpjs_client.deadline import DeadlineTransport
from bpjs_client.endpoints import path_of, read_request
from bpjs_client.errors import BpjsError, Unauthorized
from bpjs_client.exchange import JSON
from bpjs_client.jenis import Service
from bpjs_client.paging import Row
from bpjs_client.protocol.shapes import shape_of_answer
from bpjs_client.service import Answer, Connection, Timeouts
from bpjs_client.settings import BpjsSettings
from bpjs_client.signing import Credential
from bpjs_client.text_shape import shape_of
from bpjs_client.verdict import judge

OVER = "jumlah permintaan yang dijanjikan sudah habis"
STOPPED = "tidak ditanya lagi: BPJS menolak kredensial atau aksesnya"


@dataclass(frozen=True)
class Heard:
    """What came of a question: the answer, and the error that it meant; `skew`: seconds that we are ahead.

    `why` says in Indonesian why it is no answer; empty for one that was accepted.
    """

    answer: Answer | None = None
    error: BpjsError | None = None
    why: str = ""
    skew: float | None = None

    @property
    def accepted(self) -> bool:
        """Whether BPJS answered, with data or with none."""
        return not self.why

    @property
    def data(self) -> JSON:
        """The decoded response as it came, in whatever form of "no data"."""
        return self.answer.exchange.response if self.answer else None

    @property
    def rows(self) -> list[Row]:
        """The rows of a list; [] where there are none."""
        data = self.data
        rows = data.get("list") if isinstance(data, Mapping) else data
        return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


class Asker:
    """Asks one clinic's BPJS, at most ``most`` requests in all. Close it, or use it in a ``with`` block.

    A service that refuses the credential is asked nothing more, so that no account is locked. ``clock`` tells
    epoch seconds; ``transport`` replaces the network.
    """

    def __init__(
        self,
        settings: BpjsSettings,
        most: int,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.shapes: list[dict[str, Any]] = []
        self.sent = 0
        self.antrean_login = settings.antrean_login
        self._most = most
        self._transport = transport or DeadlineTransport(settings.ca_file)
        self._open: dict[tuple[Service, bool, float], Connection] = {}
        self._closed_to_us: set[Service] = set()

    def ask(
        self,
        service: Service,
        *segments: object,
        called: str,
        login: bool | None = None,
        shift: float = 0.0,
        decides: bool = False,
    ) -> Heard:
        """Send one read. ``called`` is what the report calls it, without codes and numbers of its path.

        ``login``: whether the PCare login goes with it; ``shift``: seconds by which the timestamp is moved.
        ``decides``: a refusal of the credential ends the questions to this service.
        """
        if service in self._closed_to_us:
            return Heard(why=STOPPED)
        if self.sent >= self._most:
            return Heard(why=OVER)
        self.sent += 1
        heard = self._heard(service, path_of(*segments), self._with_login(service, login), shift)
        self.shapes.append(self._shape(service, called, heard))
        if decides and isinstance(heard.error, Unauthorized):
            self._closed_to_us.add(service)
        return heard

    def is_refused_by(self, service: Service) -> bool:
        """Whether a service refuses the credential, so that it is asked no more."""
        return service in self._closed_to_us

    def close(self) -> None:
        """Close all connections."""
        for connection in self._open.values():
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _with_login(self, service: Service, login: bool | None) -> bool:
        if login is not None:
            return login
        return service is Service.PCARE or self.antrean_login

    def _heard(self, service: Service, path: str, login: bool, shift: float) -> Heard:
        connection = self._connection(service, login, shift)
        answer = None
        try:
            answer = connection.exchange(read_request(path), connection.start_deadline())
            judge(service, READ, answer)
        except BpjsError as error:
            words = shape_of(error.words)
            why = error.reason.rstrip(".") + (f" (BPJS: {words})" if words else "")
            return Heard(answer, error, why, self._skew(answer))
        return Heard(answer, skew=self._skew(answer))

    def _skew(self, answer: Answer | None) -> float | None:
        theirs = answer.exchange.server_date if answer else None
        return None if theirs is None else self.clock() - theirs.timestamp()

    def _shape(self, service: Service, called: str, heard: Heard) -> dict[str, Any]:
        told = shape_of_answer(heard.answer) if heard.answer else {"tanpa_jawaban": heard.why}
        return {"layanan": service.value, "tanya": called, "diterima": heard.accepted, **told}

    def _connection(self, service: Service, login: bool, shift: float) -> Connection:
        key = (service, login, shift)
        if key not in self._open:
            self._open[key] = Connection(
                service,
                self.settings.base_url(service),
                replace(Credential.of(self.settings, service), sends_login=login),
                transport=self._transport,
                clock=lambda: self.clock() + shift,
                timeouts=Timeouts.around(self.settings.timeout_seconds),
            )
        return self._open[key]
