"""`bpjs doctor`: what is wrong, and what to do about it."""

import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer
from pydantic import SecretStr

from bpjs_client.errors import BpjsError, Unauthorized
from bpjs_client.jenis import Service
from bpjs_client.settings import BpjsSettings
from cli.chosen import known
from cli.prefect_start import prepare_prefect
from cli.terminal import console, print_json
from database import DatabaseError, open_database
from database.data_keys import keyring_of
from database.health import PAUSED
from database.intake import UTAMA
from database.monitor import say_door
from database.outbox import refused_rows
from database.room import check_room
from database.services import closed_doors
from database.settings import DatabaseSettings
from tasks.clinics import configured_clinics
from tasks.prefect_environment import API_URL, has_api_url
from tasks.settings import DeliverySettings

# A clock off by more than this will be refused by BPJS sooner or later.
MOST_SKEW_SECONDS = 60
SET_THE_CLOCK = "samakan jam komputer (NTP)"
_SIMULATOR = "127.0.0.1"
# Of BPJS's settings; the others belong to the clinic.
_OPTIONAL = frozenset({"kd_aplikasi", "timeout_seconds", "ca_file"})


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is well, what was found, and what to do if not."""

    what: str
    well: bool
    found: str
    todo: str = ""


def doctor(
    faskes: Annotated[str, typer.Option(help="Tanya BPJS untuk faskes ini; bawaan: semua.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Satu dokumen JSON.")] = False,
) -> None:
    """Memeriksa pengaturan, basis data, Prefect, kedua layanan BPJS, kredensial, dan jam komputer."""
    prepare_prefect()
    chosen = [known(faskes)] if faskes else list(configured_clinics().names)
    findings = [finding for look in (_settings, _database, _prefect) for finding in look()]
    findings += [finding for clinic in chosen for finding in _services(clinic)]
    if as_json:
        print_json({"findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            _print(finding)
    raise typer.Exit(0 if all(finding.well for finding in findings) else 1)


def _print(finding: Finding) -> None:
    mark = "[green]✓[/green]" if finding.well else "[red]✗[/red]"
    console().print(f"{mark} {finding.what}: ", end="")
    console().print(finding.found, markup=False, soft_wrap=True)
    if not finding.well:
        console().print(f"   → {finding.todo}", markup=False, soft_wrap=True)


def _settings() -> Iterator[Finding]:
    DeliverySettings()
    clinics, settings = configured_clinics(), BpjsSettings()
    if clinics.from_file:
        yield Finding("Pengaturan", True, f"{len(clinics.names)} faskes dari BPJS_FASKES_FILE")
        return
    if _SIMULATOR in settings.pcare_base_url:
        yield Finding("Pengaturan", True, "memakai simulator; BPJS sebenarnya: isi .env menurut .env.example")
        return
    given = {name for name in settings.model_fields_set if str(_plain(getattr(settings, name))).strip()}
    left = BpjsSettings.model_fields.keys() - given - _OPTIONAL
    names = ", ".join(sorted(f"BPJS_{name}".upper() for name in left))
    yield Finding("Pengaturan", not left, "lengkap" if not left else f"belum diisi: {names}", "isi di .env")


def _plain(value: object) -> object:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _database() -> Iterator[Finding]:
    kind = DatabaseSettings().database_url.get_secret_value().partition(":")[0]
    try:
        database = open_database()
        check_room(database)
    except DatabaseError as error:
        todo = "periksa BPJS_DATABASE_URL, ruang disk, dan izin berkasnya"
        yield Finding("Basis data", False, str(error), todo)
        return
    yield Finding("Basis data", True, f"{kind}, dapat ditulis dan masih muat, tabelnya terbaru")
    yield _data_key(DatabaseSettings())
    refused = refused_rows(database)
    if refused:
        todo = "baca kolom galat, perbaiki barisnya (docs/integration.md)"
        yield Finding("Kotak masuk", False, f"{refused} baris tabel intake ditolak", todo)
    for door in closed_doors(database):
        todo = _TODO.get(door.state, "tunggu: layanan ini dicoba lagi dengan sendirinya")
        yield Finding("Layanan", False, say_door(database, door), todo)


def _data_key(settings: DatabaseSettings) -> Finding:
    """Where the key is without which nobody can read what is stored."""
    if not settings.encrypt:
        only_a_demo = _SIMULATOR in BpjsSettings().pcare_base_url and not configured_clinics().from_file
        return Finding("Kunci data", only_a_demo, "isi dan jawaban tidak disegel", "hapus BPJS_ENCRYPT=false")
    if settings.data_keys:
        return Finding("Kunci data", True, f"'{keyring_of(settings).present}' dari BPJS_DATA_KEYS")
    where = f"di berkas {settings.data_key_file}; simpan salinannya, terpisah dari cadangan basis data"
    return Finding("Kunci data", True, where)


_TODO = {PAUSED: "perbaiki kredensial, atau jalankan: bpjs resume"}


def _prefect() -> Iterator[Finding]:
    if not has_api_url(os.environ):
        found = "tanpa PREFECT_API_URL; send memakai server sementara, dispatch memerlukan server tetap"
        yield Finding("Prefect", True, found)
        return
    from prefect import get_client  # noqa: PLC0415 - Prefect takes seconds to import

    from tasks.recording import PREFECT_UNAVAILABLE  # noqa: PLC0415
    from tasks.schedules import schedule_zones  # noqa: PLC0415

    try:
        with get_client(sync_client=True) as client:
            client.hello()
            zones = schedule_zones(client)
    except PREFECT_UNAVAILABLE as error:
        todo = f"hidupkan server Prefect, atau periksa {API_URL}"
        yield Finding("Prefect", False, f"tidak menjawab ({type(error).__name__})", todo)
        return
    yield Finding("Prefect", True, "menjawab")
    yield from _schedules(zones, DatabaseSettings().timezone)


def _schedules(zones: set[str], clinic: str) -> Iterator[Finding]:
    """Jobs of the morning must not start at noon."""
    if not zones:
        todo = "jalankan: prefect --no-prompt deploy --all"
        yield Finding("Jadwal", False, "belum ada jadwal pembaruan referensi", todo)
        return
    well = zones == {clinic}
    found = f"memakai zona waktu {', '.join(sorted(zones))}" + ("" if well else f", klinik {clinic}")
    yield Finding("Jadwal", well, found, "samakan zone di prefect.yaml dengan BPJS_TIMEZONE, deploy lagi")


def _services(faskes: str) -> Iterator[Finding]:
    from bpjs_client.jobs import Bpjs  # noqa: PLC0415 - HTTP and ciphers, which no other command needs

    clinic = "" if faskes == UTAMA else f" {faskes}"
    with Bpjs(configured_clinics().settings(faskes)) as bpjs:
        for service in Service:
            yield from _service(bpjs.probe, service, f"BPJS {service.value}{clinic}")


def _service(probe: Callable[[Service], object], service: Service, name: str) -> Iterator[Finding]:
    try:
        exchange = probe(service)
    except Unauthorized as refused:
        todo = SET_THE_CLOCK if refused.expired else "perbaiki kredensial di .env atau BPJS_FASKES_FILE"
        yield Finding(name, False, refused.reason, todo)
        # Who was just told that the clock is wrong must not read below that it is right.
        clock = _clock(name, refused.exchange.server_date)
        yield from (finding for finding in clock if not (refused.expired and finding.well))
        return
    except BpjsError as error:
        yield Finding(
            name, False, error.reason, "periksa jaringan dan alamat layanan; bila BPJS mati, tunggu"
        )
        return
    yield Finding(name, True, "menjawab dan menerima kredensial")
    yield from _clock(name, getattr(exchange, "server_date", None))


def _clock(name: str, theirs: datetime | None) -> Iterator[Finding]:
    if theirs is None:
        return
    skew = round((datetime.now(UTC) - theirs).total_seconds())
    well = abs(skew) <= MOST_SKEW_SECONDS
    side = "lebih cepat dari" if skew > 0 else "lebih lambat dari"
    found = "sama dengan BPJS" if well else f"{abs(skew)} detik {side} BPJS"
    yield Finding(f"Jam komputer ({name})", well, found, "" if well else SET_THE_CLOCK)
