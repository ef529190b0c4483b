"""`bpjs doctor`: what is wrong, and what to do about it."""

import os
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from bpjs_client.dictionary import BY_NAME
from bpjs_client.errors import BpjsError, Suspect, Unauthorized
from bpjs_client.jenis import Service
from bpjs_client.settings import BpjsSettings
from cli import granted_endpoints
from cli.finding import Finding
from cli.open_files import open_files
from cli.options import known
from cli.prefect_start import prepare_prefect
from cli.terminal import UserError, console, print_json
from database import Database, DatabaseError, DatabaseUnavailable, open_database
from database.belonging import check_belonging
from database.errors import OtherBpjs
from database.faskes_name import UTAMA, Known
from database.jobs.intake_table import refused_rows
from database.services.state_words import state_words
from database.services.states import State
from database.services.stopped_groups import Kind, Stopped, summaries
from database.services.stopped_lines import say_stopped
from database.services.stopped_services import stopped_services
from database.settings import DatabaseSettings, names_bpjs
from database.storage.data_keys import keyring_of
from database.storage.dialect import has_own_clock
from database.storage.disk_space import check_room
from database.storage.engine import said_skew
from database.storage.models import ServiceState
from tasks.alerts.settings import AlertSettings
from tasks.clinics import configured_clinics
from tasks.prefect_server.environment import API_URL, has_api_url
from tasks.settings import DeliverySettings

# A clock off by more than this will be refused by BPJS sooner or later.
MOST_SKEW_SECONDS = 60
SET_THE_CLOCK = "samakan jam komputer (NTP)"
# The advice for a harmless read that is refused.
_WHEN_REFUSED = {
    Suspect.CREDENTIAL: "perbaiki kredensial di .env atau BPJS_FASKES_FILE",
    Suspect.CLOCK: SET_THE_CLOCK,
    Suspect.ROUTE: "periksa alamat layanan di .env; bila sudah benar, tanyakan ke BPJS",
    Suspect.GRANT: BY_NAME["belum-dibuka"].todo,
}
# Of more clinics not every endpoint is asked.
MOST = 5


def doctor(
    faskes: Annotated[str, typer.Option(help="Tanya BPJS untuk faskes ini; bawaan: semua.")] = "",
    protocol: Annotated[
        bool, typer.Option("--protokol", help="Tanyakan kepada BPJS yang belum pasti, hanya dengan membaca.")
    ] = False,
    to: Annotated[
        Path | None, typer.Option("--ke", help="Berkas laporan --protokol; bawaan: di map ini.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Satu dokumen JSON.")] = False,
) -> None:
    """Memeriksa pengaturan, basis data, Prefect, kedua layanan BPJS, kredensial, dan jam komputer."""
    if protocol:
        _protocol(faskes, to, as_json=as_json)
    if to is not None:
        raise UserError("--ke hanya untuk --protokol.")
    prepare_prefect()
    chosen = [known(faskes)] if faskes else list(configured_clinics().names)
    few = len(chosen) <= MOST
    findings = []
    for finding in _findings(chosen, few=few):
        findings.append(finding)
        if not as_json:  # each as soon as it is found: BPJS may take its time
            _print(finding)
    if as_json:
        print_json({"findings": [asdict(finding) for finding in findings]})
    raise typer.Exit(0 if all(finding.well for finding in findings) else 1)


def _protocol(faskes: str, to: Path | None, *, as_json: bool) -> NoReturn:
    """Ask BPJS what is not known of it, leave the report, and exit: 0 when both services let us, else 1."""
    names = configured_clinics().names
    if not faskes and len(names) > 1:
        raise UserError(f"Sebut satu faskes dengan --faskes: {', '.join(names)}.")
    from cli.protocol_inquiry import inquire_and_report  # noqa: PLC0415 - HTTP and ciphers

    clinic = known(faskes) if faskes else names[0]
    were_let_in = inquire_and_report(clinic, configured_clinics().settings(clinic), to, as_json=as_json)
    raise typer.Exit(0 if were_let_in else 1)


def _findings(chosen: Sequence[str], *, few: bool) -> Iterator[Finding]:
    yield from _settings()
    yield from _database(chosen if few else ())
    yield from open_files()
    yield from _prefect()
    rows = _stopped_rows()
    for clinic in chosen:
        yield from _services(clinic, rows, endpoints=few)


def _print(finding: Finding) -> None:
    screen = console()
    whole = not screen.is_terminal  # a line for each, however long, for programs; words kept whole for people
    mark = Text("✓", style="green") if finding.well else Text("✗", style="red")
    screen.print(mark.append(f" {finding.what}: {finding.found}", style="none"), soft_wrap=whole)
    if not finding.well:
        screen.print(Text(f"   → {finding.todo}"), soft_wrap=whole)


