"""The flow `kirim` on a real Prefect server: what it sends, in which order, and what Prefect shows of it."""

import itertools
import threading
import time
from collections import Counter
from typing import Any

import httpx
import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from database.errors import DatabaseUnavailable
from database.jobs.claim import claim_one
from flows.burst import MOST_JOBS, Burst
from flows.in_process.sending import MOST_BEHIND, Sender, send_due
from flows.kirim import kirim
from tasks.settings import DeliverySettings
from tests.flows.bpjs import friendly
from tests.flows.prefect_server import PrefectServer
from tests.tasks.bodies import CARD, NIK, PHONE
from tests.tasks.desk import antrean, pcare


def runs_of(prefect: PrefectServer, norm: str) -> list[dict[str, Any]]:
    """The recorded task runs whose name holds this norm, as the UI's search finds them."""
    return prefect.query("/task_runs/filter", task_runs={"name": {"like_": norm}})


def test_every_job_has_a_finished_run_named_by_type_norm_and_patient(
    desk: Any, prefect: PrefectServer, norm: str
) -> None:
    here = desk(friendly)
    for jenis in ("tambah-antrean", "panggil-antrean", "tambah-pendaftaran", "tambah-kunjungan"):
        here.hand_over(jenis, norm=norm)
    totals = send_due(until_empty=True)
    assert (totals.terkirim, totals.gagal) == (4, 0)
    runs = runs_of(prefect, norm)
    assert {run["name"] for run in runs} == {
        f"tambah-antrean {norm} Pasien Contoh",
        f"panggil-antrean {norm} Pasien Contoh",
        f"tambah-pendaftaran {norm} Pasien Contoh",
        f"tambah-kunjungan {norm} Pasien Contoh",
    }
    assert {run["state_type"] for run in runs} == {"COMPLETED"}
    assert all(run["tags"] == [] for run in runs)


STATES = [
    ("terkirim", friendly, "COMPLETED", "Completed", "Terkirim · noUrut B12"),
    ("gagal", lambda r: pcare(412, "PRECONDITION_FAILED", [{"field": "kdPoli", "message": "salah"}]), "FAILED", "Failed", "Gagal · kdPoli: salah"),
    ("tidak pasti", lambda r: httpx.Response(504, html="<p>no</p>"), "CANCELLED", "Ditunda", "Tidak pasti · "),
    ("menunggu", lambda r: httpx.Response(429), "CANCELLED", "Ditunda", "Menunggu · "),
]  # fmt: skip


@pytest.mark.parametrize("row", STATES, ids=[row[0] for row in STATES])
def test_each_end_shows_as_its_state(
    desk: Any, prefect: PrefectServer, row: tuple[Any, ...], norm: str
) -> None:
    _, answer, kind, name, message = row
    desk(answer).hand_over("tambah-pendaftaran", norm=norm)
    send_due(until_empty=True)
    (run,) = runs_of(prefect, norm)
    assert (run["state_type"], run["state"]["name"]) == (kind, name)
    assert run["state"]["message"].startswith(message)


def test_a_request_that_never_left_is_retried_by_prefect_in_the_same_run(
    desk: Any, prefect: PrefectServer, norm: str
) -> None:
    refused = iter([True, True])

    def answer(request: httpx.Request) -> httpx.Response:
        if next(refused, False):
            raise httpx.ConnectError("refused", request=request)
        return friendly(request)

    here = desk(answer)
    job_id = here.hand_over("tambah-pendaftaran", norm=norm)
    send_due(until_empty=True)
    (run,) = runs_of(prefect, norm)
    assert run["run_count"] == 3
    assert here.outcomes(job_id) == ["not-sent", "not-sent", "success"]


