"""`bpjs doctor`: what is well, what is not, and what to do about it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

import pytest

from bpjs_client.jenis import Jenis, Service
from bpjs_simulator.server import Simulator
from cli.commands.doctor import _server_clock
from database import Database
from database.services.pauses import pause
from database.status import Status
from database.storage.models import ServiceState
from database.views.monitor import today
from tests.cli.terminal import Ran, Terminal
from tests.conftest import POSTGRESQL
from tests.database.clinic import new_row
from tests.database.outage import names, refused, stopped, store, unknown_names, waiting
from tests.flows.prefect_server import PrefectServer, ask


@pytest.fixture
def examine(terminal: Terminal, simulator: Simulator) -> Callable[..., Ran]:
    """Examine an installation that talks to the simulator."""

    def run(*arguments: str, **environ: str) -> Ran:
        addresses = {
            "BPJS_PCARE_BASE_URL": simulator.pcare_url,
            "BPJS_ANTREAN_BASE_URL": simulator.antrean_url,
        }
        return terminal("doctor", *arguments, **(addresses | environ))

    return run


def test_an_installation_that_is_well_is_ticked_off(examine: Callable[..., Ran]) -> None:
    ran = examine()
    assert (ran.code, ran.err) == (0, "")
    assert "✗" not in ran.out
    for what in ("Pengaturan", "Basis data", "Prefect", "BPJS pcare", "BPJS antrean", "Jam komputer"):
        assert f"✓ {what}" in ran.out


def test_json_is_one_document_of_findings(examine: Callable[..., Ran]) -> None:
    findings = examine("--json").json["findings"]
    assert all(finding.keys() == {"what", "well", "found", "todo"} for finding in findings)
    assert all(finding["well"] and not finding["todo"] for finding in findings)


def test_a_credential_that_was_left_blank_is_missing(examine: Callable[..., Ran]) -> None:
    said = examine(BPJS_PCARE_BASE_URL="http://127.0.0.2:9/pcare", BPJS_CONS_ID="", BPJS_SECRET_KEY=" ").out
    (missing,) = (line for line in said.splitlines() if "belum diisi" in line)
    assert missing.startswith("✗ Pengaturan")
    assert "BPJS_CONS_ID" in missing
    assert "BPJS_SECRET_KEY" in missing


# Wrong variables -> what is crossed out, and what is said to do about it.
AILMENTS: list[tuple[dict[str, str], str, str]] = [
    ({"BPJS_PCARE_PASSWORD": "rahasia-lama"}, "BPJS pcare: Login PCare ditolak", "perbaiki kredensial"),
    ({"BPJS_SECRET_KEY": "rahasia-lama"}, "BPJS antrean: Tanda tangan ditolak", "perbaiki kredensial"),
    ({"BPJS_PCARE_BASE_URL": "http://127.0.0.1:9/pcare"}, "BPJS pcare: BPJS tidak dapat dihubungi", "jaringan"),
    ({"BPJS_PCARE_BASE_URL": "{simulator}/salah"}, "BPJS pcare: Ditolak oleh gerbang BPJS", "periksa alamat layanan"),
    (
        {"BPJS_DATABASE_URL": "postgresql://u:rahasia-lama@127.0.0.1:9/d"},
        "Basis data: Basis data tidak dapat dihubungi",
        "periksa BPJS_DATABASE_URL",
    ),
    ({"PREFECT_API_URL": "http://127.0.0.1:9/api"}, "Prefect: tidak menjawab", "hidupkan server Prefect"),
    ({"PREFECT_API_URL": "omong-kosong"}, "Prefect: tidak menjawab", "periksa PREFECT_API_URL"),
]  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize(("wrong", "crossed", "todo"), AILMENTS)
def test_what_is_wrong_is_crossed_out_with_what_to_do(
    examine: Callable[..., Ran], simulator: Simulator, wrong: dict[str, str], crossed: str, todo: str
) -> None:
    here = simulator.pcare_url.rsplit("/", 1)[0]
    ran = examine(**{name: value.replace("{simulator}", here) for name, value in wrong.items()})
    assert (ran.code, ran.err) == (1, "")
    assert f"✗ {crossed}" in ran.out
    assert todo in ran.out[ran.out.index(f"✗ {crossed}") :].split("\n")[1]
    assert "rahasia-lama" not in ran.out


@pytest.mark.long
def test_a_simulator_that_does_not_run_is_to_be_started(terminal: Terminal) -> None:
    nobody = {f"BPJS_{name}_BASE_URL": f"http://127.0.0.1:9/{name.lower()}" for name in ("PCARE", "ANTREAN")}
    said = terminal("doctor", BPJS_SIMULATED="true", **nobody).out
    assert said.count("BPJS tidak dapat dihubungi.") == 2
    assert said.count("→ nyalakan simulatornya: make run, atau bpjs simulator") == 2
    assert "jaringan" not in said


def test_a_disk_that_takes_no_more_is_said(at_work: Terminal) -> None:
    assert at_work.limited("ulimit -f unlimited", "doctor")[0] == 0
    # In units of 512 bytes or a kilobyte; the database itself has its place.
    code, out = at_work.limited("ulimit -f 8192", "doctor")
    assert (code, out.count("✗")) == (1, 1)
    assert "✗ Basis data: Disk basis data penuh; kosongkan ruang lalu coba lagi." in out
    assert "ruang disk" in out


def test_what_is_wrong_is_in_the_json_and_in_the_exit_code(examine: Callable[..., Ran]) -> None:
    ran = examine("--json", BPJS_PCARE_PASSWORD="x")
    assert ran.code == 1
    (ill,) = (finding for finding in ran.json["findings"] if not finding["well"])
    assert ill["what"] == "BPJS pcare"
    assert ill["todo"]


def test_a_prefect_server_that_answers_is_ticked_off(
    examine: Callable[..., Ran], prefect: PrefectServer
) -> None:
    assert "✓ Prefect: menjawab" in examine(PREFECT_API_URL=prefect.api_url).out


@pytest.fixture
def nothing_deployed(prefect: PrefectServer) -> None:
    """Other tests deploy to the same Prefect server."""
    for deployment in prefect.query("/deployments/filter"):
        ask("DELETE", f"{prefect.api_url}/deployments/{deployment['id']}")


@pytest.mark.long
def test_schedules_in_another_time_zone_than_the_clinics_are_found(
    examine: Callable[..., Ran], prefect: PrefectServer, nothing_deployed: None
) -> None:
    before = examine(PREFECT_API_URL=prefect.api_url)
    assert "✗ Jadwal: belum ada jadwal" in before.out

    flow = ask("POST", f"{prefect.api_url}/flows/", {"name": "sync-referensi"})
    daily = {"schedule": {"cron": "0 5 * * *", "timezone": "Asia/Jakarta"}}
    deployment = {"name": "sync-referensi", "flow_id": flow["id"], "schedules": [daily]}
    created = ask("POST", f"{prefect.api_url}/deployments/", deployment)
    try:
        same = examine(PREFECT_API_URL=prefect.api_url)
        other = examine(PREFECT_API_URL=prefect.api_url, BPJS_TIMEZONE="Asia/Jayapura")
    finally:
        ask("DELETE", f"{prefect.api_url}/deployments/{created['id']}")

    assert "✓ Jadwal: memakai zona waktu Asia/Jakarta" in same.out
    assert "✗ Jadwal: memakai zona waktu Asia/Jakarta, klinik Asia/Jayapura" in other.out


def test_settings_of_the_real_bpjs_that_are_missing_are_named(terminal: Terminal) -> None:
    real = {
        "BPJS_PCARE_BASE_URL": "http://localhost:9/pcare",
        "BPJS_ANTREAN_BASE_URL": "http://localhost:9/antrean",
        "BPJS_CONS_ID": "77",
    }
    out = terminal("doctor", **real).out
    (said,) = (shown for shown in out.splitlines() if "Pengaturan" in shown)
    assert said.startswith("✗ Pengaturan: belum diisi: ")
    assert "BPJS_SECRET_KEY" in said
    assert "BPJS_CONS_ID" not in said


def crossed_services(ran: Ran) -> list[tuple[str, str]]:
    """What is said of services that are down or paused, and what to do about it."""
    lines = ran.out.splitlines()
    return [(line, todo) for line, todo in pairwise(lines) if line.startswith("✗ Layanan")]


def test_an_outage_of_500_clinics_is_a_finding_for_each_service(
    examine: Callable[..., Ran], kept: Database
) -> None:
    store(kept, [stopped(name, service) for name in names(500) for service in ("pcare", "antrean")])
    found = crossed_services(examine())
    assert len(found) == 2
    assert all("di 500 faskes" in line and "tunggu" in todo for line, todo in found)


def test_1500_unknown_faskes_are_one_finding_that_says_what_to_do(
    examine: Callable[..., Ran], kept: Database, tmp_path: Path
) -> None:
    store(kept, [row for text in unknown_names(1_500) for row in (refused(text), *waiting(text))])
    secrets = ("secret_key", "pcare_user_key", "antrean_user_key", "pcare_password")
    lines = [f'{name} = {{ env = "RAHASIA" }}' for name in secrets]
    lines += [f'{name} = "x"' for name in ("cons_id", "pcare_username")]
    lines.append('kd_provider = "01234567"')
    (tmp_path / "faskes.toml").write_text("\n".join(["[klinik-a]", *lines]))
    ran = examine(BPJS_FASKES_FILE=str(tmp_path / "faskes.toml"), RAHASIA="rahasia")
    ((line, todo),) = crossed_services(ran)
    assert "1500 pekerjaan menunggu dari 1500 faskes yang tidak dikenal" in line
    assert "BPJS_FASKES_FILE" in todo


def test_a_clinic_whose_referrals_go_through_satu_sehat_is_told_so(examine: Callable[..., Ran]) -> None:
    assert "Rujukan" not in examine().out
    assert "✓ Rujukan: lewat Satu Sehat (SRBK)" in examine(BPJS_SRBK="true").out


def test_a_request_that_bpjs_calls_too_old_asks_for_the_clock_and_not_for_the_credential(
    examine: Callable[..., Ran], simulator: Simulator
) -> None:
    simulator.set_options(clock_skew_seconds=3600)
    out = examine().out
    assert out.count("✗") == out.count("samakan jam komputer") == 2
    assert "kredensial" not in out
    assert "✓ Jam" not in out


@contextmanager
def bpjs_with_a_clock(off_by: timedelta) -> Iterator[str]:
    """A BPJS that answers everything, whose clock is off by this much; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said = b'{"metaData": {"code": 200, "message": "OK"}, "metadata": {"code": 200, "message": "Ok"}}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return format_datetime(datetime.now(UTC) + off_by, usegmt=True)

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


