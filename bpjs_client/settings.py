"""The addresses of BPJS and our credential there, read from ``BPJS_…`` variables and ``.env``."""

import re
import ssl
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bpjs_client.jenis import Service
from bpjs_client.web_address import safe_address

_SIMULATORS_HOST = "127.0.0.1"
SIMULATOR = "simulator"  # instead of an address: our own double of BPJS
# A clinic needs the others.
_OPTIONAL = frozenset({"kd_aplikasi", "timeout_seconds", "ca_file", "simulated", "antrean_login"})
_PROVIDER = re.compile(r"[0-9A-Za-z]{8}")  # the shape of all samples (contract 5e)
# The project's own, from whatever directory a command is run.
DOTENV = Path(__file__).resolve().parent.parent / ".env"


class BpjsSettings(BaseSettings):
    """One clinic's credentials for both services; the defaults are those of the simulator.

    ``timeout_seconds`` is the longest wait for the next part of an answer. ``ca_file`` holds a certificate
    authority (PEM) to trust besides the public ones; certificates are always verified. ``antrean_login``:
    whether Antrean gets the PCare login too (contract 1.2). ``simulated`` is said by whoever starts the
    simulator: on whatever port it is, it is one and the same.
    """

    model_config = SettingsConfigDict(
        env_prefix="BPJS_", env_file=DOTENV, extra="ignore", hide_input_in_errors=True
    )

    pcare_base_url: str = "http://127.0.0.1:4010/pcare-rest"
    antrean_base_url: str = "http://127.0.0.1:4010/antreanfktp"
    cons_id: str = "12345"
    secret_key: SecretStr = SecretStr("rahasia-simulator")
    pcare_user_key: SecretStr = SecretStr("kunci-pcare-simulator")
    antrean_user_key: SecretStr = SecretStr("kunci-antrean-simulator")
    pcare_username: str = "klinik"
    pcare_password: SecretStr = SecretStr("Sandi#Simulator1")
    kd_aplikasi: str = "095"
    kd_provider: str = "01234567"
    antrean_login: bool = True
    simulated: bool = False
    timeout_seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 30.0
    ca_file: Path | None = None

    @field_validator("cons_id", "pcare_user_key", "antrean_user_key", mode="before")
    @classmethod
    def _one_line(cls, value: object) -> object:
        # These go out as HTTP headers, and a stray newline from a copied key would break every request.
        return value.strip() if isinstance(value, str) else value

    @field_validator("pcare_base_url", "antrean_base_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        return safe_address(value)

    @field_validator("kd_provider")
    @classmethod
    def _provider_code(cls, value: str) -> str:
        # Look-ups compare it letter by letter: a stray space would make every visit look absent. An empty one
        # is an installation that is not filled in yet, which `bpjs doctor` says.
        if value and not _PROVIDER.fullmatch(value):
            raise ValueError("harus 8 angka atau huruf, tanpa spasi")
        return value

    @field_validator("ca_file")
    @classmethod
    def _authority(cls, file: Path | None) -> Path | None:
        try:
            if file is not None:
                ssl.create_default_context(cafile=file)
        except OSError:  # of which SSLError is one
            raise ValueError("harus berkas PEM dengan sertifikat CA") from None
        return file

    def base_url(self, service: Service) -> str:
        """The address of a service, without a trailing slash."""
        urls = {Service.PCARE: self.pcare_base_url, Service.ANTREAN: self.antrean_base_url}
        return urls[service].rstrip("/")

    @property
    def unfilled(self) -> list[str]:
        """The variables that this BPJS needs and that are empty or not given, such as `BPJS_CONS_ID`.

        The simulator, and whatever else answers on its address, is content with the defaults.
        """
        given = {name for name in self.model_fields_set if str(_plain(getattr(self, name))).strip()}
        needed = self.model_fields_set if self.is_local else type(self).model_fields.keys()
        return sorted(f"BPJS_{name}".upper() for name in needed - given - _OPTIONAL)

    @property
    def is_local(self) -> bool:
        """Whether both services answer where the simulator does."""
        return all(urlsplit(self.base_url(service)).hostname == _SIMULATORS_HOST for service in Service)

    def place(self, service: Service) -> str:
        """The name of this BPJS, whatever the credential: `simulator`, or host, port and path."""
        if self.simulated or self.base_url(service) == type(self).model_fields[f"{service}_base_url"].default:
            return SIMULATOR
        return place_of(self.base_url(service))

    def user_key(self, service: Service) -> SecretStr:
        """The service's own user key (contract 1.2: each service has its own)."""
        return {Service.PCARE: self.pcare_user_key, Service.ANTREAN: self.antrean_user_key}[service]


def _plain(value: object) -> object:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def place_of(address: str) -> str:
    """Host, port and path of an address in one spelling; never a password."""
    parts = urlsplit(address)
    usual = {"http": 80, "https": 443}[parts.scheme.lower()]
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.hostname}{port}{parts.path.rstrip('/')}".lower()
