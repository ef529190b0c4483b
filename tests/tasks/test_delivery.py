"""What becomes of a job for each way its request can end."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bpjs_client.jobs import Bpjs
from bpjs_client.settings import BpjsSettings
from database import Database
from database.errors import OtherBpjs
from database.jobs.by_hand import Settled, close_by_hand
from database.jobs.resend import Resend, ask_again
from tasks.composition import Composition
from tasks.delivery.deliver import TryAgain
from tests.tasks.bodies import CARD, NIK, PHONE
from tests.tasks.desk import Answer, Desk, antrean, pcare

DUPLICATE = "Peserta sudah di-entri di poli yang sama pada hari yang sama."
NO_URUT = {"field": "noUrut", "message": "B12"}


@pytest.fixture
def desk(database: Database) -> Callable[[Answer], Desk]:
    return lambda answer: Desk(database, answer)


def raising(error: type[httpx.TransportError]) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error("cut", request=request)

    return answer


# jenis, BPJS's answer, then: status, counted attempts, outcome of the attempt, start of the message.
ENDINGS: list[tuple[str, str, Answer, str, int, str, str]] = [
    ("success with its number", "tambah-pendaftaran", lambda r: pcare(201, "CREATED", NO_URUT), "terkirim", 1, "success", ""),
    ("a success without its number proves nothing", "tambah-pendaftaran", lambda r: pcare(201, "CREATED"), "tidak_pasti", 1, "unknown", ""),
    ("a registration's number that is no number proves nothing", "tambah-pendaftaran", lambda r: pcare(201, "CREATED", {"field": "noUrut", "message": "Anull"}), "tidak_pasti", 1, "unknown", ""),
    ("a visit's number that is no number proves nothing", "tambah-kunjungan", lambda r: pcare(201, "CREATED", [{"field": "noKunjungan", "message": "0099B0011126Ynull"}]), "tidak_pasti", 1, "unknown", ""),
    ("antrean 200 is success", "tambah-antrean", lambda r: antrean(200), "terkirim", 1, "success", ""),
    ("antrean 201 is refusal", "tambah-antrean", lambda r: antrean(201, "Kuota penuh"), "gagal", 1, "rejected", "Kuota penuh"),
    ("already in the queue", "tambah-antrean", lambda r: antrean(201, "Peserta sudah terdaftar di poli tersebut pada hari ini"), "terkirim", 1, "already-there", ""),
    ("another's place in the queue", "tambah-antrean", lambda r: antrean(201, "Nomor antrean A-07 sudah terdaftar atas nama peserta lain"), "gagal", 1, "rejected", "Nomor antrean A-07"),
    ("registered elsewhere", "tambah-pendaftaran", lambda r: pcare(401, "Peserta sudah di-entri di faskes lain"), "gagal", 1, "rejected", "Peserta sudah di-entri"),
    ("never left", "tambah-pendaftaran", raising(httpx.ConnectError), "menunggu", 0, "not-sent", ""),
    ("connect timeout", "tambah-pendaftaran", raising(httpx.ConnectTimeout), "menunggu", 0, "not-sent", ""),
    ("lost answer", "tambah-kunjungan", raising(httpx.ReadTimeout), "tidak_pasti", 1, "unknown", ""),
    ("cut connection", "tambah-pendaftaran", raising(httpx.RemoteProtocolError), "tidak_pasti", 1, "unknown", ""),
    ("gateway timeout page", "tambah-pendaftaran", lambda r: httpx.Response(504, html="<html>Gateway Time-out</html>"), "tidak_pasti", 1, "unknown", ""),
    ("unreadable body", "tambah-pendaftaran", lambda r: httpx.Response(200, text="%%%"), "tidak_pasti", 1, "unknown", ""),
    ("too many requests", "tambah-pendaftaran", lambda r: httpx.Response(429, headers={"Retry-After": "120"}), "menunggu", 1, "temporary", ""),
    ("wrong master data", "tambah-pendaftaran", lambda r: pcare(412, "PRECONDITION_FAILED", [{"field": "kdPoli", "message": "Tidak sesuai dengan referensi sistem."}]), "gagal", 1, "rejected", "kdPoli: Tidak sesuai"),
    ("no registration and none on its way", "tambah-kunjungan", lambda r: pcare(412, "PRECONDITION_FAILED", [{"field": "noKartu", "message": "Belum melakukan pendaftaran pada poli tersebut."}]), "gagal", 1, "needs-predecessor", "noKartu: Belum"),
    ("the patient must act", "tambah-antrean", lambda r: antrean(201, "Anda belum melakukan skrining kesehatan."), "gagal", 1, "needs-patient", "Anda belum"),
    ("newtonsoft 500 is a data error", "tambah-kunjungan", lambda r: pcare(500, "Cannot access child value on Newtonsoft.Json.Linq.JValue.", []), "gagal", 1, "rejected", "Cannot access"),
    ("an unlisted code is shown verbatim", "tambah-pendaftaran", lambda r: pcare(424, "Kode belum dipetakan"), "gagal", 1, "rejected", "Kode belum dipetakan"),
    ("wrong login pauses, the job waits", "tambah-pendaftaran", lambda r: pcare(401, "Signature Service Tidak Sesuai"), "menunggu", 0, "unauthorized", ""),
    ("service not granted", "tambah-kunjungan", lambda r: pcare(404, "Unauthorized! You are not registered for this service!"), "menunggu", 0, "unauthorized", ""),
]  # fmt: skip


@pytest.mark.parametrize("ending", ENDINGS, ids=[ending[0] for ending in ENDINGS])
def test_each_way_to_end_has_its_row(desk: Callable[[Answer], Desk], ending: tuple[Any, ...]) -> None:
    _, jenis, answer, status, counted, outcome, message = ending
    here = desk(answer)
    job_id = here.hand_over(jenis)

    here.deliver(job_id)

    job = here.job(job_id)
    assert (job.status, job.attempts) == (status, counted)
    assert here.outcomes(job_id)[-1] == outcome
    assert (job.message or "").startswith(message)


def test_a_request_that_never_left_is_tried_again_at_once_and_stays_in_hand(desk: Any) -> None:
    here = desk(raising(httpx.ConnectError))
    job_id = here.hand_over("tambah-pendaftaran")
    with pytest.raises(TryAgain):
        here.deliver(job_id, last_try=False)
    assert here.job(job_id).status == "proses"
    here.answer = lambda r: pcare(201, "CREATED", NO_URUT)
    here.again(job_id)
    assert here.job(job_id).result == {"noUrut": "B12"}
    assert here.outcomes(job_id) == ["not-sent", "success"]
    assert here.job(job_id).attempts == 1


def test_retry_after_moves_the_due_time(desk: Any) -> None:
    here = desk(lambda r: httpx.Response(429, headers={"Retry-After": "3600"}))
    job_id = here.hand_over("tambah-pendaftaran")
    here.deliver(job_id)
    job = here.job(job_id)
    assert (job.due_at - job.updated_at).total_seconds() >= 3600


def test_a_duplicate_is_read_back_with_its_number(desk: Any) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return pcare(401, DUPLICATE)
        held = {
            "noUrut": "C7",
            "tgldaftar": "14-09-2026",
            "peserta": {"noKartu": CARD},
            "poli": {"kdPoli": "001"},
        }
        return pcare(200, "OK", {"count": 1, "list": [held]})

    here = desk(answer)
    job_id = here.hand_over("tambah-pendaftaran")
    here.deliver(job_id)
    assert here.job(job_id).status == "terkirim"
    assert here.job(job_id).result == {"noUrut": "C7"}


def test_a_duplicate_whose_number_cannot_be_seen_is_never_called_sent(desk: Any) -> None:
    here = desk(lambda r: pcare(401, DUPLICATE) if r.method == "POST" else pcare(204, "No Content"))
    job_id = here.hand_over("tambah-pendaftaran")
    here.deliver(job_id)
    assert here.job(job_id).status == "tidak_pasti"


def test_a_create_without_a_proper_number_is_read_back_and_keeps_the_number_found(desk: Any) -> None:
    here = desk(lambda r: pcare(201, "CREATED", {"field": "noUrut", "message": "Anull"}))
    job_id = here.hand_over("tambah-pendaftaran")
    here.deliver(job_id)
    here.answer = lambda r: registered("Anull") if r.method == "GET" else pcare(500, "tidak boleh sampai")
    here.deliver(job_id)
    assert here.job(job_id).status == "tidak_pasti"
    here.answer = lambda r: registered("A7")
    here.deliver(job_id)
    job = here.job(job_id)
    assert (job.status, job.result) == ("terkirim", {"noUrut": "A7"})
    assert here.outcomes(job_id) == ["unknown", "look-failed", "found"]
    assert sum(request.method == "POST" for request in here.requests) == 1


def test_a_lost_write_is_looked_up_before_it_is_sent_again(desk: Any) -> None:
    here = desk(raising(httpx.ReadTimeout))
    job_id = here.hand_over("tambah-pendaftaran")
    here.deliver(job_id)
    here.answer = lambda r: pcare(
        200,
        "OK",
        {"count": 1, "list": [{"noUrut": "D3", "peserta": {"noKartu": CARD}, "poli": {"kdPoli": "001"}}]},
    )
    before = len(here.requests)
    here.deliver(job_id)
    assert {request.method for request in here.requests[before:]} == {"GET"}
    assert here.job(job_id).result == {"noUrut": "D3"}
    assert here.outcomes(job_id) == ["unknown", "found"]


def test_a_lost_write_that_is_proven_absent_goes_again(desk: Any) -> None:
    here = desk(raising(httpx.ReadTimeout))
    job_id = here.hand_over("tambah-pendaftaran")
    here.deliver(job_id)
    here.answer = lambda r: (
        pcare(201, "CREATED", NO_URUT) if r.method == "POST" else pcare(200, "OK", {"count": 0, "list": []})
    )
    here.deliver(job_id)
    assert here.job(job_id).status == "terkirim"
    assert here.outcomes(job_id) == ["unknown", "absent", "success"]


def test_a_lost_write_stays_uncertain_while_bpjs_cannot_be_asked(desk: Any) -> None:
    here = desk(raising(httpx.ReadTimeout))
    job_id = here.hand_over("tambah-kunjungan")
    here.deliver(job_id)
    here.deliver(job_id)
    assert here.job(job_id).status == "tidak_pasti"
    assert here.outcomes(job_id) == ["unknown", "look-failed"]
    assert here.job(job_id).attempts == 1
    assert sum(request.method == "POST" for request in here.requests) == 1


def test_a_lost_add_without_a_card_waits_for_a_person(desk: Any) -> None:
    here = desk(raising(httpx.ReadTimeout))
    job_id = here.hand_over("tambah-antrean", nomorkartu="")
    here.deliver(job_id)
    here.deliver(job_id)
    job = here.job(job_id)
    assert (job.status, job.reason) == ("tidak_pasti", "perlu-orang")
    assert len(here.requests) == 1


def test_a_lost_panggil_is_repeated_once_and_its_refusal_is_left_to_a_person(desk: Any) -> None:
    here = desk(raising(httpx.ReadTimeout))
    job_id = here.hand_over("panggil-antrean")
    here.deliver(job_id)
    here.answer = lambda r: antrean(201, "Antrean sudah dipanggil")
    here.deliver(job_id)
    job = here.job(job_id)
    assert (job.status, job.reason) == ("tidak_pasti", "perlu-orang")
    first, second = here.requests
    assert first.read() == second.read()


def correct(here: Desk, job_id: int, **changes: Any) -> None:
    ask_again(here.database, job_id, Resend(patch=changes, reason="salah", by="Sari"))


def registered(number: str | None) -> httpx.Response:
    row = {"noUrut": number, "peserta": {"noKartu": CARD}, "poli": {"kdPoli": "001"}}
    return pcare(200, "OK", {"count": 1, "list": [row]})


EDITS: list[dict[str, Any]] = [{"kdPoli": "002"}, {"keluhan": "lain"}]


@pytest.mark.parametrize("edit", EDITS)
def test_what_bpjs_took_before_it_was_corrected_does_not_pass_for_the_correction(
    desk: Any, edit: dict[str, Any]
) -> None:
    here = desk(raising(httpx.ReadTimeout))
    job_id = here.hand_over("tambah-pendaftaran")
    here.deliver(job_id)
    correct(here, job_id, **edit)
    here.answer = lambda r: registered("P3") if r.url.path.endswith("/0/100") else pcare(200, "OK", None)
    here.deliver(job_id)

    job = here.job(job_id)
    assert (job.status, job.reason, job.result) == ("gagal", "isi-lama", {"noUrut": "P3"})
    assert "perubahannya belum terkirim" in (job.message or "")
    assert sum(request.method == "POST" for request in here.requests) == 1


@pytest.mark.parametrize("edit", EDITS)
def test_a_correction_is_sent_once_bpjs_proves_that_it_lacks_the_first(
    desk: Any, edit: dict[str, Any]
) -> None:
    here = desk(raising(httpx.ReadTimeout))
    job_id = here.hand_over("tambah-pendaftaran")
    here.deliver(job_id)
    correct(here, job_id, **edit)
    here.answer = lambda r: pcare(201, "CREATED", NO_URUT) if r.method == "POST" else pcare(200, "OK", None)
    here.deliver(job_id)

    assert here.job(job_id).status == "terkirim"
    assert edit.items() <= json.loads(here.requests[-1].content).items()
    assert here.outcomes(job_id) == ["unknown", "asked-again", "absent", "success"]


@pytest.mark.parametrize("jenis", ["tambah-antrean", "panggil-antrean", "batal-antrean"])
def test_a_correction_of_what_cannot_be_looked_up_waits_for_a_person_and_then_goes(
    desk: Any, jenis: str
) -> None:
    here = desk(raising(httpx.ReadTimeout))
    job_id = here.hand_over(jenis)
    here.deliver(job_id)
    correct(here, job_id, kodepoli="002")
    here.deliver(job_id)
    assert (here.job(job_id).status, here.job(job_id).reason) == ("tidak_pasti", "perlu-orang")
    assert len(here.requests) == 1

    here.answer = lambda r: antrean(200)
    ask_again(here.database, job_id, Resend(reason="tidak ada di BPJS", by="Sari"))
    here.deliver(job_id)
    assert here.job(job_id).status == "terkirim"


def test_a_number_found_before_a_correction_is_known_to_its_removal(desk: Any) -> None:
    here = desk(raising(httpx.ReadTimeout))
    job_id = here.hand_over("tambah-pendaftaran")
    here.deliver(job_id)
    correct(here, job_id, keluhan="lain")
    here.answer = lambda r: registered("P3") if r.method == "GET" else pcare(200, "OK", "")
    here.deliver(job_id)
    removal = here.hand_over("hapus-pendaftaran")
    here.deliver(removal)
    assert "/noUrut/P3/" in here.requests[-1].url.path
    assert here.job(removal).status == "terkirim"


def test_a_row_without_its_number_proves_nothing(desk: Any) -> None:
    here = desk(raising(httpx.ReadTimeout))
    job_id = here.hand_over("tambah-pendaftaran")
    here.deliver(job_id)
    here.answer = lambda r: registered(None) if r.url.path.endswith("/0/100") else pcare(200, "OK", None)
    here.deliver(job_id)
    assert here.job(job_id).status == "tidak_pasti"
    assert here.outcomes(job_id) == ["unknown", "look-failed"]
    assert sum(request.method == "POST" for request in here.requests) == 1


NO_ROUTE = {"message": "no Route matched with those values"}
# What the gateway answers to everything; where it refuses the harmless read too, the job waits.
GATEWAYS: list[tuple[Answer, str]] = [
    (lambda r: httpx.Response(404, json=NO_ROUTE), "menunggu"),
    (lambda r: httpx.Response(404), "gagal"),
    (lambda r: httpx.Response(304), "gagal"),
]


@pytest.mark.parametrize(("answer", "status"), GATEWAYS)
def test_a_gateways_word_deletes_no_visit(desk: Any, answer: Answer, status: str) -> None:
    here = desk(answer)
    job_id = here.hand_over(
        "hapus-kunjungan", noKunjungan="0114Y9", noKartu=None, tglDaftar=None, kdPoli=None
    )
    here.deliver(job_id)
    assert here.job(job_id).status == status


def test_bpjs_own_word_that_a_visit_is_not_there_is_enough(desk: Any) -> None:
    here = desk(lambda r: pcare(404, "Data tidak ditemukan", http=200))
    job_id = here.hand_over(
        "hapus-kunjungan", noKunjungan="012345670926Y000009", noKartu=None, tglDaftar=None, kdPoli=None
    )
    here.deliver(job_id)
    assert here.job(job_id).status == "terkirim"


NONSENSE: list[tuple[str, str]] = [
    ("Retry-After", "1e300"),
    ("Retry-After", "99999999999"),
    ("Retry-After", "Mon, 01 Jan 9999 00:00:00 -1200"),
    ("Date", "Fri, 31 Dec 9999 23:59:59 -1200"),
]


@pytest.mark.parametrize("header", NONSENSE)
def test_a_nonsense_header_neither_loses_an_answer_nor_parks_a_job_for_years(
    desk: Any, header: tuple[str, str]
) -> None:
    here = desk(lambda r: httpx.Response(429, headers=[header]))
    job_id = here.hand_over("tambah-pendaftaran")
    here.deliver(job_id)
    job = here.job(job_id)
    assert (job.status, here.outcomes(job_id)) == ("menunggu", ["temporary"])
    assert job.due_at < here.database.clock() + timedelta(hours=7)

    here.answer = lambda r: httpx.Response(
        201, headers=[header], json={"response": NO_URUT, "metaData": {"code": 201, "message": "CREATED"}}
    )
    here.deliver(job_id)
    assert here.job(job_id).status == "terkirim"


@pytest.mark.parametrize("levels", [101, 900, 20_000])
def test_an_answer_nested_without_end_is_unreadable_and_no_crash(desk: Any, levels: int) -> None:
    deep = b"[" * levels + b"]" * levels
    here = desk(
        lambda r: httpx.Response(412, content=b'{"metaData": {"code": 412, "message": ' + deep + b"}}")
    )
    job_id = here.hand_over("tambah-pendaftaran")
    here.deliver(job_id)
    assert here.job(job_id).status != "proses"


def test_an_answer_without_end_is_read_to_a_limit(desk: Any) -> None:
    here = desk(lambda r: httpx.Response(412, content=(b"x" * 2**20 for _ in range(100))))
    job_id = here.hand_over("tambah-pendaftaran")
    here.deliver(job_id)
    job = here.job(job_id)
    assert (job.status, job.message) == ("tidak_pasti", "Jawaban BPJS terlalu besar.")


def test_a_message_without_end_is_cut_for_the_monitor(desk: Any) -> None:
    here = desk(lambda r: pcare(412, "x" * 100_000))
    job_id = here.hand_over("tambah-pendaftaran")
    here.deliver(job_id)
    assert here.job(job_id).message == "x" * 2_000


def test_a_deletion_of_what_is_not_there_is_done_once_a_look_confirms_it(desk: Any) -> None:
    here = desk(
        lambda r: httpx.Response(304) if r.method == "DELETE" else pcare(200, "OK", {"count": 0, "list": []})
    )
    job_id = here.hand_over("hapus-pendaftaran", noUrut="A1")
    here.deliver(job_id)
    assert here.job(job_id).status == "terkirim"


def test_a_deletion_takes_its_number_from_the_chain(desk: Any) -> None:
    here = desk(lambda r: pcare(201, "CREATED", NO_URUT) if r.method == "POST" else pcare(200, "OK", ""))
    here.deliver(here.hand_over("tambah-pendaftaran"))
    removal = here.hand_over("hapus-pendaftaran")
    here.deliver(removal)
    assert here.requests[-1].url.path.endswith(f"/peserta/{CARD}/tglDaftar/14-09-2026/noUrut/B12/kdPoli/001")
    assert here.job(removal).status == "terkirim"


def test_a_deletion_of_what_never_reached_bpjs_closes_itself(desk: Any) -> None:
    here = desk(lambda r: pcare(412, "PRECONDITION_FAILED", [{"field": "kdPoli", "message": "salah"}]))
    here.deliver(here.hand_over("tambah-pendaftaran"))
    removal = here.hand_over("hapus-pendaftaran")
    sent = len(here.requests)
    here.deliver(removal)
    assert here.job(removal).status == "ditutup"
    assert len(here.requests) == sent


def closed_as_there(here: Desk, creation: int) -> None:
    close_by_hand(here.database, creation, Settled.ALREADY_THERE, reason="dilihat di PCare", by="Ani")


def corrected_badly_and_closed(here: Desk, creation: int) -> None:
    correct(here, creation, kdPoli=None)
    close_by_hand(here.database, creation, Settled.NOT_NEEDED, reason="batal", by="Ani")


def corrected_badly(here: Desk, creation: int) -> None:
    correct(here, creation, kdPoli=None)


@pytest.mark.parametrize("settle", [closed_as_there, corrected_badly_and_closed, corrected_badly])
def test_a_deletion_of_what_may_have_reached_bpjs_never_closes_itself(
    desk: Any, settle: Callable[[Desk, int], None]
) -> None:
    here = desk(raising(httpx.ReadTimeout))
    creation = here.hand_over("tambah-pendaftaran")
    here.deliver(creation)
    settle(here, creation)
    removal = here.hand_over("hapus-pendaftaran")
    here.deliver(removal)
    job = here.job(removal)
    assert (job.status, job.reason) == ("gagal", "isi-salah")
    assert "noUrut" in (job.message or "")


def test_a_deletion_without_number_or_chain_names_the_field(desk: Any) -> None:
    here = desk(raising(httpx.ReadTimeout))
    removal = here.hand_over("hapus-pendaftaran")
    here.deliver(removal)
    assert here.job(removal).status == "gagal"
    assert "noUrut" in (here.job(removal).message or "")
    assert here.requests == []


def test_a_visit_waits_when_its_registration_is_still_on_its_way(desk: Any) -> None:
    refusal = [{"field": "noKartu", "message": "Belum melakukan pendaftaran pada poli tersebut."}] * 2
    here = desk(lambda r: pcare(412, "PRECONDITION_FAILED", refusal))
    visit = here.hand_over("tambah-kunjungan")

    def answer(request: httpx.Request) -> httpx.Response:
        here.hand_over("tambah-pendaftaran")  # handed over while the visit is in flight
        return pcare(412, "PRECONDITION_FAILED", refusal)

    here.answer = answer
    here.deliver(visit)
    assert (here.job(visit).status, here.job(visit).reason) == ("menunggu", "menunggu-pendaftaran")


def test_a_refused_credential_pauses_its_service_alone(desk: Any) -> None:
    here = desk(lambda r: pcare(401, "Signature Service Tidak Sesuai"))
    here.deliver(here.hand_over("tambah-pendaftaran"))
    assert here.state_of("pcare") == "paused"
    assert here.state_of("antrean") is None


def test_an_unknown_401_fails_that_job_alone_when_a_harmless_read_is_answered(desk: Any) -> None:
    here = desk(
        lambda r: pcare(401, "Peserta tidak berhak") if r.method == "POST" else pcare(200, "OK", {"list": []})
    )
    job_id = here.hand_over("tambah-pendaftaran")
    here.deliver(job_id)
    assert here.job(job_id).status == "gagal"
    assert here.state_of("pcare") in {None, "closed"}


def test_an_unknown_401_pauses_when_the_harmless_read_is_refused_too(desk: Any) -> None:
    here = desk(lambda r: pcare(401, "Peserta tidak berhak"))
    job_id = here.hand_over("tambah-pendaftaran")
    here.deliver(job_id)
    assert here.job(job_id).status == "menunggu"
    assert here.state_of("pcare") == "paused"


def test_a_refused_panggil_goes_again_when_its_add_comes_later(desk: Any) -> None:
    here = desk(lambda r: antrean(201, "Antrean tidak ditemukan"))
    call = here.hand_over("panggil-antrean")
    here.deliver(call)
    assert here.job(call).status == "gagal"
    here.answer = lambda r: antrean(200)
    here.deliver(here.hand_over("tambah-antrean"))
    assert here.job(call).status == "menunggu"
    here.deliver(call)
    assert here.job(call).status == "terkirim"


def test_what_goes_to_prefect_names_no_patient(desk: Any) -> None:
    told = f"Peserta {CARD} / {NIK[:4]} {NIK[4:]} / hp {PHONE} tidak ditemukan"
    here = desk(lambda r: antrean(201, told))
    job_id = here.hand_over("tambah-antrean")
    text = here.deliver(job_id).text
    assert "tidak ditemukan" in text
    for identifier in (CARD, NIK, PHONE, NIK[4:]):
        assert identifier not in text
    assert here.job(job_id).message == "Peserta ••• / ••• / hp ••• tidak ditemukan"


def test_a_paused_service_resumes_by_itself_when_its_credential_changes(desk: Any) -> None:
    here = desk(lambda r: pcare(401, "Signature Service Tidak Sesuai"))
    here.deliver(here.hand_over("tambah-pendaftaran"))
    here.at.resume_after_new_credential()
    assert here.state_of("pcare") == "paused"
    with Bpjs(BpjsSettings(_env_file=None, pcare_password="baru")) as replaced:
        later = Composition(open_database=lambda: here.database, open_bpjs=lambda faskes: replaced)
        later.resume_after_new_credential()
    assert here.state_of("pcare") == "closed"


def test_a_visit_sent_before_its_registration_follows_by_itself(desk: Any) -> None:
    refusal = [{"field": "noKartu", "message": "Belum melakukan pendaftaran pada poli tersebut."}] * 2
    here = desk(lambda r: pcare(412, "PRECONDITION_FAILED", refusal))
    visit = here.hand_over("tambah-kunjungan")
    here.deliver(visit)
    assert (here.job(visit).status, here.job(visit).reason) == ("gagal", "tanpa-pendaftaran")

    number = {"field": "noKunjungan", "message": "012345670926Y000123"}
    here.answer = lambda r: pcare(201, "CREATED", [number] if "kunjungan" in r.url.path else NO_URUT)
    here.deliver(here.hand_over("tambah-pendaftaran"))
    assert here.job(visit).status == "menunggu"
    here.deliver(visit)
    assert here.job(visit).status == "terkirim"
    assert here.outcomes(visit) == ["needs-predecessor", "asked-again", "success"]


@pytest.mark.parametrize(("lost_before", "status"), [(False, "menunggu"), (True, "tidak_pasti")])
def test_nothing_leaves_for_another_bpjs_than_the_databases(
    desk: Callable[[Answer], Desk], monkeypatch: pytest.MonkeyPatch, lost_before: bool, status: str
) -> None:
    """What may be at the one stays uncertain: at the other it can be neither looked for nor repeated."""
    here = desk(raising(httpx.ReadTimeout))
    job_id = here.hand_over("tambah-antrean")
    if lost_before:
        here.deliver(job_id)
    left = len(here.requests)

    def others(*_whose: object) -> None:
        raise OtherBpjs("Basis data ini milik BPJS di lain.example")

    monkeypatch.setattr(here.at, "note_belonging", others)
    here.deliver(job_id)

    job = here.job(job_id)
    assert (job.status, job.message) == (status, "Basis data ini milik BPJS di lain.example")
    assert len(here.requests) == left
