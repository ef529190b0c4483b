"""The settings of the page, `BPJS_WEB_…`."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from database.settings import PROJECT

LOOPBACK = ("127.0.0.1", "localhost")


class WebSettings(BaseSettings):
    """Where the page answers.

    `hosts`: the names under which browsers may call it besides this machine's own, separated by commas; a
    request for any other is refused. `proxy`: the address of the proxy before it, whose word on the browser's
    address and on https counts; none by default. `prefect_ui`: where browsers find Prefect's UI; by
    default where its server is, if that is this machine.
    """

    model_config = SettingsConfigDict(env_prefix="BPJS_WEB_", env_file=PROJECT / ".env", extra="ignore")

    hosts: str = ""
    proxy: str = Field(default="", pattern=r"[0-9a-fA-F.:,/ ]*|\*")

    prefect_ui: str = Field(default="", pattern=r"(https?://\S+)?")

    @property
    def names(self) -> list[str]:
        """All the names, this machine's own among them."""
        return [*LOOPBACK, *(name.strip() for name in self.hosts.split(",") if name.strip())]