def _settings() -> Iterator[Finding]:
    DeliverySettings()
    AlertSettings()
    clinics = configured_clinics()
    if left := clinics.unfilled:
        yield Finding("Pengaturan", False, f"belum diisi: {', '.join(left)}", "isi di .env")
    elif clinics.from_file:
        yield Finding("Pengaturan", True, f"{len(clinics.names)} faskes dari BPJS_FASKES_FILE")
    elif BpjsSettings().is_local:
        yield Finding("Pengaturan", True, "memakai simulator; BPJS sebenarnya: isi .env menurut .env.example")
    else:
        yield Finding("Pengaturan", True, "lengkap")


def _database(asked: Collection[str]) -> Iterator[Finding]:
    kind = DatabaseSettings().database_url.get_secret_value().partition(":")[0]
    try:
        database = open_database()
        check_room(database)
    except DatabaseError as error:
        todo = "periksa BPJS_DATABASE_URL, ruang disk, dan izin berkasnya"
        yield Finding("Basis data", False, str(error), todo)
        return
    try:
        check_belonging(database, configured_clinics().addresses())
    except OtherBpjs as error:
        yield Finding("Basis data", False, str(error), "pakai basis data yang benar")
        return
    yield Finding("Basis data", True, f"{kind}, dapat ditulis dan masih muat, tabelnya terbaru")
    yield _data_key(DatabaseSettings())
    yield from _server_clock(database)
    yield from _intake(database)
    yield from _stopped(database, configured_clinics().known, asked)


def _intake(database: Database) -> Iterator[Finding]:
    """Look at the table `intake`: the rows refused there, or that somebody keeps us out of it."""
    try:
        refused = refused_rows(database)
    except DatabaseUnavailable as busy:
        yield Finding("Kotak masuk", False, f"tabel intake: {busy}", "lihat siapa yang mengunci tabel intake")
        return
    if refused:
        todo = "baca kolom galat, perbaiki barisnya (docs/integration.md)"
        yield Finding("Kotak masuk", False, f"{refused} baris tabel intake ditolak", todo)


def _server_clock(database: Database) -> Iterator[Finding]:
    """Compare this machine's clock with the server's, which all machines share."""
    if has_own_clock(database.engine):
        skew = said_skew(database)
        yield Finding(
            "Jam komputer (basis data)", skew is None, skew or "sama", SET_THE_CLOCK if skew else ""
        )


def _stopped(database: Database, known: Known, asked: Collection[str]) -> Iterator[Finding]:
    """Tell of what does not flow; a whole service that is asked itself is told of with its answer."""
    rows = [row for row in stopped_services(database) if row.jenis or row.faskes not in asked]
    for stopped in summaries(rows, known):
        found = say_stopped(database, stopped, known)
        if found:
            yield Finding("Layanan", False, found, _todo(stopped))


def _todo(stopped: Stopped) -> str:
    if stopped.kind is not Kind.ALIKE:
        return _TODO_TOGETHER[stopped.kind]
    return _TODO.get(State(stopped.state), "tunggu: layanan ini dicoba lagi dengan sendirinya")


def _data_key(settings: DatabaseSettings) -> Finding:
    """Say where the key is without which nobody can read what is stored."""
    if not settings.encrypt:
        only_a_demo = BpjsSettings().is_local and not configured_clinics().from_file
        return Finding("Kunci data", only_a_demo, "isi dan jawaban tidak disegel", "hapus BPJS_ENCRYPT=false")
    if settings.data_keys:
        return Finding("Kunci data", True, f"'{keyring_of(settings).present}' dari BPJS_DATA_KEYS")
    where = f"di berkas {settings.data_key_file}; simpan salinannya, terpisah dari cadangan basis data"
    return Finding("Kunci data", True, where)


_TODO = {State.PAUSED: "perbaiki kredensial, atau jalankan: bpjs resume"}
_TODO_TOGETHER = {
    Kind.OTHERS: "lihat satu per satu: bpjs monitor --faskes NAMA",
    Kind.STRANGERS: "tambahkan faskes itu ke BPJS_FASKES_FILE, atau serahkan lagi dengan nama yang benar",
}


_START_PREFECT = f"hidupkan server Prefect, atau periksa {API_URL}"


def _prefect() -> Iterator[Finding]:
    if not has_api_url(os.environ):
        found = "tanpa PREFECT_API_URL; send memakai server sementara, dispatch memerlukan server tetap"
        yield Finding("Prefect", True, found)
        return
    from prefect import get_client  # noqa: PLC0415 - Prefect takes seconds to import

    from tasks.prefect_server.recording import PREFECT_UNAVAILABLE  # noqa: PLC0415
    from tasks.prefect_server.schedules import schedule_zones  # noqa: PLC0415
    from tasks.prefect_server.trouble import Trouble, answered  # noqa: PLC0415

    try:
        with get_client(sync_client=True) as client:
            client.hello()
            zones = schedule_zones(client)
    except PREFECT_UNAVAILABLE as error:
        silent = Trouble(f"tidak menjawab ({type(error).__name__})", _START_PREFECT)
        trouble = answered(error) or silent
        yield Finding("Prefect", False, trouble.found, trouble.todo)
        return
    yield Finding("Prefect", True, "menjawab")
    yield from _schedules(zones, DatabaseSettings().timezone)


