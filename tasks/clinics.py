"""The clinics (faskes) that this installation delivers for: one from the environment, or many from a file.

`BPJS_FASKES_FILE` names a TOML file with a table per clinic; its secrets stand in the environment or in files
of their own, never in it:

    [klinik-melati]
    cons_id = "12345"
    secret_key = { env = "MELATI_SECRET_KEY" }
    pcare_user_key = { file = "melati-pcare.key" }    # beside this file
    …
    serentak = 4
    registered_members = 5200
"""

import os
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from bpjs_client.jenis import Service
from bpjs_client.settings import BpjsSettings, place_of
from database.faskes_name import UTAMA, Known, is_stranger, no_credential
from database.services.clinic_service import ClinicService
from database.settings import PROJECT
from tasks.reporting import DAY, Reporting, Reportings

SERENTAK = 5


class ClinicsWrong(Exception):
    """The file of clinics cannot be used; the sentence is for a person and holds no value from it."""


class NotFilledIn(Exception):
    """The settings name the real BPJS and lack what is needed there; the text names the variables."""


class UnknownClinic(Exception):
    """Nobody gave us a credential for a job's faskes; its text is fit for a message and for Prefect."""

    def __init__(self, faskes: str, *, from_file: bool = True) -> None:
        super().__init__(no_credential(faskes, from_file=from_file))


ReportingDay = Annotated[int, Field(ge=1, le=28)]
Members = Annotated[int, Field(ge=1, le=10_000_000)]


class ClinicsSettings(BaseSettings):
    """The settings that say which clinics the credentials are for.

    `faskes_file`: the TOML file with the clinics. Without it the `BPJS_…` variables are the credential of
    `utama`; with `share_credential` also that of every other faskes, such as branches of one clinic.
    `srbk`: referrals go through Satu Sehat, so that visits that end in one are not sent the old way.
    `reporting_day`: on which day of a month the data of the month before close. `registered_members`: how
    many participants are registered at the clinic; without it there is no contact rate.
    """

    model_config = SettingsConfigDict(env_prefix="BPJS_", env_file=PROJECT / ".env", extra="ignore")

    faskes_file: Path | None = None
    share_credential: bool = False
    srbk: bool = False
    reporting_day: ReportingDay = DAY
    registered_members: Members | None = None

    @property
    def reporting(self) -> Reporting:
        """Of every clinic whose table does not say."""
        return Reporting(self.reporting_day, self.registered_members)


def _secret(value: object, info: ValidationInfo) -> SecretStr:
    """The text that `{ env = "NAME" }` or `{ file = "PATH" }` points to. Raises ValueError, without it."""
    if not isinstance(value, Mapping) or set(value) not in ({"env"}, {"file"}):
        raise ValueError('harus { env = "NAMA" } atau { file = "BERKAS" }')
    ((kind, where),) = value.items()
    folder: Path = (info.context or {}).get("folder", Path())
    try:
        found = os.environ.get(str(where), "") if kind == "env" else (folder / str(where)).read_text("utf-8")
    except (OSError, ValueError):
        raise ValueError(f"berkas {where} tidak dapat dibaca") from None
    if not found.strip():
        raise ValueError(f"{'variabel' if kind == 'env' else 'berkas'} {where} kosong atau tidak ada")
    return SecretStr(found.strip())


_Secret = Annotated[SecretStr, BeforeValidator(_secret)]


_OURS = frozenset(
    {"serentak", "srbk", "reporting_day", "registered_members"}
)  # of a table, what is no part of the way to BPJS


