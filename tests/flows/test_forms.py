"""The seven single-job flows: a form stores its job, forgets what was typed, and ends as the job ended."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from prefect import Flow
from prefect.client.schemas import State

from bpjs_client.jenis import Jenis
from database.detail import show
from database.storage.retention import delete_settled
from flows.batal_antrean import batal_antrean
from flows.hapus_kunjungan import hapus_kunjungan
from flows.hapus_pendaftaran import hapus_pendaftaran
from flows.kirim_ulang import kirim_ulang
from flows.kirim_ulang_massal import kirim_ulang_massal
from flows.panggil_antrean import panggil_antrean
from flows.tambah_antrean import tambah_antrean
from flows.tambah_kunjungan import tambah_kunjungan
from flows.tambah_pendaftaran import tambah_pendaftaran
from flows.tutup import tutup
from tests.conftest import SQLITE
from tests.flows.bpjs import friendly
from tests.flows.prefect_server import PrefectServer
from tests.tasks.bodies import BODIES, CARD, NIK, PHONE
from tests.tasks.desk import pcare

FLOWS: dict[str, Flow[..., Any]] = {
    "tambah-antrean": tambah_antrean,
    "panggil-antrean": panggil_antrean,
    "batal-antrean": batal_antrean,
    "tambah-pendaftaran": tambah_pendaftaran,
    "tambah-kunjungan": tambah_kunjungan,
    "hapus-pendaftaran": hapus_pendaftaran,
    "hapus-kunjungan": hapus_kunjungan,
}
NUMBERS = {"hapus-pendaftaran": {"noUrut": "A1"}, "hapus-kunjungan": {"noKunjungan": "012345670926Y000123"}}


def typed(jenis: str, **changes: Any) -> dict[str, Any]:
    """What a person types: every field as text, nothing where the body has null."""
    body = {**BODIES[jenis], **NUMBERS.get(jenis, {}), **changes}
    words = {True: "ya", False: "tidak"}
    return {
        name: words[value] if isinstance(value, bool) else str(value)
        for name, value in body.items()
        if value is not None and name != "norm"
    }


def run(flow: Flow[..., Any], **parameters: Any) -> State[Any]:
    state = flow(**parameters, return_state=True)
    assert isinstance(state, State)
    return state


def parameters_of(prefect: PrefectServer, state: State[Any]) -> Any:
    found = prefect.query(
        "/flow_runs/filter", flow_runs={"id": {"any_": [str(state.state_details.flow_run_id)]}}
    )
    return found[0]["parameters"]


def test_there_is_a_form_for_each_jenis_with_every_field_of_its_body() -> None:
    assert set(FLOWS) == {str(jenis) for jenis in Jenis}
    for jenis, flow in FLOWS.items():
        fields = set(flow.parameters.properties)
        assert set(BODIES[jenis]) - {"noKunjungan"} <= fields | {"noUrut"}
        assert {"norm", "nama_pasien", "body", "kunci", "rantai", "faskes", "pekerjaan_id"} <= fields


@pytest.mark.parametrize("jenis", list(FLOWS))
def test_a_form_sends_the_body_with_bpjs_types_and_forgets_what_was_typed(
    desk: Any, prefect: PrefectServer, jenis: str
) -> None:
    here = desk(friendly)
    state = run(FLOWS[jenis], norm="RM-1", nama_pasien="Pasien Contoh", **typed(jenis))
    assert state.is_completed(), state.message
    assert (state.message or "").startswith("Terkirim")
    assert list(parameters_of(prefect, state)) == ["pekerjaan_id"]
    sent = here.requests[-1]
    if sent.method == "POST":
        expected = {name: value for name, value in BODIES[jenis].items() if value is not None and value != ""}
        assert json.loads(sent.read()) == expected


def test_nothing_typed_into_a_form_stays_in_prefect(desk: Any, prefect: PrefectServer) -> None:
    desk(friendly)
    run(tambah_antrean, norm="RM-1", nama_pasien="Pasien", keterangan="sakit-rahasia", **{
        name: value for name, value in typed("tambah-antrean").items() if name != "keterangan"
    })  # fmt: skip
    run(
        tambah_pendaftaran,
        norm="RM-2",
        body=json.dumps({**BODIES["tambah-pendaftaran"], "keluhan": "sakit-rahasia"}),
    )
    stored = prefect.everything_stored()
    for value in (CARD, NIK, PHONE, "sakit-rahasia"):
        assert value not in stored


def test_a_wrong_field_fails_and_is_named(desk: Any) -> None:
    here = desk(friendly)
    state = run(tambah_antrean, norm="RM-1", nama_pasien="P", **typed("tambah-antrean", kodedokter="dua"))
    assert state.is_failed()
    assert (state.message or "").startswith("Gagal · kodedokter:")
    assert here.requests == []


BAD_FRAMES = [
    ({"nama_pasien": "P"}, "norm wajib diisi"),
    ({"norm": "RM-1", "nama_pasien": "P", "body": "{bukan json"}, "body bukan JSON"),
    ({"norm": "RM-1", "nama_pasien": "P", "body": "[1]"}, "body harus objek"),
    ({"pekerjaan_id": "tujuh"}, "pekerjaan_id harus bilangan"),
    ({"pekerjaan_id": 999_999}, "Pekerjaan 999999 tidak ada"),
]


@pytest.mark.parametrize(("frame", "told"), BAD_FRAMES, ids=[row[1] for row in BAD_FRAMES])
@SQLITE
def test_nonsense_in_a_form_fails_with_one_sentence(
    desk: Any, prefect: PrefectServer, frame: dict[str, Any], told: str
) -> None:
    desk(friendly)
    state = run(tambah_pendaftaran, **frame)
    assert state.is_failed()
    assert told in (state.message or "")


@SQLITE
def test_other_content_under_a_known_kunci_is_told_and_not_sent(desk: Any, prefect: PrefectServer) -> None:
    here = desk(friendly)
    filled = {"norm": "RM-1", "nama_pasien": "P", "kunci": "K", **typed("tambah-antrean")}
    assert run(tambah_antrean, **filled).is_completed()
    sent = len(here.requests)
    state = run(tambah_antrean, **{**filled, "norm": "RM-2"})
    assert state.is_failed()
    assert "yang isinya lain" in (state.message or "")
    assert len(here.requests) == sent


def refused(_request: httpx.Request) -> httpx.Response:
    return pcare(412, "Sistem BPJS sedang diperbarui")


# how a job is sent again in Prefect by somebody who leaves the fields for who and why empty
AGAIN: list[tuple[Flow[..., Any], dict[str, Any]]] = [
    (tambah_pendaftaran, {}),
    (kirim_ulang, {}),
    (kirim_ulang_massal, {"hanya_hitung": False}),
]


@pytest.mark.parametrize(("flow", "given"), AGAIN, ids=[flow.name for flow, _ in AGAIN])
def test_a_run_that_sends_again_stands_in_the_jobs_history(
    desk: Any, prefect: PrefectServer, flow: Flow[..., Any], given: dict[str, Any]
) -> None:
    here = desk(refused)
    here.deliver(job_id := here.hand_over("tambah-pendaftaran"))
    here.answer = friendly
    state = run(flow, pekerjaan_id=str(job_id), **given)

    history = show(here.database, job_id)["history"]
    assert [each["outcome"] for each in history] == ["rejected", "asked-again", "success"]
    run_id = state.state_details.flow_run_id
    assert (history[1]["requested_by"], history[1]["reason"]) == (
        "Prefect UI",
        f"lewat Prefect, run {run_id}",
    )


@pytest.mark.long
def test_a_form_filled_in_again_after_years_says_that_the_job_was_sent(
    desk: Any, prefect: PrefectServer
) -> None:
    here = desk(friendly)
    filled = {"norm": "RM-1", "nama_pasien": "P", **typed("tambah-pendaftaran")}
    run(tambah_pendaftaran, **filled)
    sent = len(here.requests)
    assert delete_settled(here.database, timedelta(seconds=-1)) == 1

    state = run(tambah_pendaftaran, **filled)

    assert (state.is_completed(), len(here.requests)) == (True, sent)
    assert "sudah dihapus setelah masa simpannya: terkirim" in (state.message or "")


CORRECTION = json.dumps({"noKartu": CARD, "keluhan": "sakit-rahasia"})
WHO = {"alasan": "salah ketik", "diminta_oleh": "Sari"}
HUGE = "9" * 30
# What no form offers, but a person in a hurry or a system over REST may give.
ODD: list[tuple[Flow[..., Any], dict[str, Any]]] = [
    (tambah_pendaftaran, {"norm": "RM-1", "nama_pasien": "P", "noKartu": CARD, "pekerjaan_id": HUGE}),
    (tambah_pendaftaran, {"norm": "RM-1", "nama_pasien": "P", "noKartu": CARD, "pekerjaan_id": CARD}),
    (tambah_pendaftaran, {"norm": "RM-1", "nama_pasien": "P", "body": {"noKartu": [CARD]}, "kunci": [CARD]}),
    (kirim_ulang, {"pekerjaan_id": HUGE, "perubahan": CORRECTION, **WHO}),
    (kirim_ulang, {"pekerjaan_id": CARD, "perubahan": CORRECTION, **WHO}),
    (kirim_ulang, {"pekerjaan_id": f"RM-1 {CARD}", "perubahan": CORRECTION}),
    (kirim_ulang, {"pekerjaan_id": "1", "perubahan": CORRECTION, "alasan": None, "diminta_oleh": 5}),
    (kirim_ulang, {"pekerjaan_id": "1", "perubahan": CORRECTION, "versi": CARD}),
    (kirim_ulang, {"pekerjaan_id": "1", "perubahan": {"noKartu": CARD, "sistole": float("nan")}}),
    (tutup, {"pekerjaan_id": HUGE, "hasil": "sudah-ada", "alasan": CARD, "oleh": "Sari"}),
    (tutup, {"pekerjaan_id": CARD, "hasil": "sudah-ada", "alasan": "x", "oleh": "Sari"}),
    (tutup, {"pekerjaan_id": "1", "hasil": f"lain {CARD}", "alasan": "x", "oleh": "Sari"}),
    (tutup, {"pekerjaan_id": "1", "hasil": "sudah-ada", "alasan": None, "oleh": CARD}),
    (kirim_ulang_massal, {"pekerjaan_id": HUGE, "norm": CARD}),
    (kirim_ulang_massal, {"jenis": None, "norm": CARD, "per_menit": CARD}),
    (kirim_ulang_massal, {"jenis": None, "norm": CARD}),
    (kirim_ulang_massal, {"nama": "\x00", "isi": f"noKartu={CARD}", "tanggal": "semua"}),
]


@pytest.mark.long
@pytest.mark.parametrize(("flow", "odd"), ODD)
@SQLITE
def test_whatever_is_typed_nothing_that_names_a_patient_stays(
    desk: Any, prefect: PrefectServer, flow: Flow[..., Any], odd: dict[str, Any]
) -> None:
    desk(friendly)
    state = run(flow, **odd)
    left = json.dumps(parameters_of(prefect, state))
    assert CARD not in left + str(state.message)
    assert CARD.lstrip("0") not in left + str(state.message)
    assert "rahasia" not in left
    assert state.is_completed() or (state.message or "").startswith("Gagal · "), state.message
    assert "kesalahan program" not in (state.message or "")


def test_a_mistake_of_ours_does_not_keep_what_was_typed(
    desk: Any, prefect: PrefectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(CARD)

    desk(friendly)
    monkeypatch.setattr("flows.forms.job_form.read_line", broken)
    state = run(tambah_pendaftaran, norm="RM-1", nama_pasien="P", **typed("tambah-pendaftaran"))
    assert (state.is_failed(), parameters_of(prefect, state)) == (True, {})
    assert state.message == "Gagal · kesalahan program (RuntimeError); laporkan kepada pengembang"


def test_a_failed_run_that_is_retried_sends_its_job_again(desk: Any, prefect: PrefectServer) -> None:
    here = desk(lambda r: pcare(424, "Kode belum dipetakan"))
    failed = run(tambah_pendaftaran, norm="RM-1", nama_pasien="P", **typed("tambah-pendaftaran"))
    assert failed.is_failed()
    here.answer = friendly
    again = run(tambah_pendaftaran, **parameters_of(prefect, failed))
    assert (again.message or "") == "Terkirim · noUrut B12"
    assert len(here.requests) == 2


def test_a_run_that_is_retried_after_success_sends_nothing(desk: Any, prefect: PrefectServer) -> None:
    here = desk(friendly)
    done = run(tambah_pendaftaran, norm="RM-1", nama_pasien="P", **typed("tambah-pendaftaran"))
    again = run(tambah_pendaftaran, **parameters_of(prefect, done))
    assert again.is_completed()
    assert len(here.requests) == 1


def test_a_form_whose_turn_has_not_come_says_what_it_waits_for(desk: Any) -> None:
    here = desk(friendly)
    first = here.hand_over("tambah-pendaftaran")
    state = run(tambah_kunjungan, norm="RM-1", nama_pasien="P", **typed("tambah-kunjungan"))
    assert state.name == "Ditunda"
    assert state.message == f"Menunggu · menunggu tambah-pendaftaran #{first} (menunggu)"
    assert here.requests == []
