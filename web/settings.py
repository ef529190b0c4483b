"""The settings of the page, `BPJS_WEB_…`."""

import ssl
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from database.settings import PROJECT

LOOPBACK = ("127.0.0.1", "localhost")
_SHORTEST_SECRET = 20


class WebSettings(BaseSettings):
    """Where the page answers.

    `hosts`: the names under which browsers may call it besides this machine's own, separated by commas; a
    request for any other is refused. `proxy`: the address of the proxy before it, whose word on the browser's
    address and on https counts; none by default. `prefect_ui`: where browsers find Prefect's UI; by
    default where its server is, if that is this machine.
    `login_header`, `login_from`, `login_secret`: the clinic system's own proxy logs people in
    (proxy_login.py) by a header of that name, from these addresses or networks, with this secret; without
    all three it does not.
    `webhook_hosts`: the names and addresses, with commas between, to which webhooks may be sent; an address
    of this machine or of a private network only if it is listed itself. `webhook_ca_file`: a certificate
    authority (PEM) of theirs, trusted besides the public ones.
    """

    model_config = SettingsConfigDict(
        env_prefix="BPJS_WEB_", env_file=PROJECT / ".env", extra="ignore", hide_input_in_errors=True
    )

    hosts: str = ""
    proxy: str = Field(default="", pattern=r"^([0-9a-fA-F.:,/ ]*|\*)$")

    prefect_ui: str = Field(default="", pattern=r"^(https?://\S+)?$")

    login_header: str = Field(default="", pattern=r"^[A-Za-z0-9-]*$")
    login_from: str = ""
    login_secret: SecretStr = SecretStr("")

    webhook_hosts: str = ""
    webhook_ca_file: Path | None = None

    @field_validator("webhook_ca_file")
    @classmethod
    def _authority(cls, file: Path | None) -> Path | None:
        try:
            if file is not None:
                ssl.create_default_context(cafile=file)
        except OSError:  # of which SSLError is one
            raise ValueError("harus berkas PEM dengan sertifikat CA") from None
        return file

    @field_validator("login_from")
    @classmethod
    def _addresses(cls, listed: str) -> str:
        try:
            _networks(listed)
        except ValueError:
            raise ValueError("harus alamat IP atau jaringan (10.0.0.0/24), dipisah koma") from None
        return listed

    @field_validator("login_secret")
    @classmethod
    def _long_enough(cls, secret: SecretStr) -> SecretStr:
        if 0 < len(secret.get_secret_value()) < _SHORTEST_SECRET:
            raise ValueError(f"paling sedikit {_SHORTEST_SECRET} huruf")
        return secret

    @property
    def trusts_a_login_proxy(self) -> bool:
        """Whether all is set with which a proxy logs people in."""
        return bool(self.login_header and self.login_networks and self.login_secret.get_secret_value())

    @property
    def login_networks(self) -> list[IPv4Network | IPv6Network]:
        """From where that proxy may ask."""
        return _networks(self.login_from)

    @property
    def webhook_targets(self) -> frozenset[str]:
        """The hosts that webhooks may be sent to."""
        return frozenset(host.strip().lower() for host in self.webhook_hosts.split(",") if host.strip())

    @property
    def names(self) -> list[str]:
        """All the names, this machine's own among them."""
        return [*LOOPBACK, *(name.strip() for name in self.hosts.split(",") if name.strip())]


def _networks(listed: str) -> list[IPv4Network | IPv6Network]:
    """Raises ValueError."""
    return [ip_network(each.strip()) for each in listed.split(",") if each.strip()]