SKEWS = {
    timedelta(seconds=30): None,
    timedelta(seconds=-30): None,
    timedelta(minutes=5): "lebih lambat dari BPJS",
    timedelta(minutes=-5): "lebih cepat dari BPJS",
}


@pytest.mark.parametrize("off_by", SKEWS)
def test_a_clock_that_differs_from_bpjs_is_told(terminal: Terminal, off_by: timedelta) -> None:
    with bpjs_with_a_clock(off_by) as url:
        ran = terminal("doctor", BPJS_PCARE_BASE_URL=f"{url}/pcare", BPJS_ANTREAN_BASE_URL=f"{url}/antrean")
    assert ran.code == (1 if SKEWS[off_by] else 0), ran.out
    assert ran.out.count(SKEWS[off_by] or "sama dengan BPJS") == 2
    assert ran.out.count("samakan jam komputer") == (2 if SKEWS[off_by] else 0)


FASKES = """
[klinik-melati]
cons_id = "12345"
secret_key = { env = "MELATI_SECRET_KEY" }
pcare_user_key = { env = "MELATI_PCARE_KEY" }
antrean_user_key = { env = "MELATI_ANTREAN_KEY" }
pcare_username = "klinik"
pcare_password = { env = "MELATI_PASSWORD" }
kd_provider = "01234567"
"""
MELATI = {
    "MELATI_SECRET_KEY": "rahasia-simulator",
    "MELATI_PCARE_KEY": "kunci-pcare-simulator",
    "MELATI_ANTREAN_KEY": "kunci-antrean-simulator",
    "MELATI_PASSWORD": "Sandi#Simulator1",
}


