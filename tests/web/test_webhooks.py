"""Webhooks against a real server over TLS: what arrives there, and what becomes of what does not."""

import base64
import hmac
import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from database import Database
from database.errors import WebhookRefused
from database.people.acts import last_acts
from database.people.webhooks import Webhook, all_webhooks, make_webhook
from database.status import Status
from tasks.waits import Waits
from tests.authority import make_authority, server_context
from tests.database.clinic import Clinic, FakeClock
from tests.documents import examples
from tests.leaks import leaks
from web.settings import WebSettings
from web.webhooks.sender import Sender
from web.webhooks.target import check_url, resolving

HERE = "127.0.0.1"
WAITS = Waits((timedelta(minutes=1), timedelta(hours=1)), (), ())
Reply = Callable[[BaseHTTPRequestHandler], None]


def replying(status: int, **headers: str) -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return reply


def hang(_handler: BaseHTTPRequestHandler) -> None:
    time.sleep(3)


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Each byte comes in time, the whole never."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for _ in range(30):
        handler.wfile.write(b"X-Lagi: lagi\r\n")
        handler.wfile.flush()
        time.sleep(0.1)


def talk_without_end(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(10_000):
        handler.wfile.write(b"x" * 65_536)


def cut(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 2")


def swell(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for _ in range(200):
        handler.wfile.write(b"X-Besar: " + b"x" * 4_000 + b"\r\n")


class System(ThreadingHTTPServer):
    """The clinic's system: keeps what arrived, and replies as it is told; 204 when nobody said anything."""

    daemon_threads = True

    def __init__(self, authority: Path) -> None:
        super().__init__((HERE, 0), Handler)
        self.socket = server_context(authority).wrap_socket(self.socket, server_side=True)
        self.replies: list[Reply] = []
        self.arrived: list[tuple[str, dict[str, str], bytes]] = []
        self.url = f"https://{HERE}:{self.server_port}/bpjs"

    def handle_error(self, *_: object) -> None:
        """Whoever calls may hang up."""

    @property
    def told(self) -> list[tuple[int, str]]:
        """The jobs and statuses that arrived."""
        data = [json.loads(body)["data"] for _, _, body in self.arrived]
        return [(each["id"], each["status"]) for each in data]


class Handler(BaseHTTPRequestHandler):
    server: System

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.arrived.append(
            (self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        )
        (self.server.replies.pop(0) if self.server.replies else replying(204))(self)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def database(
    migrated_sqlite: Path, tmp_path: Path, clock: FakeClock, open_at: Callable[..., Database]
) -> Database:
    """What the kind of database could change is tested beside the tables."""
    file = shutil.copy(migrated_sqlite, tmp_path / "bpjs.db")
    return open_at(f"sqlite:///{file}", clock=clock)


@pytest.fixture
def clinic(database: Database, clock: FakeClock) -> Clinic:
    return Clinic(database, clock)


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    return make_authority(tmp_path)


@pytest.fixture
def system(authority: Path) -> Iterator[System]:
    server = System(authority)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def sender_of(database: Database, authority: Path | None, hosts: str = HERE) -> Sender:
    settings: dict[str, Any] = {"webhook_hosts": hosts, "webhook_ca_file": authority}
    return Sender(database, WebSettings(_env_file=None, **settings), WAITS, seconds=1.0)


@pytest.fixture
def sender(database: Database, authority: Path) -> Iterator[Sender]:
    with closing(sender_of(database, authority)) as made:
        yield made


@pytest.fixture
def secret(clinic: Clinic, system: System) -> str:
    """The secret of a webhook of the clinic utama."""
    return make_webhook(clinic.database, "utama", system.url)[1]


def only(database: Database) -> Webhook:
    (found,) = all_webhooks(database)
    return found


def changed(clinic: Clinic, norm: str = "RM-1", **more: Any) -> int:
    """A job that was handed over long enough ago to be told."""
    clinic.clock.advance(seconds=1)
    job_id = clinic.hand_over(norm=norm, **more)
    clinic.clock.advance(minutes=2)
    return job_id


def test_a_change_arrives_signed_and_names_no_patient(
    clinic: Clinic, system: System, sender: Sender, secret: str, clock: FakeClock
) -> None:
    job_id = changed(clinic, kunci="visit-7-antrean")
    sender.look()
    ((path, headers, body),) = system.arrived
    assert path == "/bpjs"
    told = json.loads(body)
    at = clinic.job(job_id).updated_at.isoformat().replace("+00:00", "Z")
    data = {"id": job_id, "kunci": "visit-7-antrean", "status": "menunggu", "waktu": at}
    assert told == {"type": "pekerjaan.berubah", "timestamp": at, "data": data}
    assert leaks(body.decode()) == set()
    assert headers["webhook-timestamp"] == str(int(clock().timestamp()))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(hmac.digest(key, signed, sha256)).decode()}"
    assert not {"authorization", "cookie"} & headers.keys()


def test_the_example_of_the_documents_believes_it_and_nothing_else(
    clinic: Clinic, system: System, sender: Sender, secret: str
) -> None:
    told: dict[str, Any] = {}
    exec(next(each.text for each in examples("integration.md") if "def is_from_bpjs" in each.text), told)
    is_from_bpjs, now = told["is_from_bpjs"], lambda: clinic.clock().timestamp()
    changed(clinic)
    sender.look()
    ((_, headers, body),) = system.arrived
    assert is_from_bpjs(headers, body, secret, now)
    assert not is_from_bpjs(headers, body + b" ", secret, now)
    assert not is_from_bpjs({**headers, "webhook-id": "lain"}, body, secret, now)
    assert not is_from_bpjs(headers, body, make_webhook(clinic.database, "utama", system.url)[1], now)
    clinic.clock.advance(minutes=6)
    assert not is_from_bpjs(headers, body, secret, now)


def test_each_change_is_told_once_in_its_order_and_only_of_ones_own_clinic(
    clinic: Clinic, system: System, sender: Sender, secret: str
) -> None:
    first, second = changed(clinic, "RM-1"), changed(clinic, "RM-2")
    clinic.hand_over(norm="RM-3", faskes="klinik-b")
    sender.look()
    sender.look()
    assert system.told == [(first, "menunggu"), (second, "menunggu")]
    clinic.bring_to(first, Status.GAGAL)
    clinic.clock.advance(minutes=2)
    sender.look()
    assert system.told[2:] == [(first, "gagal")]


def test_what_was_there_before_the_webhook_is_not_told(
    clinic: Clinic, system: System, sender: Sender
) -> None:
    changed(clinic)
    make_webhook(clinic.database, "utama", system.url)
    sender.look()
    assert system.arrived == []


FAILURES: dict[str, tuple[Reply, str]] = {
    "an error": (replying(500), "menjawab HTTP 500"),
    "not found": (replying(404), "menjawab HTTP 404"),
    "a redirect": (replying(307, Location="https://127.0.0.1:1/"), "pengalihan tidak diikuti"),
    "a redirect of old": (replying(302, Location="/lain"), "pengalihan tidak diikuti"),
    "silence": (hang, "tidak menjawab pada waktunya"),
    "one byte after another": (drip, "tidak menjawab pada waktunya"),
    "a cut answer": (cut, "terputus atau bukan HTTP"),
    "headers without end": (swell, "terputus atau bukan HTTP"),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_what_is_not_taken_is_told_again_and_nothing_behind_it_before(
    clinic: Clinic, system: System, sender: Sender, secret: str, failure: tuple[Reply, str]
) -> None:
    reply, says = failure
    system.replies = [reply]
    jobs = [changed(clinic, f"RM-{number}") for number in range(2)]
    sender.look()
    assert len(system.arrived) == 1
    assert says in (only(clinic.database).says or "")
    sender.look()
    assert len(system.arrived) == 1  # its turn has not come
    clinic.clock.advance(minutes=2)
    sender.look()
    assert [job_id for job_id, _ in system.told] == [jobs[0], *jobs]
    assert system.arrived[0][1]["webhook-id"] == system.arrived[1][1]["webhook-id"]
    assert only(clinic.database).failures == 0


def test_an_answer_without_end_is_not_read(
    clinic: Clinic, system: System, sender: Sender, secret: str
) -> None:
    system.replies = [talk_without_end]
    changed(clinic)
    sender.look()
    assert only(clinic.database).sent_at


def test_the_wait_grows_and_is_at_least_what_was_asked_for(
    clinic: Clinic, system: System, sender: Sender, secret: str
) -> None:
    system.replies = [replying(503), replying(503), replying(429, Retry_After="7200")]
    changed(clinic)
    waits = []
    for _ in range(3):
        sender.look()
        waits.append((only(clinic.database).due_at - clinic.clock()) / timedelta(minutes=1))
        clinic.clock.advance(minutes=waits[-1], seconds=1)
    assert 0.8 <= waits[0] <= 1.2
    assert 48 <= waits[1] <= 72
    assert waits[2] == 120


@pytest.mark.parametrize("end", [(500, 30), (410, 0)])
def test_after_a_day_or_when_it_is_gone_it_is_paused_and_that_is_written_down(
    clinic: Clinic, system: System, sender: Sender, secret: str, end: tuple[int, int]
) -> None:
    status, hours = end
    system.replies = [replying(status) for _ in range(99)]
    changed(clinic)
    for _ in range(hours + 1):
        sender.look()
        clinic.clock.advance(hours=1.3)
    paused, arrived = only(clinic.database), len(system.arrived)
    assert paused.paused_at
    (act,) = last_acts(clinic.database, limit=9)
    assert (act.by, act.act, act.faskes, act.about) == ("bpjs web", "jeda-webhook", "utama", str(paused.id))
    clinic.clock.advance(days=9)
    sender.look()
    assert len(system.arrived) == arrived


def test_of_two_processes_one_sends(
    clinic: Clinic, system: System, sender: Sender, secret: str, authority: Path
) -> None:
    changed(clinic)
    with closing(sender_of(clinic.database, authority)) as other:
        threads = [threading.Thread(target=each.look) for each in (sender, other) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len({headers["webhook-id"] for _, headers, _ in system.arrived}) == 1
    assert {each.sent_at is not None for each in all_webhooks(clinic.database)} == {True}


def test_a_system_that_hangs_holds_up_no_other(
    clinic: Clinic, system: System, sender: Sender, secret: str
) -> None:
    make_webhook(clinic.database, "utama", system.url)
    system.replies = [hang]
    changed(clinic)
    sender.look()
    assert sorted(each.failures for each in all_webhooks(clinic.database)) == [0, 1]


def test_a_certificate_that_nobody_vouches_for_gets_nothing(
    clinic: Clinic, system: System, secret: str
) -> None:
    changed(clinic)
    with closing(sender_of(clinic.database, None)) as strict:
        strict.look()
    assert system.arrived == []
    assert "tidak dapat dihubungi" in (only(clinic.database).says or "")


def test_no_proxy_of_the_environment_is_used(
    clinic: Clinic, system: System, secret: str, authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    changed(clinic)
    with closing(sender_of(clinic.database, authority)) as made:
        made.look()
    assert len(system.arrived) == 1


def test_a_host_that_is_listed_no_more_gets_nothing(
    clinic: Clinic, system: System, secret: str, authority: Path
) -> None:
    changed(clinic)
    with closing(sender_of(clinic.database, authority, hosts="klinik.example")) as made:
        made.look()
    assert system.arrived == []
    assert "tidak terdaftar" in (only(clinic.database).says or "")


def test_a_listed_name_that_leads_to_this_machine_gets_nothing_unless_that_is_listed_too(
    clinic: Clinic, system: System, authority: Path
) -> None:
    make_webhook(clinic.database, "utama", f"https://localhost:{system.server_port}/")
    changed(clinic)
    with closing(sender_of(clinic.database, authority, hosts="localhost")) as made:
        made.look()
    assert system.arrived == []
    assert "tidak dapat dihubungi" in (only(clinic.database).says or "")


@pytest.mark.parametrize(
    ("found", "hosts", "called"),
    [
        (["93.184.216.34"], ["klinik.example"], ["93.184.216.34"]),
        (["127.0.0.1"], ["klinik.example"], None),
        (["10.1.2.3", "93.184.216.34"], ["klinik.example"], ["93.184.216.34"]),
        (["10.1.2.3"], ["klinik.example", "10.1.2.3"], ["10.1.2.3"]),
        (["10.1.2.4"], ["klinik.example", "10.1.2.3", "10.1.2.0/24"], None),
        (["169.254.169.254"], ["klinik.example"], None),
        (["100.64.0.1"], ["klinik.example"], None),
        (["0.0.0.0"], ["klinik.example"], None),
        (["224.0.0.1"], ["klinik.example"], None),
        (["::1"], ["klinik.example"], None),
        (["::ffff:10.1.2.3"], ["klinik.example"], None),
        (["::ffff:10.1.2.3"], ["10.1.2.3"], ["::ffff:10.1.2.3"]),
        (["64:ff9b::10.1.2.3"], ["klinik.example"], None),
        (["64:ff9b::93.184.216.34"], ["klinik.example"], ["64:ff9b::93.184.216.34"]),
        (["2002:7f00:1::"], ["klinik.example"], None),
        (["2001:0:1::1"], ["klinik.example"], None),
        (["2606:2800:220:1::1"], ["klinik.example"], ["2606:2800:220:1::1"]),
        (["fe80::1%eth0"], ["klinik.example"], None),
        (["bukan alamat"], ["klinik.example", "bukan alamat"], None),
        (["fd00::1"], ["klinik.example", "fd00::1"], ["fd00::1"]),
        ([], ["klinik.example"], None),
    ],
)
def test_only_public_and_listed_addresses_are_called(
    found: list[str], hosts: list[str], called: list[str] | None
) -> None:
    resolve = resolving(hosts, lambda _host, _port: found)
    if called is None:
        with pytest.raises(OSError, match="no address"):
            resolve("klinik.example", 443)
    else:
        assert resolve("klinik.example", 443) == called


@pytest.mark.parametrize(
    "url",
    [
        "http://klinik.example/",
        "https://lain.example/",
        "https://klinik.example.lain.example/",
        "https://budi:rahasia@klinik.example/",
        "https://klinik.example@lain.example/",
        "https://lain.example\\@klinik.example/",
        "https://klinik.example/#x",
        "https://klinik.example/" + "x" * 2000,
        "https://klinik.example/\n",
        "https://klinik.example:99999/",
        "ftp://klinik.example/",
        "klinik.example",
        "//klinik.example/",
        "",
        "https://[::1",
        "https:///x",
        "\ud83d",
    ],
)
def test_an_address_that_may_not_be_called_is_refused(url: str) -> None:
    with pytest.raises(WebhookRefused):
        check_url(url, {"klinik.example"})


def test_it_runs_beside_the_page_and_leaves_its_turn_when_it_ends(
    clinic: Clinic, system: System, sender: Sender, secret: str
) -> None:
    changed(clinic)
    with sender.running(every=0.05):
        until = time.monotonic() + 10
        while not only(clinic.database).sent_at and time.monotonic() < until:
            time.sleep(0.02)
    assert len(system.arrived) == 1
    with clinic.database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT lease_owner FROM webhooks").scalar_one() is None


def test_the_port_of_nobody_is_said(clinic: Clinic, sender: Sender) -> None:
    with socket.create_server((HERE, 0)) as taken:
        port = taken.getsockname()[1]
    make_webhook(clinic.database, "utama", f"https://{HERE}:{port}/")
    changed(clinic)
    sender.look()
    assert "tidak dapat dihubungi" in (only(clinic.database).says or "")
