"""The settings of the database: its address, its keys, and the clock that the clinic lives by."""

from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent


_REAL = PROJECT / ".bpjs"


class _Named(BaseSettings):
    """The variables that say that jobs go to the real BPJS and not to the simulator."""

    model_config = SettingsConfigDict(env_prefix="BPJS_", env_file=PROJECT / ".env", extra="ignore")

    pcare_base_url: str | None = None
    antrean_base_url: str | None = None
    faskes_file: Path | None = None
    simulated: bool = False


def names_bpjs() -> bool:
    """Whether the environment or `.env` says where BPJS is; if not, everything talks to the simulator.

    Raises ValidationError for a BPJS_SIMULATED that is neither yes nor no.
    """
    named = _Named()
    return not named.simulated and bool(named.model_fields_set - {"simulated"})


def home() -> Path:
    """Where this installation keeps what it makes. What is invented has a folder of its own."""
    return _REAL if names_bpjs() else _REAL / "simulator"


def default_url() -> SecretStr:
    """SQLite in `bpjs.db` of that folder."""
    return SecretStr(f"sqlite:///{home() / 'bpjs.db'}")


class DatabaseSettings(BaseSettings):
    """`BPJS_DATABASE_URL` (SQLAlchemy form; `postgres://` is understood) and `BPJS_TIMEZONE` (IANA name).

    `data_keys`, `encrypt`: the keys that bodies and answers are sealed with, and whether they are (see
    `database.storage.data_keys`); `data_key_file` keeps the key that is made when none is given.
    `faskes_file`, `share_credential`: which clinics there are, see `only_utama`.
    """

    model_config = SettingsConfigDict(env_prefix="BPJS_", env_file=PROJECT / ".env", extra="ignore")

    # A secret: a PostgreSQL address carries its password.
    database_url: SecretStr = Field(default_factory=default_url)
    timezone: str = "Asia/Jakarta"
    data_keys: SecretStr | None = None
    data_key_file: Path = _REAL / "data.key"
    encrypt: bool = True
    faskes_file: Path | None = None
    share_credential: bool = False

    @model_validator(mode="after")
    def _key_beside_its_database(self) -> Self:
        # A database that is named has one key, whoever opens it, for not all who hand over name BPJS too.
        if "database_url" not in self.model_fields_set and "data_key_file" not in self.model_fields_set:
            self.data_key_file = home() / "data.key"
        return self

    @property
    def only_utama(self) -> bool:
        """Whether the one credential is that of the clinic `utama` and of no other."""
        return self.faskes_file is None and not self.share_credential

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
            raise ValueError("bukan nama zona waktu IANA, misalnya Asia/Jakarta") from unknown
        return name