def test_a_job_that_is_due_again_before_its_run_has_ended_gets_a_run_beside_it(
    desk: Any, prefect: PrefectServer, norm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_ended = threading.Event()

    def reopen_and_wait(_database: object, job_id: int, **_named: bool) -> None:
        """What a failed run does last, while an admin is quick."""
        here.reopen(job_id)
        give_up = time.monotonic() + 20
        while here.job(job_id).status != "terkirim" and time.monotonic() < give_up:
            time.sleep(0.05)
        threading.Timer(1, both_ended.set).start()

    def slow(request: httpx.Request) -> httpx.Response:
        both_ended.wait(20)
        return friendly(request)

    monkeypatch.setattr("tasks.jobs.leave_note", reopen_and_wait)

    def answer(request: httpx.Request) -> httpx.Response:
        return next(answers, friendly)(request)

    answers = iter([friendly, STATES[1][1], slow])
    here = desk(answer)
    jobs = [here.hand_over("tambah-pendaftaran", norm=f"{norm}-{each}") for each in "abc"]
    totals = send_due(until_empty=True)

    assert (totals.terkirim, totals.gagal) == (3, 0)
    again = ["rejected", "asked-again", "success"]
    assert sorted(here.outcomes(job) for job in jobs) == [again, ["success"], ["success"]]
    states = Counter(run["state_type"] for run in runs_of(prefect, norm))
    assert states == {"COMPLETED": 3, "FAILED": 1}


def test_processes_that_send_share_what_prefects_server_may_be_behind(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = desk(friendly)
    taken, waiting = (here.hand_over("tambah-pendaftaran", norm=norm) for norm in ("RM-1", "RM-2"))
    claim_one(here.database, taken, owner="another", lease=here.at.settings.lease)
    assert Burst(here.at, concurrency=20).most_jobs == MOST_JOBS // 2

    looks = iter([MOST_BEHIND - 1, MOST_BEHIND // 2 + 1, MOST_BEHIND // 2])
    monkeypatch.setattr(Sender, "behind", lambda _sender: next(looks))
    Sender(here.at).burst()
    assert list(looks) == []
    assert here.job(waiting).status == "terkirim"


def test_a_chain_is_sent_in_order_whatever_order_it_came_in(desk: Any) -> None:
    here = desk(friendly)
    jobs = [
        here.hand_over(jenis)
        for jenis in ("hapus-pendaftaran", "hapus-kunjungan", "tambah-kunjungan", "tambah-pendaftaran")
    ]
    send_due(until_empty=True)
    paths = [request.url.path for request in here.requests]
    assert [here.job(job).status for job in jobs] == ["terkirim"] * 4
    assert paths[0].endswith("/pendaftaran")
    assert paths[1].endswith("/kunjungan/v1")
    assert paths[2].endswith("/kunjungan/012345670926Y000123")
    assert "/noUrut/B12/" in paths[3]


def test_many_are_in_flight_but_never_more_than_asked_for(desk: Any) -> None:
    lock, now, most = threading.Lock(), [0], [0]

    def answer(request: httpx.Request) -> httpx.Response:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.1)
        with lock:
            now[0] -= 1
        return friendly(request)

    here = desk(answer)
    for number in range(30):
        here.hand_over("tambah-pendaftaran", norm=f"RM-{number}")
    assert send_due(until_empty=True, concurrency=5).terkirim == 30
    assert 1 < most[0] <= 5


@pytest.mark.long
def test_a_refused_credential_is_met_once_and_the_queue_waits(desk: Any) -> None:
    here = desk(lambda r: pcare(401, "Signature Service Tidak Sesuai"))
    jobs = [here.hand_over("tambah-pendaftaran", norm=f"RM-{number}") for number in range(10)]
    totals = send_due(until_empty=True)
    assert [request.method for request in here.requests] == ["POST", "GET"]  # and one harmless read
    assert totals.gagal == 0
    assert {here.job(job).status for job in jobs} == {"menunggu"}


def test_a_credential_refused_in_the_middle_of_a_run_burns_no_more_than_what_is_in_flight(desk: Any) -> None:
    answered = itertools.count(1)

    def refused_from_the_tenth(request: httpx.Request) -> httpx.Response:
        if next(answered) < 10:
            return friendly(request)
        time.sleep(0.05)
        return antrean(401, "Signature Service Tidak Sesuai")

    here = desk(refused_from_the_tenth)
    ids = [here.hand_over("tambah-antrean", norm=f"RM-{number}") for number in range(60)]
    kirim(serentak=4)

    assert 10 <= len(here.requests) <= 9 + 4 + 4
    statuses = Counter(here.job(job_id).status for job_id in ids)
    assert statuses == {"terkirim": 9, "menunggu": 51}
    assert here.state_of("antrean") == "paused"


def test_without_due_jobs_there_is_no_run(desk: Any, prefect: PrefectServer) -> None:
    here = desk(friendly)
    before = len(prefect.query("/flow_runs/filter"))
    assert Sender(here.at).burst() == 0
    assert len(prefect.query("/flow_runs/filter")) == before


def test_no_identifier_and_no_body_reaches_prefect(
    desk: Any, prefect: PrefectServer, caplog: pytest.LogCaptureFixture
) -> None:
    quoting = f"Peserta {CARD} dengan NIK {NIK} dan hp {PHONE} tidak dikenal"
    here = desk(lambda r: antrean(201, quoting) if "/antrean/" in r.url.path else pcare(424, quoting))
    with caplog.at_level("DEBUG"):
        for jenis in ("tambah-antrean", "panggil-antrean", "batal-antrean", "tambah-pendaftaran"):
            here.hand_over(jenis, norm=f"RM-{jenis}")
        send_due(until_empty=True)
    stored = prefect.everything_stored() + caplog.text
    assert "tidak dikenal" in stored
    for secret in (CARD, NIK, PHONE, "rahasia-simulator", "Sandi#Simulator1"):
        assert secret not in stored


def test_a_program_error_in_a_task_tells_prefect_only_its_kind(
    desk: Any, prefect: PrefectServer, norm: str
) -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise ZeroDivisionError(CARD)

    here = desk(broken)
    job_id = here.hand_over("tambah-pendaftaran", norm=norm)
    send_due(until_empty=True)
    (run,) = runs_of(prefect, norm)
    assert (
        run["state"]["message"]
        == "Proses · terhenti (ZeroDivisionError); diambil alih setelah waktunya habis"
    )
    assert here.job(job_id).status == "proses"
    assert CARD not in prefect.everything_stored()


def test_jobs_that_are_never_sent_are_shown_once_with_their_reason(
    desk: Any, prefect: PrefectServer, norm: str
) -> None:
    here = desk(lambda r: pcare(424, "Kode belum dipetakan"))
    here.hand_over("tambah-antrean", norm=norm, kodedokter="dua")
    first = here.hand_over("tambah-pendaftaran", norm=norm)
    here.hand_over("tambah-kunjungan", norm=norm)
    send_due(until_empty=True)
    send_due(until_empty=True)
    shown = {str(run["name"]).split()[0]: run["state"]["message"] for run in runs_of(prefect, norm)}
    assert len(runs_of(prefect, norm)) == 3
    assert shown["tambah-antrean"].startswith("Gagal · kodedokter:")
    assert shown["tambah-kunjungan"] == f"Menunggu · menunggu tambah-pendaftaran #{first} (gagal)"
    assert len(here.requests) == 1


def test_a_failed_run_says_why_on_its_page(desk: Any, prefect: PrefectServer, norm: str) -> None:
    desk(lambda r: pcare(424, "Kode belum dipetakan")).hand_over("tambah-pendaftaran", norm=norm)
    send_due(until_empty=True)
    (run,) = runs_of(prefect, norm)
    told: list[str] = []
    deadline = time.monotonic() + 20
    while not told and time.monotonic() < deadline:
        logs = prefect.query("/logs/filter", logs={"task_run_id": {"any_": [run["id"]]}})
        told = [str(log["message"]) for log in logs]
        time.sleep(0.2)
    assert len(told) == 1
    assert "Gagal · Kode belum dipetakan" in told[0]


def test_run_names_can_leave_the_patient_out(desk: Any, prefect: PrefectServer, norm: str) -> None:
    here = desk(friendly)
    here.at.settings = DeliverySettings(_env_file=None, run_names="id")
    job_id = here.hand_over("tambah-pendaftaran", norm=norm)
    send_due(until_empty=True)
    assert runs_of(prefect, norm) == []
    assert len(runs_of(prefect, f"tambah-pendaftaran {job_id}")) >= 1


def test_a_database_that_cannot_write_is_one_sentence_and_no_traceback(
    desk: Any, prefect: PrefectServer, norm: str, caplog: pytest.LogCaptureFixture
) -> None:
    here = desk(friendly)
    job_id = here.hand_over("tambah-pendaftaran", norm=norm)

    def refuse(_connection: object, _cursor: object, said: str, *_more: object) -> None:
        if said.startswith("UPDATE jobs"):
            raise OperationalError(said, None, Exception("database is locked"))

    event.listen(here.at.database.engine, "before_cursor_execute", refuse)
    with pytest.raises(DatabaseUnavailable, match="sedang dipakai proses lain terlalu lama"):
        send_due(until_empty=True)
    event.remove(here.at.database.engine, "before_cursor_execute", refuse)

    assert "Traceback" not in caplog.text
    newest = prefect.query(
        "/flow_runs/filter", flow_runs={"name": {"like_": "kirim "}}, sort="START_TIME_DESC"
    )[0]
    assert newest["state_type"] == "FAILED"
    assert newest["state"]["message"] == (
        "Gagal · Basis data sedang dipakai proses lain terlalu lama; coba lagi."
    )
    send_due(until_empty=True)
    assert here.job(job_id).status == "terkirim"
