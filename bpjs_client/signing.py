"""Signs each request anew: BPJS's five headers, with the time of this very attempt."""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass

import httpx
from pydantic import SecretStr

from bpjs_client.jenis import Service
from bpjs_client.settings import BpjsSettings

TIMESTAMP_HEADER = "X-timestamp"


@dataclass(frozen=True)
class Credential:
    """The credential that identifies the clinic to one service (contract 1.2, mark A)."""

    cons_id: str
    secret_key: SecretStr
    user_key: SecretStr
    username: str
    password: SecretStr
    kd_aplikasi: str
    sends_login: bool = True

    @classmethod
    def of(cls, settings: BpjsSettings, service: Service) -> "Credential":
        """The credential that the settings hold for a service."""
        return cls(
            cons_id=settings.cons_id,
            secret_key=settings.secret_key,
            user_key=settings.user_key(service),
            username=settings.pcare_username,
            password=settings.pcare_password,
            kd_aplikasi=settings.kd_aplikasi,
            sends_login=service is Service.PCARE or settings.antrean_login,
        )


def credential_mark(credential: Credential) -> str:
    """A text that changes with any part of the credential and tells none of it.

    An HMAC under the secret key: a plain hash of a short password could be found by trying.
    """
    parts = (
        credential.cons_id,
        credential.user_key.get_secret_value(),
        credential.username,
        credential.password.get_secret_value(),
        credential.kd_aplikasi,
    )
    key = credential.secret_key.get_secret_value().encode()
    return hmac.new(key, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()


def signature(credential: Credential, timestamp: str) -> str:
    """Base64 of HMAC-SHA256 over ``{consid}&{timestamp}``; the timestamp is UTC epoch seconds as text."""
    text = f"{credential.cons_id}&{timestamp}".encode()
    digest = hmac.new(credential.secret_key.get_secret_value().encode(), text, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def authorization(credential: Credential) -> str:
    """The PCare login: ``Basic`` and base64 of ``{user}:{password}:{kdAplikasi}``."""
    login = f"{credential.username}:{credential.password.get_secret_value()}:{credential.kd_aplikasi}"
    return "Basic " + base64.b64encode(login.encode()).decode()


class Signing(httpx.Auth):
    """Adds BPJS's headers to a request as it leaves.

    ``X-authorization`` goes to Antrean too, where sources show it both sent and left out (mark B), unless the
    settings say that it does not.
    """

    def __init__(self, credential: Credential, clock: Callable[[], float] = time.time) -> None:
        self._credential = credential
        self._clock = clock

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign one request with the clock's time of now."""
        timestamp = str(int(self._clock()))
        for name, value in self._headers(timestamp).items():
            request.headers[name] = value
        yield request

    def _headers(self, timestamp: str) -> dict[str, str]:
        login = {"X-authorization": authorization(self._credential)} if self._credential.sends_login else {}
        return {
            "X-cons-id": self._credential.cons_id,
            TIMESTAMP_HEADER: timestamp,
            "X-signature": signature(self._credential, timestamp),
            "user_key": self._credential.user_key.get_secret_value(),
            **login,
        }
