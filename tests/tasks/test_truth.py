"""`terkirim` means that BPJS holds this content; what a look cannot prove is not taken for proof."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from database import Database
from database.jobs.resend import Resend, ask_again
from tests.conftest import SQLITE
from tests.database.clinic import FakeClock
from tests.tasks.bodies import CARD
from tests.tasks.day import Answer, Bpjs, Day
from tests.tasks.desk import pcare

pytestmark = SQLITE
MINUTE, HOUR = 60, 3600
DUPLICATE = pcare(401, "Peserta sudah di-entri di poli yang sama pada hari yang sama.")
NUMBER, OTHER_NUMBER = "012345670926Y000001", "012345670926Y000002"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def day(database: Database, clock: FakeClock) -> Callable[[Answer], Day]:
    return lambda odd: Day(database, clock, Bpjs(odd))


def lost(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("lost", request=request)


def rows(*found: dict[str, Any]) -> httpx.Response:
    return pcare(200, "OK", {"count": len(found), "list": list(found)})


def visit_row(number: str = NUMBER, **changes: Any) -> dict[str, Any]:
    row = {
        "noKunjungan": number,
        "tglKunjungan": "14-09-2026",
        "providerPelayanan": {"kdProvider": "01234567"},
        "poli": {"kdPoli": "001"},
    }
    return {**row, **changes}


def registration_row(number: str, poli: str = "001") -> dict[str, Any]:
    return {"noUrut": number, "peserta": {"noKartu": CARD}, "poli": {"kdPoli": poli}}


def correct(day: Day, job_id: int, **patch: Any) -> None:
    ask_again(day.database, job_id, Resend(patch=patch, reason="salah", by="Sari"))


def posts(day: Day, part: str = "kunjungan") -> int:
    return sum(r.method == "POST" and part in r.url.path for r in day.desk.requests)


def test_a_visit_found_with_its_old_content_stays_so_across_every_resend(
    day: Callable[[Answer], Day],
) -> None:
    here = day(lambda r: lost(r) if r.method == "POST" and "kunjungan" in r.url.path else None)
    _, visit = here.visit(1)
    here.pass_time(1)
    here.bpjs.visits["0001000000001"] = NUMBER  # it had arrived
    here.bpjs.odd = lambda _request: None
    correct(here, visit, kdDiag1="A01")
    here.pass_time(MINUTE)
    assert (here.job(visit).status, here.job(visit).reason) == ("gagal", "isi-lama")

    for _ in range(3):
        ask_again(here.database, visit, Resend(by="Sari", may_replace=False))
        here.pass_time(MINUTE)
        assert (here.job(visit).status, here.job(visit).reason) == ("gagal", "isi-lama")

    del here.bpjs.visits["0001000000001"]  # deleted in PCare by hand
    ask_again(here.database, visit, Resend(by="Sari", may_replace=False))
    here.pass_time(MINUTE)
    assert here.job(visit).status == "terkirim"
    assert json.loads(here.desk.requests[-1].content)["kdDiag1"] == "A01"


@pytest.mark.parametrize(
    ("jenis", "change"),
    [("tambah-kunjungan", {"kdDiag1": "A01"}), ("tambah-pendaftaran", {"kunjSakit": False})],
)
def test_what_the_chain_has_sent_with_another_content_is_not_delivered_by_a_duplicate_answer(
    day: Callable[[Answer], Day], jenis: str, change: dict[str, Any]
) -> None:
    here = day(lambda _request: None)
    here.visit(1)
    here.pass_time(5)
    again = here.hand_over(jenis, 1, **change)
    here.pass_time(MINUTE)
    job = here.job(again)
    assert (job.status, job.reason) == ("gagal", "isi-lama")
    assert "dengan isi lain" in (job.message or "")
    assert (job.result or {}).keys() & {"noUrut", "noKunjungan"}


def test_the_same_content_handed_over_under_another_key_is_there(day: Callable[[Answer], Day]) -> None:
    here = day(lambda _request: None)
    _, first = here.visit(1)
    here.pass_time(5)
    again = here.hand_over("tambah-kunjungan", 1, sistole="120")
    here.pass_time(MINUTE)
    assert again != first
    assert here.job(again).status == "terkirim"


SHOWN: list[tuple[str, dict[str, Any], str]] = [
    ("another diagnosis", {"diagnosa1": {"kdDiag": "Z00"}}, "gagal"),
    ("another doctor", {"dokter": {"kdDokter": "1"}}, "gagal"),
    ("another way home", {"statusPulang": {"kdStatusPulang": "4"}}, "gagal"),
    ("the same", {"diagnosa1": {"kdDiag": "J00"}, "dokter": {"kdDokter": 123456}}, "terkirim"),
    ("nothing of it", {"diagnosa1": None, "dokter": {}}, "terkirim"),
]


@pytest.mark.parametrize(("_why", "shown", "status"), SHOWN, ids=[why for why, *_ in SHOWN])
def test_a_visit_typed_in_by_hand_counts_only_with_our_content(
    day: Callable[[Answer], Day], _why: str, shown: dict[str, Any], status: str
) -> None:
    row = visit_row(**shown)
    here = day(
        lambda r: (
            DUPLICATE
            if r.method == "POST" and "kunjungan" in r.url.path
            else rows(row)
            if "kunjungan/peserta" in r.url.path
            else None
        )
    )
    _, visit = here.visit(1)
    here.pass_time(MINUTE)
    assert here.job(visit).status == status


ELSEWHERE: list[tuple[str, dict[str, Any], str]] = [
    ("a row without poli", {"poli": None}, "poli tanpa kode di 01234567"),
    ("another provider", {"providerPelayanan": {"kdProvider": "0099B001"}}, "poli 001 di 0099B001"),
    ("another poli", {"poli": {"kdPoli": "003"}}, "poli 003"),
]


@pytest.mark.parametrize(("_why", "change", "told"), ELSEWHERE, ids=[why for why, *_ in ELSEWHERE])
def test_a_visit_that_is_said_to_be_there_and_not_seen_ends_with_a_person(
    day: Callable[[Answer], Day], _why: str, change: dict[str, Any], told: str
) -> None:
    sent: list[int] = []

    def odd(request: httpx.Request) -> httpx.Response | None:
        if "kunjungan/peserta" in request.url.path:
            return rows(visit_row(**change))
        if request.method == "POST" and "kunjungan" in request.url.path:
            sent.append(1)
            return lost(request) if len(sent) == 1 else DUPLICATE
        return None

    here = day(odd)
    _, visit = here.visit(1)
    here.pass_time(24 * HOUR)
    job = here.job(visit)
    assert (job.status, job.reason) == ("tidak_pasti", "perlu-orang")
    assert told in (job.message or "")
    assert len(sent) == 2
    assert here.desk.outcomes(visit) == ["unknown", "absent", "already-there", "not-seen", "not-seen"]


def test_a_registration_that_stands_under_another_poli_ends_with_a_person(
    day: Callable[[Answer], Day],
) -> None:
    here = day(
        lambda r: (
            pcare(401, "Peserta sudah di-entri pada hari yang sama")
            if r.method == "POST"
            else rows({**registration_row("B2", "003"), "peserta": {"noKartu": "0001000000001"}})
        )
    )
    job_id = here.hand_over("tambah-pendaftaran", 1)
    here.pass_time(24 * HOUR)
    job = here.job(job_id)
    assert (job.status, job.reason) == ("tidak_pasti", "perlu-orang")
    assert "poli 003" in (job.message or "")
    assert posts(here, "pendaftaran") == 1


DELETED: list[tuple[str, str, dict[str, Any], httpx.Response, str, int]] = [
    ("a row without poli still has it", "hapus-kunjungan", {"noKunjungan": NUMBER}, rows(visit_row(poli=None)), "terkirim", 2),
    ("a row of another provider still has it", "hapus-kunjungan", {"noKunjungan": NUMBER}, rows(visit_row(providerPelayanan=None)), "terkirim", 2),
    ("another visit of that day is not it", "hapus-kunjungan", {"noKunjungan": NUMBER}, rows(visit_row(OTHER_NUMBER)), "terkirim", 1),
    ("registered again under another number", "hapus-pendaftaran", {"noUrut": "A1"}, rows(registration_row("A2")), "terkirim", 1),
    ("its number under another poli", "hapus-pendaftaran", {"noUrut": "A1"}, rows(registration_row("A1", "003")), "terkirim", 2),
]  # fmt: skip


@pytest.mark.parametrize("case", DELETED, ids=[why for why, *_ in DELETED])
def test_a_lost_deletion_is_settled_by_its_number_in_whatever_row_it_stands(
    day: Callable[[Answer], Day], case: tuple[str, str, dict[str, Any], httpx.Response, str, int]
) -> None:
    _, jenis, body, seen, status, deletes = case
    sent: list[int] = []

    def odd(request: httpx.Request) -> httpx.Response | None:
        if request.method == "GET":
            return seen
        sent.append(1)
        return lost(request) if len(sent) == 1 else pcare(200, "OK", None)

    here = day(odd)
    job_id = here.desk.hand_over(jenis, **body)
    here.pass_time(MINUTE)
    assert here.job(job_id).status == status
    assert len(sent) == deletes


@pytest.mark.parametrize(("there", "status"), [(False, "terkirim"), (True, "gagal")])
def test_a_deletion_refused_as_not_found_is_settled_by_a_look(
    day: Callable[[Answer], Day], there: bool, status: str
) -> None:
    fields = [{"field": "noKunjungan", "message": "Data kunjungan tidak ditemukan"}]
    refused = pcare(412, "PRECONDITION_FAILED", fields)
    seen = rows(visit_row()) if there else rows()
    here = day(lambda r: seen if r.method == "GET" else refused)
    job_id = here.desk.hand_over("hapus-kunjungan", noKunjungan=NUMBER)
    here.pass_time(MINUTE)
    assert here.job(job_id).status == status
