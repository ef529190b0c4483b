"""A clinic's day with poison in it, and one with slow neighbours: everything else is delivered, by a real dispatcher."""

import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bpjs_client.jobs import Bpjs
from bpjs_client.settings import BpjsSettings
from bpjs_simulator.sample_day import sample_day
from bpjs_simulator.server import Clinic as Member
from bpjs_simulator.server import Simulator
from database import Database, enqueue, enqueue_lines
from database.services.stopped_services import stopped_services
from database.storage.models import Job
from tasks.clinics import read_clinics
from tasks.composition import Composition
from tasks.settings import DeliverySettings
from tests.chaos.patients import Patient
from tests.conftest import SQLITE
from tests.flows.dispatching import dispatching
from tests.flows.prefect_server import PrefectServer

MOST_SENDS = 6
POISONED, FIREWALLED = 3, 1


def wait_until(condition: Callable[[], bool], evidence: Callable[[], object], seconds: float = 90) -> None:
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, evidence()
        time.sleep(0.1)


def jobs_of(database: Database, **wanted: Any) -> list[Job]:
    with database.read() as session:
        return list(session.query(Job).filter_by(**wanted).order_by(Job.id))


@pytest.mark.long
@SQLITE
def test_three_poisoned_visits_a_refused_endpoint_and_a_firewall_hold_up_nothing_else(
    database: Database, prefect: PrefectServer
) -> None:
    day = sample_day(date.today())
    expected = {
        answer["id"]: status
        for answer, status in zip(
            enqueue_lines([json.dumps(line) for line in day.lines], database=database),
            day.expected,
            strict=True,
        )
    }
    deleted = {job.norm for job in jobs_of(database, jenis="hapus-kunjungan")}
    visits = [
        job
        for job in jobs_of(database, jenis="tambah-kunjungan")
        if expected[job.id] == "terkirim" and job.norm not in deleted
    ]
    odd = {job.body["noKartu"]: job.id for job in visits[: POISONED + FIREWALLED]}
    with Simulator(latency_ms=10) as simulator:
        for card in list(odd)[:POISONED]:
            simulator.script_answer("net-error", card=card, endpoint="kunjungan/v1", method="POST")
        (blocked,) = list(odd)[POISONED:]
        simulator.script_answer("firewall-403", card=blocked, endpoint="kunjungan/v1", method="POST")
        simulator.script_answer("not-registered", endpoint="antrean/batal", method="POST")
        at = Composition(
            settings=DeliverySettings(_env_file=None, look_seconds=(0.3, 0.6, 1, 2), probe_seconds=(0.5, 1)),
            open_database=lambda: database,
            open_bpjs=lambda faskes: Bpjs(
                BpjsSettings(
                    _env_file=None, pcare_base_url=simulator.pcare_url, antrean_base_url=simulator.antrean_url
                )
            ),
        )

        def ended() -> Counter[tuple[str, str, str]]:
            return Counter(
                (job.jenis, expected[job.id], job.status)
                for job in jobs_of(database)
                if job.id not in odd.values()
                and job.jenis != "batal-antrean"
                and job.status != expected[job.id]
            )

        with dispatching(at):
            wait_until(lambda: not ended(), ended)
            wait_until(
                lambda: all(job.status == "gagal" for job in jobs_of(database) if job.id in odd.values()),
                lambda: [(job.status, job.message) for job in jobs_of(database) if job.id in odd.values()],
            )
        sent = Counter(
            write["body"]["noKartu"]
            for write in simulator.ledger()["writes"]
            if write["endpoint"] == "kunjungan/v1" and write["body"]["noKartu"] in odd
        )
        batal = [write for write in simulator.ledger()["writes"] if write["endpoint"] == "antrean/batal"]
    assert max(sent.values()) <= MOST_SENDS
    assert sent[blocked] == 1
    assert len(batal) <= 3
    reasons = Counter(job.reason for job in jobs_of(database) if job.id in odd.values())
    assert reasons == {"gangguan-bpjs": POISONED, "ditolak-sendiri": FIREWALLED}
    assert {(row.jenis, row.state) for row in stopped_services(database)} <= {("batal-antrean", "paused")}


SLOW_SECONDS, PROMPT_SECONDS = 12.0, 2.0


def _table(name: str, simulator: Simulator, folder: Path) -> str:
    keys = {
        "secret_key": "rahasia-simulator",
        "pcare_user_key": "kunci-pcare-simulator",
        "antrean_user_key": "kunci-antrean-simulator",
        "pcare_password": "Sandi#Simulator1",
    }
    for key, secret in keys.items():
        (folder / f"{name}-{key}").write_text(secret)
    lines = [f'{key} = {{ file = "{name}-{key}" }}' for key in keys]
    lines += [f'cons_id = "cons-{name}"', f'pcare_username = "{name}"', 'kd_provider = "01234567"']
    lines += [f'pcare_base_url = "{simulator.pcare_url}"', f'antrean_base_url = "{simulator.antrean_url}"']
    return "\n".join([f"[{name}]", *lines])


@pytest.mark.long
@SQLITE
def test_a_healthy_clinics_job_leaves_within_two_seconds_while_its_neighbours_are_slow(
    database: Database, prefect: PrefectServer, tmp_path: Path
) -> None:
    names = ("lambat-1", "lambat-2", "sehat")
    members = [Member(cons_id=f"cons-{name}", username=name) for name in names]
    with Simulator(clinics=members) as simulator:
        for name in names[:2]:
            simulator.set_latency(SLOW_SECONDS * 1000, cons_id=f"cons-{name}")
        file = tmp_path / "faskes.toml"
        file.write_text("\n".join(_table(name, simulator, tmp_path) for name in names))
        clinics = read_clinics(file)
        at = Composition(
            settings=DeliverySettings(_env_file=None, check_references=False),
            open_database=lambda: database,
            open_bpjs=lambda faskes: Bpjs(clinics.settings(faskes)),
            clinics=clinics,
        )

        def hand_over(faskes: str, numbers: range) -> None:
            for number in numbers:
                for line in Patient(8 * number, date.today()).lines():
                    if line["jenis"] in {"tambah-pendaftaran", "tambah-antrean"}:
                        who = (line["norm"], line["nama_pasien"])
                        enqueue(line["jenis"], *who, line["body"], faskes=faskes, database=database)

        with dispatching(at, concurrency=20):
            for name in names[:2]:
                hand_over(name, range(30))
            # Until every slow service has been entered and is full.
            wait_until(
                lambda: simulator.double.holdings.in_flight >= 12, lambda: simulator.ledger()["writes"]
            )
            for number in range(3):
                started = time.time()
                hand_over("sehat", range(number, number + 1))
                wait_until(
                    lambda: all(job.status == "terkirim" for job in jobs_of(database, faskes="sehat")),
                    lambda: [
                        (job.jenis, job.status, job.message) for job in jobs_of(database, faskes="sehat")
                    ],
                )
                arrived = [w["at"] for w in simulator.ledger()["writes"] if w["cons_id"] == "cons-sehat"]
                assert max(arrived) - started < SLOW_SECONDS / 2, "it waited for a slow neighbour"