def test_each_clinic_of_a_file_is_asked_about(examine: Callable[..., Ran], terminal: Terminal) -> None:
    file = terminal.folder / "faskes.toml"
    file.write_text(FASKES + FASKES.replace("melati", "mawar").replace("MELATI_PASSWORD", "MAWAR_PASSWORD"))
    environ = {**MELATI, "MAWAR_PASSWORD": "sandi-lama", "BPJS_FASKES_FILE": str(file)}

    melati = examine("--faskes", "klinik-melati", **environ)
    assert (melati.code, "✓ BPJS pcare klinik-melati" in melati.out) == (0, True)
    both = examine(**environ)
    assert both.code == 1
    assert "✓ Pengaturan: 2 faskes dari BPJS_FASKES_FILE" in both.out
    assert "✗ BPJS pcare klinik-mawar: Login PCare ditolak" in both.out
    assert "sandi-lama" not in both.out

    other = examine("--faskes", "klinik-lain", **environ)
    assert (other.code, other.out) == (2, "")
    assert other.err == (
        "Faskes klinik-lain tidak ada di BPJS_FASKES_FILE; yang ada: klinik-melati, klinik-mawar.\n"
    )


def test_clinics_of_a_file_without_an_address_are_said(terminal: Terminal) -> None:
    (terminal.folder / "faskes.toml").write_text(FASKES)
    here = {**MELATI, "BPJS_FASKES_FILE": str(terminal.folder / "faskes.toml")}
    terminal.environ = {name: value for name, value in terminal.environ.items() if "BASE_URL" not in name}
    assert "✗ Pengaturan: belum diisi: BPJS_ANTREAN_BASE_URL, BPJS_PCARE_B" in terminal("doctor", **here).out
    assert terminal("send", **here).complaint.startswith("Belum diisi di .env: BPJS_ANTREAN_BASE_URL, BPJS_")


