"""What staff find on the page of a run that was started from a form: its name, its end, and what the log says of it."""

import logging
from contextlib import suppress
from typing import Any

import pytest
from prefect import Flow, get_client
from prefect.flow_engine import run_flow
from prefect.logging.handlers import APILogHandler
from prefect.logging.loggers import flow_run_logger
from prefect.utilities.callables import parameter_schema

from bpjs_client.jenis import Jenis
from database import enqueue
from flows.kirim import kirim
from flows.kirim_ulang import kirim_ulang
from flows.kirim_ulang_massal import kirim_ulang_massal
from flows.lanjutkan import lanjutkan
from flows.tutup import tutup
from tests.conftest import SQLITE
from tests.flows.bpjs import friendly
from tests.flows.prefect_server import PrefectServer
from tests.flows.test_forms import FLOWS
from tests.tasks.bodies import BODIES, CARD
from tests.tasks.desk import pcare

EVERY: dict[str, Flow[..., Any]] = FLOWS | {
    each.name: each for each in (kirim, kirim_ulang, kirim_ulang_massal, lanjutkan, tutup)
}

PATIENT = {"norm": "RM-77", "nama_pasien": "Budi Contoh"}
# Deployment, what is filled in, state, name (as it begins), the one line of its log: what a clerk can forget.
FORGOTTEN: dict[str, tuple[str, dict[str, Any], str, str, str]] = {
    "everything": ("tambah-antrean", {}, "FAILED", "tambah-antrean ", "Gagal · norm wajib diisi"),
    "most": (
        "tambah-pendaftaran",
        {**PATIENT, "noKartu": CARD},
        "FAILED",
        "tambah-pendaftaran RM-77 Budi Contoh",
        "Gagal · ",
    ),
    "a choice": (
        "tutup",
        {"pekerjaan_id": 2, "alasan": f"kartu {CARD}", "oleh": "Sari"},
        "FAILED",
        "tutup tambah-kunjungan RM-77 Budi Contoh",
        "Gagal · hasil wajib diisi",
    ),
    "an unknown clinic": (
        "lanjutkan",
        {"faskes": "klinik-lain"},
        "FAILED",
        "lanjutkan keduanya",
        "Gagal · tidak ada faskes klinik-lain di sini",
    ),
    "an emptied choice": ("lanjutkan", {"layanan": None}, "FAILED", "lanjutkan ", "Gagal · layanan wajib"),
    "a number": ("kirim", {"serentak": None}, "FAILED", "kirim ", "Gagal · serentak harus bilangan"),
    "what it waits for": (
        "kirim-ulang",
        {"pekerjaan_id": "2"},
        "CANCELLED",
        "kirim-ulang tambah-kunjungan RM-77 Budi Contoh",
        "Menunggu · menunggu tambah-pendaftaran #1",
    ),
    "nothing": (
        "kirim-ulang-massal",
        {"hanya_hitung": None},
        "COMPLETED",
        "kirim-ulang-massal hitung ",
        "",
    ),
}


def run_as_a_worker_does(name: str, filled: dict[str, Any]) -> Any:
    """What the process of a run does with its flow, without the process (see test_rest.py for a real one)."""
    with get_client(sync_client=True) as client:
        run = client.create_flow_run(EVERY[name], parameters=filled)
        with suppress(Exception):  # Prefect raises what the flow returned, and the process ends
            run_flow(EVERY[name], flow_run=run, error_logger=flow_run_logger(run))  # type: ignore[arg-type] # as Prefect does
        return client.read_flow_run(run.id)


def lines_of(prefect: PrefectServer, run: Any) -> list[dict[str, object]]:
    """Its log; what is logged is sent in the background."""
    APILogHandler().flush()
    return prefect.query("/logs/filter", logs={"flow_run_id": {"any_": [str(run.id)]}})


@pytest.mark.long
@SQLITE
@pytest.mark.parametrize("what", FORGOTTEN)
def test_a_refused_form_says_why_in_one_sentence_and_is_named_by_what_it_does(
    desk: Any, prefect: PrefectServer, what: str
) -> None:
    here = desk(friendly)
    for jenis in (Jenis.TAMBAH_PENDAFTARAN, Jenis.TAMBAH_KUNJUNGAN):
        enqueue(jenis, "RM-77", "Budi Contoh", BODIES[jenis], database=here.database)
    deployment, filled, state, name, said = FORGOTTEN[what]
    run = run_as_a_worker_does(deployment, filled)
    assert (run.state_type, run.name[: len(name)]) == (state, name)
    lines = lines_of(prefect, run)
    assert len(lines) == (1 if said else 0), lines
    for line in lines:
        assert str(line["message"]).startswith(said)
        assert line["message"] == run.state.message
        assert line["level"] == (logging.ERROR if state == "FAILED" else logging.INFO)


@pytest.mark.long
@SQLITE
def test_names_may_be_left_out_of_runs(desk: Any, prefect: PrefectServer) -> None:
    here = desk(friendly)
    here.at.settings.run_names = "id"
    run = run_as_a_worker_does("tambah-antrean", PATIENT)
    assert run.name == "tambah-antrean 1"
    assert run_as_a_worker_does("kirim-ulang", {"pekerjaan_id": "1"}).name == "kirim-ulang tambah-antrean 1"
    assert run_as_a_worker_does("kirim-ulang", {"pekerjaan_id": CARD}).name.startswith("kirim-ulang ")


@SQLITE
def test_a_waiting_job_alarms_nobody_on_its_page(desk: Any, prefect: PrefectServer) -> None:
    here = desk(lambda request: pcare(503, "Sedang dipelihara", http=503))
    here.hand_over("tambah-pendaftaran")
    kirim()
    APILogHandler().flush()
    waits = [
        line for line in prefect.query("/logs/filter") if str(line["message"]).startswith("Tidak pasti · ")
    ]
    assert {line["level"] for line in waits} == {logging.INFO}


def test_a_form_asks_for_what_is_required_and_for_nothing_else() -> None:
    for flow in FLOWS.values():
        assert parameter_schema(flow).required == flow.parameters.required == ["norm", "nama_pasien"]
    assert parameter_schema(kirim_ulang).required == ["pekerjaan_id"]
    assert parameter_schema(tutup).required == ["pekerjaan_id", "hasil", "alasan", "oleh"]