class Clinic(BaseModel):
    """One table of the file. A credential is given whole; the rest defaults to the `BPJS_…` variables.

    `serentak`: most requests at a time at each of the clinic's two services. `srbk`: whether its referrals go
    through Satu Sehat. `reporting_day`, `registered_members`: as in ClinicsSettings.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)

    cons_id: str = Field(min_length=1)
    secret_key: _Secret
    pcare_user_key: _Secret
    antrean_user_key: _Secret
    pcare_username: str = Field(min_length=1)
    pcare_password: _Secret
    kd_provider: str = Field(min_length=1)
    pcare_base_url: str | None = None
    antrean_base_url: str | None = None
    kd_aplikasi: str | None = None
    antrean_login: bool | None = None
    serentak: int = Field(default=SERENTAK, ge=1, le=100)
    srbk: bool | None = None
    reporting_day: ReportingDay | None = None
    registered_members: Members | None = None

    def settings(self) -> BpjsSettings:
        """The clinic's way to BPJS. Raises pydantic's ValidationError."""
        return BpjsSettings(
            **{name: value for name, value in self if name not in _OURS and value is not None}
        )


class Clinics:
    """The clinics, how BPJS is reached for each, and how much each may have in hand at a time."""

    def __init__(
        self,
        listed: Mapping[str, Clinic] | None = None,
        *,
        shared: bool = False,
        srbk: bool = False,
        reporting: Reporting | None = None,
    ) -> None:
        """`shared`: without a file, whether the one credential serves every faskes and not `utama` alone.

        `srbk`, `reporting`: what counts of referrals and of reporting where a clinic's table does not say.
        """
        self._listed = listed
        self._shared = shared
        self._srbk = srbk
        self.reportings = _reportings(reporting or Reporting(), listed or {})

    @property
    def names(self) -> tuple[str, ...]:
        """The clinics known by name: `utama`, or those of the file."""
        return (UTAMA,) if self._listed is None else tuple(self._listed)

    @property
    def known(self) -> Known:
        """Those of the file; None without one: then any name may have been served."""
        return None if self._listed is None else self._listed.keys()

    @property
    def from_file(self) -> bool:
        """Whether they come from a file, each with a credential of its own."""
        return self._listed is not None

    def key(self, faskes: str) -> str:
        """The name under which to ask for a faskes; without a file all share one. Raises UnknownClinic."""
        if not self.knows(faskes):
            raise UnknownClinic(faskes, from_file=self.from_file)
        return UTAMA if self._listed is None else faskes

    def knows(self, faskes: str) -> bool:
        """Whether there is a credential for a faskes."""
        if self._listed is None:
            return self._shared or faskes == UTAMA
        return not is_stranger(faskes, self.known)

    def settings(self, faskes: str) -> BpjsSettings:
        """Credentials and addresses of a clinic. Raises UnknownClinic."""
        key = self.key(faskes)
        return BpjsSettings() if self._listed is None else self._listed[key].settings()

    @property
    def unfilled(self) -> list[str]:
        """The variables that the way to BPJS still needs, such as `BPJS_CONS_ID`.

        A table of a file of clinics has its credential or is refused; its addresses may stand outside it.
        """
        shared = BpjsSettings()
        if self._listed is None:
            return shared.unfilled
        outside = {service for service in Service if _named_outside(service, shared)}
        left = {
            service for clinic in self._listed.values() for service in Service if not _own(clinic, service)
        }
        return sorted(f"BPJS_{service}_BASE_URL".upper() for service in left - outside)

    def refuse_unfilled(self) -> None:
        """Raises NotFilledIn: BPJS would refuse, or the simulator be told of real patients."""
        if left := self.unfilled:
            raise NotFilledIn(f"Belum diisi di .env: {', '.join(left)}.")

    def uses_srbk(self, faskes: str) -> bool:
        """Whether a clinic's referrals go through Satu Sehat."""
        clinic = (self._listed or {}).get(faskes)
        return self._srbk if clinic is None or clinic.srbk is None else clinic.srbk

    def addresses(self) -> dict[tuple[str, Service], str]:
        """The BPJS that serves each clinic, for each service. Raises pydantic's ValidationError."""
        shared = BpjsSettings()
        listed: Mapping[str, Clinic | None] = {UTAMA: None} if self._listed is None else self._listed
        return {
            (name, service): _place(clinic, service, shared)
            for name, clinic in listed.items()
            for service in Service
        }

    def neighbours(self, faskes: str, service: Service) -> list[str]:
        """The other clinics that call a service at the same address."""
        listed = self._listed or {}
        addresses = {name: clinic.settings().base_url(service) for name, clinic in listed.items()}
        return [name for name in listed if name != faskes and addresses[name] == addresses.get(faskes)]

    def room(self, clinic_service: ClinicService, in_hand: int) -> int:
        """The number of a clinic's jobs that may yet be taken in hand at one of its services."""
        if self._listed is None:
            return _NO_LIMIT
        clinic = self._listed.get(clinic_service.faskes)
        return (clinic.serentak if clinic else 1) - in_hand


def _own(clinic: Clinic, service: Service) -> str | None:
    return {Service.PCARE: clinic.pcare_base_url, Service.ANTREAN: clinic.antrean_base_url}[service]


def _named_outside(service: Service, shared: BpjsSettings) -> bool:
    return shared.simulated or f"{service}_base_url" in shared.model_fields_set


def _place(clinic: Clinic | None, service: Service, shared: BpjsSettings) -> str:
    own = _own(clinic, service) if clinic else None
    return place_of(own) if own else shared.place(service)


_NO_LIMIT = 1_000_000


@cache
def configured_clinics() -> Clinics:
    """The clinics of this process's settings. Raises ClinicsWrong."""
    settings = ClinicsSettings()
    if settings.faskes_file is None:
        return Clinics(shared=settings.share_credential, srbk=settings.srbk, reporting=settings.reporting)
    return read_clinics(settings.faskes_file, srbk=settings.srbk, reporting=settings.reporting)


