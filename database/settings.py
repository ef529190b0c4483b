"""Where the database is and which clock the clinic lives by."""

from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent


def default_url() -> SecretStr:
    """SQLite in `.bpjs/bpjs.db` under the project."""
    return SecretStr(f"sqlite:///{PROJECT / '.bpjs' / 'bpjs.db'}")


class DatabaseSettings(BaseSettings):
    """`BPJS_DATABASE_URL` (SQLAlchemy form; `postgres://` is understood) and `BPJS_TIMEZONE` (IANA name).

    `data_keys`, `encrypt`: the keys that bodies and answers are sealed with, and whether they are (see
    `database.data_keys`); `data_key_file` keeps the key that is made when none is given.
    """

    model_config = SettingsConfigDict(env_prefix="BPJS_", env_file=PROJECT / ".env", extra="ignore")

    # A secret: a PostgreSQL address carries its password.
    database_url: SecretStr = default_url()
    timezone: str = "Asia/Jakarta"
    data_keys: SecretStr | None = None
    data_key_file: Path = PROJECT / ".bpjs" / "data.key"
    encrypt: bool = True

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
            raise ValueError("bukan nama zona waktu IANA, misalnya Asia/Jakarta") from unknown
        return name