def test_one_service_at_the_simulator_is_not_called_the_simulator(terminal: Terminal) -> None:
    terminal.environ = {name: value for name, value in terminal.environ.items() if "BASE_URL" not in name}
    said = terminal("doctor", BPJS_ANTREAN_BASE_URL="https://bpjs.invalid/antreanfktp").out
    assert "✗ Pengaturan: belum diisi: " in said


@pytest.mark.parametrize("command", ["doctor", "send", "dispatch", "sync", "peserta 1234567890123"])
def test_a_wrong_file_of_clinics_is_one_sentence(terminal: Terminal, command: str) -> None:
    file = terminal.folder / "faskes.toml"
    file.write_text("[klinik]\nsecret_key = 'sangat-rahasia'")
    ran = terminal(*command.split(), BPJS_FASKES_FILE=str(file))
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert "klinik.cons_id: wajib diisi" in ran.err


KEY = "2026:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
DATA_KEYS: list[tuple[dict[str, str], str]] = [
    ({}, "✓ Kunci data: di berkas "),
    ({"BPJS_ENCRYPT": "false"}, "✓ Kunci data: isi dan jawaban tidak disegel"),
    (
        {"BPJS_ENCRYPT": "false", "BPJS_PCARE_BASE_URL": "https://bpjs.invalid/x"},
        "✗ Kunci data: isi dan jawaban",
    ),
]


@pytest.mark.parametrize(("environ", "said"), DATA_KEYS)
def test_it_says_where_the_key_of_the_data_is(
    examine: Callable[..., Ran], environ: dict[str, str], said: str
) -> None:
    assert said in examine(**environ).out