def _schedules(zones: set[str], clinic: str) -> Iterator[Finding]:
    """Look whether schedules start on time: jobs of the morning must not start at noon."""
    if not zones:
        todo = "jalankan: prefect --no-prompt deploy --all"
        yield Finding("Jadwal", False, "belum ada jadwal pembaruan referensi", todo)
        return
    well = zones == {clinic}
    found = f"memakai zona waktu {', '.join(sorted(zones))}" + ("" if well else f", klinik {clinic}")
    yield Finding("Jadwal", well, found, "samakan zone di prefect.yaml dengan BPJS_TIMEZONE, deploy lagi")


_THROUGH_SATUSEHAT = "lewat Satu Sehat (SRBK); kunjungan berstatus pulang 4 tidak dikirim dari sini"


def _services(faskes: str, stopped: Sequence[ServiceState], *, endpoints: bool) -> Iterator[Finding]:
    from bpjs_client.jobs import Bpjs  # noqa: PLC0415 - HTTP and ciphers, which no other command needs

    clinic = "" if faskes == UTAMA else f" {faskes}"
    mine = {(row.service, row.jenis): row for row in stopped if row.faskes == faskes}
    if configured_clinics().uses_srbk(faskes):
        yield Finding(f"Rujukan{clinic}", True, _THROUGH_SATUSEHAT)
    settings = configured_clinics().settings(faskes)
    if settings.unfilled:
        yield Finding(f"BPJS{clinic}", False, "belum ditanya, kredensial belum lengkap", "isi .env dahulu")
        return
    with Bpjs(settings) as bpjs:
        for service in Service:
            row = mine.get((service.value, ""))
            answered = yield from _service(bpjs.probe, service, f"BPJS {service.value}{clinic}", row)
            if answered and endpoints:
                yield from granted_endpoints.references(bpjs, service, clinic)
        if endpoints:
            yield from granted_endpoints.provider(bpjs, settings.kd_provider, clinic)
    if endpoints:
        with suppress(DatabaseError):  # it was told above
            held = {jenis: row.state for (_, jenis), row in mine.items() if jenis}
            yield from granted_endpoints.jobs(open_database(), faskes, clinic, held)


def _stopped_rows() -> Sequence[ServiceState]:
    """The services that do not flow; none where the database cannot be read, which is told elsewhere."""
    try:
        return stopped_services(open_database())
    except DatabaseError:
        return ()


def _service(
    probe: Callable[[Service], object], service: Service, name: str, row: ServiceState | None
) -> Generator[Finding, None, bool]:
    """Tell what the service answers now, beside its state; returns whether it answered."""
    try:
        exchange = probe(service)
    except Unauthorized as refused:
        yield Finding(name, False, f"{refused.reason}{_stands(row)}", _WHEN_REFUSED[refused.suspect])
        # A person who was just told that the clock is wrong must not read below that it is right.
        clock = _clock(name, refused.exchange.server_date)
        yield from (finding for finding in clock if not (refused.expired and finding.well))
        return False
    except BpjsError as error:
        yield Finding(name, False, f"{error.reason}{_stands(row)}", _WHEN_SILENT[names_bpjs()])
        return False
    todo = "" if row is None else _WHEN_WELL_AGAIN[State(row.state)]
    yield Finding(name, row is None, f"menjawab dan menerima kredensial{_stands(row)}", todo)
    yield from _clock(name, getattr(exchange, "server_date", None))
    return True


# By whether the real BPJS is meant; else it is the simulator of this machine that does not run.
_WHEN_SILENT = {
    True: "periksa jaringan dan alamat layanan; bila BPJS mati, tunggu",
    False: "nyalakan simulatornya: make run, atau bpjs simulator",
}


def _stands(row: ServiceState | None) -> str:
    if row is None:
        return ""
    since = row.since.astimezone(ZoneInfo(DatabaseSettings().timezone))
    return f"; pengiriman {state_words('', row.state)} sejak {since:%d-%m-%Y %H:%M}: {row.reason}"


_WHEN_WELL_AGAIN = {
    State.OPEN: "tunggu: layanan ini dicoba lagi dengan sendirinya",
    State.HALF_OPEN: "tunggu: layanan ini sedang dicoba lagi",
    State.PAUSED: "lanjutkan: bpjs resume",
}


def _clock(name: str, theirs: datetime | None) -> Iterator[Finding]:
    if theirs is None:
        return
    skew = round((datetime.now(UTC) - theirs).total_seconds())
    well = abs(skew) <= MOST_SKEW_SECONDS
    side = "lebih cepat dari" if skew > 0 else "lebih lambat dari"
    found = "sama dengan BPJS" if well else f"{abs(skew)} detik {side} BPJS"
    yield Finding(f"Jam komputer ({name})", well, found, "" if well else SET_THE_CLOCK)
