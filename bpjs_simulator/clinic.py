"""The clinics that the simulator knows, and the check of what a request says about itself."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

# A request's timestamp may lie so many seconds from our clock; BPJS publishes no figure.
SKEW_SECONDS = 600


@dataclass(frozen=True)
class Clinic:
    """The credential that BPJS gave one clinic; all values invented."""

    cons_id: str = "12345"
    secret_key: str = field(default="rahasia-simulator", repr=False)
    pcare_user_key: str = field(default="kunci-pcare-simulator", repr=False)
    antrean_user_key: str = field(default="kunci-antrean-simulator", repr=False)
    username: str = "klinik"
    password: str = field(default="Sandi#Simulator1", repr=False)
    kd_aplikasi: str = "095"
    kd_provider: str = "01234567"


@dataclass(frozen=True)
class Refusal:
    """The refusal of a request: BPJS's code and text (contract 6.2)."""

    code: int
    message: str


SIGNATURE = Refusal(401, "Signature Service Tidak Sesuai")
EXPIRED = Refusal(401, "Service Expired")
USER_KEY = Refusal(401, "Unauthorized! User key tidak sesuai!")
LOGIN = Refusal(401, "Username atau password tidak sesuai")
LOGIN_UNWANTED = Refusal(401, "Unauthorized! X-authorization tidak dikenal")  # invented: nobody has seen one
NO_BASIC = Refusal(50000, "Index and length: StartIndex cannot be less than zero. (Parameter 'startIndex')")


def check(
    service: str,
    headers: Mapping[str, str],
    clinic: Clinic | None,
    now: float,
    *,
    tolerance: float = SKEW_SECONDS,
    antrean_login: str = "ignored",
) -> Refusal | None:
    """None when the request may enter the service, else why not.

    `tolerance`: seconds that a timestamp may lie from our clock; `antrean_login`: as in `Options`.
    """
    if clinic is None:
        return SIGNATURE
    stamp = headers.get("X-timestamp", "")
    given = headers.get("X-signature", "").encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(given, signature(clinic, stamp).encode()):
        return SIGNATURE
    if not (stamp.isascii() and stamp.isdigit()) or abs(now - int(stamp)) > tolerance:
        return EXPIRED
    wanted = clinic.pcare_user_key if service == "pcare" else clinic.antrean_user_key
    if headers.get("user_key", "") != wanted:
        return USER_KEY
    given_login = headers.get("X-authorization", "")
    if service == "antrean" and antrean_login == "refused" and given_login:
        return LOGIN_UNWANTED
    asks = service == "pcare" or antrean_login == "required"
    return _check_login(given_login, clinic) if asks else None


def _check_login(given: str, clinic: Clinic) -> Refusal | None:
    if not given.startswith("Basic "):
        return NO_BASIC
    login = f"{clinic.username}:{clinic.password}:{clinic.kd_aplikasi}"
    return None if given == "Basic " + base64.b64encode(login.encode()).decode() else LOGIN


def signature(clinic: Clinic, stamp: str) -> str:
    """The X-signature that belongs to a timestamp (contract 1.2, mark A)."""
    text = f"{clinic.cons_id}&{stamp}".encode()
    return base64.b64encode(hmac.new(clinic.secret_key.encode(), text, hashlib.sha256).digest()).decode()