def test_a_key_from_the_environment_is_named_and_never_shown(
    examine: Callable[..., Ran], terminal: Terminal
) -> None:
    ran = examine(BPJS_DATA_KEYS=KEY, BPJS_DATABASE_URL=f"sqlite:///{terminal.folder / 'baru.db'}")
    assert "✓ Kunci data: '2026' dari BPJS_DATA_KEYS" in ran.out
    assert KEY.partition(":")[2] not in ran.out


def test_endpoints_that_a_clinic_may_not_use_are_named_with_bpjs_words(
    examine: Callable[..., Ran], simulator: Simulator
) -> None:
    simulator.script_answer("not-registered", endpoint="kelompok/club", method="GET")
    simulator.script_answer("forbidden", endpoint="obat/dpho", method="GET")
    ran = examine()
    assert ran.code == 1
    (line,) = (line for line in ran.out.splitlines() if "Endpoint pcare" in line)
    assert line.startswith("✗")
    assert "club-prolanis (Unauthorized! You are not registered for this service!)" in line
    assert "obat (Forbidden)" in line
    assert "✓ BPJS pcare: menjawab dan menerima kredensial" in ran.out
    assert "✓ Endpoint antrean: 1 dari 1 referensi terbuka" in ran.out


def test_a_pause_and_an_answer_are_told_in_one_sentence(examine: Callable[..., Ran], kept: Database) -> None:
    pause(kept, "utama", Service.PCARE, "Kata sandi ditolak.", mark="tanda")
    ran = examine()
    told = [line for line in ran.out.splitlines() if "BPJS pcare:" in line and "Jam" not in line]
    assert len(told) == 1
    assert told[0].startswith("✗ BPJS pcare: menjawab dan menerima kredensial; pengiriman dijeda sejak ")
    assert told[0].endswith("Kata sandi ditolak.")
    assert "→ lanjutkan: bpjs resume" in ran.out
    assert ran.out.count("dijeda") == 1


def test_job_types_are_told_by_what_bpjs_took_and_what_is_held(
    examine: Callable[..., Ran], kept: Database
) -> None:
    with kept.write() as session:
        session.add(new_row(Status.TERKIRIM, Jenis.TAMBAH_PENDAFTARAN, tanggal=today(kept)))
        held = {"faskes": "utama", "service": "pcare", "jenis": "tambah-kunjungan", "state": "paused"}
        session.add(ServiceState(**held, since=kept.clock(), reason="You are not registered"))
    ran = examine()
    (line,) = (line for line in ran.out.splitlines() if "Jenis pekerjaan" in line)
    assert "diterima BPJS: tambah-pendaftaran;" in line
    assert "ditahan: tambah-kunjungan;" in line
    assert "hapus-kunjungan" in line.partition("belum ada yang terkirim")[2]
    assert "tambah-kunjungan di pcare ditahan" in ran.out.casefold()


@pytest.mark.parametrize(("ours", "mark"), [("01234567", "✓"), ("0099B001", "✗")])
def test_our_provider_code_is_compared_with_bpjs_own(
    examine: Callable[..., Ran], simulator: Simulator, ours: str, mark: str
) -> None:
    today = datetime.now(ZoneInfo("Asia/Jakarta")).strftime("%d-%m-%Y")
    simulator.hold_pendaftaran("0001000000001", today, "001")
    out = examine(BPJS_KD_PROVIDER=ours).out
    (line,) = (line for line in out.splitlines() if "Kode faskes" in line)
    assert line.startswith(f"{mark} Kode faskes: {ours}")


@POSTGRESQL
@pytest.mark.parametrize(
    "wrong", [None, "Jam komputer ini 120 detik lebih cepat dari jam server basis data."]
)
def test_a_machine_whose_clock_is_not_the_database_s_is_told_so(
    database: Database, monkeypatch: pytest.MonkeyPatch, wrong: str | None
) -> None:
    (finding,) = _server_clock(database)
    assert (finding.well, finding.found) == (True, "sama")
    monkeypatch.setattr("cli.commands.doctor.said_skew", lambda _database: wrong)
    (finding,) = _server_clock(database)
    assert (finding.well, finding.found) == (wrong is None, wrong or "sama")
    assert ("NTP" in finding.todo) is (wrong is not None)