def configured_reportings() -> Reportings:
    """When the months of this process's clinics close, for whoever only looks: no secret is read for it.

    Raises ClinicsWrong.
    """
    settings = ClinicsSettings()
    file = settings.faskes_file
    if file is None:
        return Reportings(settings.reporting)
    tables = {name: _checked(file, name, table, _ReportingOfTable) for name, table in _tables(file).items()}
    return _reportings(settings.reporting, tables)


class _ReportingOfTable(BaseModel):
    """What of a clinic's table is about reporting."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, frozen=True)

    reporting_day: ReportingDay | None = None
    registered_members: Members | None = None


def _reportings(default: Reporting, tables: "Mapping[str, Clinic | _ReportingOfTable]") -> Reportings:
    own = {
        name: Reporting(table.reporting_day or default.day, table.registered_members or default.members)
        for name, table in tables.items()
    }
    return Reportings(default, own)


def known_clinics() -> Known:
    """The names in the file, for whoever only looks at jobs: no secret is read for it.

    None without a file, and for one that cannot be read: then no faskes is called unknown.
    """
    file = ClinicsSettings().faskes_file
    try:
        return None if file is None else _tables(file).keys()
    except ClinicsWrong:
        return None


def srbk_here() -> Callable[[str], bool | None]:
    """Whether a clinic's referrals go through Satu Sehat, for whoever only looks: no secret is read for it.

    It answers None where the file of clinics cannot be read.
    """
    settings = ClinicsSettings()
    try:
        tables = {} if settings.faskes_file is None else _tables(settings.faskes_file)
    except ClinicsWrong:
        return lambda _faskes: None
    said = {name: table.get("srbk") for name, table in tables.items() if isinstance(table, dict)}

    def uses(faskes: str) -> bool:
        own = said.get(faskes)
        return own if isinstance(own, bool) else settings.srbk

    return uses


def read_clinics(file: Path, *, srbk: bool = False, reporting: Reporting | None = None) -> Clinics:
    """Read the file; the names of its tables are the `faskes` of jobs. Raises ClinicsWrong."""
    listed = {name: _clinic(file, name, table) for name, table in _tables(file).items()}
    return Clinics(listed, srbk=srbk, reporting=reporting)


def secret_files() -> list[Path]:
    """The files in which secrets of clinics stand; none where the file of clinics cannot be read."""
    file = ClinicsSettings().faskes_file
    try:
        tables = {} if file is None else _tables(file)
    except ClinicsWrong:
        return []
    values = [value for table in tables.values() if isinstance(table, dict) for value in table.values()]
    named = [value["file"] for value in values if isinstance(value, dict) and set(value) == {"file"}]
    return [file.parent / str(name) for name in named if file is not None]


def _tables(file: Path) -> dict[str, Any]:
    try:
        tables = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeError):
        raise ClinicsWrong(f"Berkas faskes {file} tidak dapat dibaca.") from None
    except tomllib.TOMLDecodeError as wrong:
        raise ClinicsWrong(f"Berkas faskes {file} bukan TOML yang sah ({_where(wrong)}).") from None
    if not tables:
        raise ClinicsWrong(f"Berkas faskes {file} tidak berisi satu faskes pun.")
    return tables


def _where(wrong: tomllib.TOMLDecodeError) -> str:
    """`at line 3, column 5`: the rest of its text may quote a secret put there by mistake."""
    said = str(wrong)
    return said[said.rfind("(") + 1 : -1] if said.endswith(")") else "rusak"


def _clinic(file: Path, name: str, table: Any) -> Clinic:
    return _checked(file, name, table, Clinic, Clinic.settings)


T = TypeVar("T", bound=BaseModel)


def _checked(
    file: Path, name: str, table: Any, kind: type[T], check: Callable[[T], object] = lambda _clinic: None
) -> T:
    """A clinic's table as this kind of model. Raises ClinicsWrong."""
    try:
        clinic = kind.model_validate(table, context={"folder": file.parent})
        check(clinic)
    except ValidationError as wrong:
        (first, *_) = wrong.errors(include_input=False, include_url=False, include_context=False)
        field = ".".join([name, *map(str, first["loc"])])
        reason = _REASONS.get(first["type"], first["msg"].removeprefix("Value error, "))
        raise ClinicsWrong(f"Berkas faskes {file}: {field}: {reason}") from None
    return clinic


_REASONS = {
    "missing": "wajib diisi",
    "extra_forbidden": "nama ini tidak dikenal",
    "model_type": "harus tabel, misalnya [klinik-melati]",
    "string_too_short": "wajib diisi",
}
