"""Two patients under one norm, day and poli, or in one chain: a deletion takes nobody else's number."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from database import Database, enqueue
from database.jobs.by_hand import Settled, close_by_hand
from database.jobs.resend import Resend, ask_again
from tests.conftest import SQLITE
from tests.tasks.bodies import BODIES, CARD
from tests.tasks.desk import Desk, pcare

MOTHER, BABY = CARD, "0009998887777"
M1, M2, B2 = (f"012345670926Y00000{digit}" for digit in (1, 2, 3))  # visits, in the shape of contract 5e
NUMBERS = {MOTHER: M1, BABY: B2}
NO_URUT = {MOTHER: "A1", BABY: "A2"}
NOBODY: dict[str, Any] = {"noKartu": None, "tglDaftar": None, "kdPoli": None}

# how the clinic came to put both into one chain: by norm, day and poli, or by a chain that it named
SHARED: list[tuple[dict[str, str], dict[str, str]]] = [
    ({"norm": "RM-1"}, {"norm": "RM-1"}),
    ({"norm": "-"}, {"norm": "-"}),
    ({"norm": "RM-1", "rantai": "keluarga-7"}, {"norm": "RM-2", "rantai": "keluarga-7"}),
]
KINDS = [("tambah-kunjungan", "hapus-kunjungan"), ("tambah-pendaftaran", "hapus-pendaftaran")]
IN_ONE_CHAIN = {"norm": "RM-1", "rantai": "keluarga-7"}


def numbering(request: httpx.Request) -> httpx.Response:
    """A BPJS that numbers by card, deletes whatever it is asked to, and holds nothing when looked at."""
    if request.method == "POST":
        card = json.loads(request.content)["noKartu"]
        is_visit = "kunjungan" in request.url.path
        number = {"field": "noKunjungan", "message": NUMBERS[card]}
        return pcare(201, "CREATED", number if is_visit else {"field": "noUrut", "message": NO_URUT[card]})
    return pcare(200, "OK", None)


@pytest.fixture
def desk(database: Database) -> Callable[..., Desk]:
    return lambda answer=numbering: Desk(database, answer)


def hand_over(here: Desk, jenis: str, frame: dict[str, str], **changes: Any) -> int:
    given = {"norm": "RM-1", **frame}
    body = {**BODIES[jenis], **changes}
    kunci = f"k{len(here.requests)}-{changes}"
    return enqueue(
        jenis, nama_pasien="Pasien Contoh", body=body, kunci=kunci, database=here.database, **given
    ).id


def both_sent(here: Desk, creation: str, frames: tuple[dict[str, str], dict[str, str]]) -> None:
    for frame, card in zip(frames, (MOTHER, BABY), strict=True):
        job_id = hand_over(here, creation, frame, noKartu=card)
        here.deliver(job_id)
        assert here.job(job_id).status == "terkirim"


def deleted(here: Desk) -> list[str]:
    """The numbers that deletions named, in order."""
    paths = [request.url.path for request in here.requests if request.method == "DELETE"]
    return [path.partition("/noUrut/")[2].partition("/")[0] or path.rpartition("/")[2] for path in paths]


@pytest.mark.parametrize("frames", SHARED, ids=["norm", "no-norm", "rantai"])
@pytest.mark.parametrize(("creation", "deletion"), KINDS)
@pytest.mark.parametrize("whose", [MOTHER, BABY])
def test_a_deletion_takes_the_number_of_its_own_patient(
    desk: Any, frames: Any, creation: str, deletion: str, whose: str
) -> None:
    here = desk()
    both_sent(here, creation, frames)
    removal = hand_over(here, deletion, frames[0], noKartu=whose)
    here.deliver(removal)
    assert deleted(here) == [(NUMBERS if deletion == "hapus-kunjungan" else NO_URUT)[whose]]
    assert here.job(removal).status == "terkirim"


def test_a_card_alone_says_whose_visit_of_a_named_chain_is_meant(desk: Any) -> None:
    here = desk()
    both_sent(here, "tambah-kunjungan", (IN_ONE_CHAIN, IN_ONE_CHAIN))
    here.deliver(hand_over(here, "hapus-kunjungan", IN_ONE_CHAIN, **NOBODY | {"noKartu": MOTHER}))
    assert deleted(here) == [M1]


DAY_AND_POLI = {"tglDaftar": "14-09-2026", "kdPoli": "001"}
NAMELESS = [(IN_ONE_CHAIN, {}), (IN_ONE_CHAIN, DAY_AND_POLI), ({"norm": "RM-1"}, DAY_AND_POLI)]


@pytest.mark.parametrize(("frame", "named"), NAMELESS)
def test_a_deletion_that_does_not_say_whose_is_refused_until_it_does(
    desk: Any, frame: dict[str, str], named: dict[str, str]
) -> None:
    here = desk()
    both_sent(here, "tambah-kunjungan", (frame, frame))
    removal = hand_over(here, "hapus-kunjungan", frame, **NOBODY | named)
    told = here.deliver(removal).text

    assert deleted(here) == []
    assert here.job(removal).status == "gagal"
    assert "rantai ini memuat dua pasien" in (here.job(removal).message or "")
    assert "sebut noKartu atau noKunjungan" in told

    ask_again(here.database, removal, Resend(patch={"noKartu": BABY}, reason="milik bayinya", by="Sari"))
    here.deliver(removal)
    assert deleted(here) == [B2]


@SQLITE
def test_the_one_visit_of_a_chain_needs_no_name(desk: Any) -> None:
    here = desk()
    here.deliver(hand_over(here, "tambah-kunjungan", IN_ONE_CHAIN))
    here.deliver(hand_over(here, "hapus-kunjungan", IN_ONE_CHAIN, **NOBODY))
    assert deleted(here) == [M1]


@SQLITE
def test_a_deletion_that_brings_its_number_keeps_it_and_borrows_nobodys_card(desk: Any) -> None:
    here = desk()
    both_sent(here, "tambah-kunjungan", (IN_ONE_CHAIN, IN_ONE_CHAIN))

    def silent(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            raise httpx.ReadTimeout("cut", request=request)
        return pcare(200, "OK", None)

    here.answer = silent
    removal = hand_over(here, "hapus-kunjungan", IN_ONE_CHAIN, **NOBODY | {"noKunjungan": M1})
    here.deliver(removal)
    here.deliver(removal)  # its answer was lost, so BPJS is looked at
    assert deleted(here) == [M1]
    assert f"/peserta/{MOTHER}" in here.requests[-1].url.path


@SQLITE
def test_a_number_that_the_chain_does_not_know_goes_out_as_it_is(desk: Any) -> None:
    here = desk()
    both_sent(here, "tambah-kunjungan", (IN_ONE_CHAIN, IN_ONE_CHAIN))
    here.deliver(
        hand_over(here, "hapus-kunjungan", IN_ONE_CHAIN, **NOBODY | {"noKunjungan": "012345670926Y000009"})
    )
    assert deleted(here) == ["012345670926Y000009"]


# What else of a chain that the clinic named is not what the deletion names.
OTHERS = [{"tglDaftar": "15-09-2026"}, {"kdPoli": "002"}]


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize(("creation", "deletion"), KINDS)
@SQLITE
def test_another_day_or_poli_of_the_same_patient_is_another_visit(
    desk: Any, creation: str, deletion: str, other: dict[str, str]
) -> None:
    here = desk()
    here.deliver(hand_over(here, creation, IN_ONE_CHAIN, **other))
    removal = hand_over(here, deletion, IN_ONE_CHAIN)
    here.deliver(removal)
    assert deleted(here) == []
    assert here.job(removal).status == "gagal"


@SQLITE
def test_of_two_visits_of_one_patient_none_is_guessed(desk: Any) -> None:
    here = desk()
    answers = iter([M1, M2])
    here.answer = lambda r: (
        pcare(201, "CREATED", {"field": "noKunjungan", "message": next(answers)})
        if r.method == "POST"
        else pcare(200, "OK", None)
    )
    for kd_poli in ("001", "002"):
        here.deliver(hand_over(here, "tambah-kunjungan", IN_ONE_CHAIN, kdPoli=kd_poli))
    removal = hand_over(here, "hapus-kunjungan", IN_ONE_CHAIN, **NOBODY | {"noKartu": MOTHER})
    here.deliver(removal)
    assert "rantai ini memuat dua kunjungan" in (here.job(removal).message or "")
    assert deleted(here) == []

    ask_again(here.database, removal, Resend(patch={"kdPoli": "001"}, reason="yang pagi", by="Sari"))
    here.deliver(removal)
    here.deliver(hand_over(here, "hapus-kunjungan", IN_ONE_CHAIN, **NOBODY))  # one is left
    assert deleted(here) == [M1, M2]


def stays_refused(here: Desk, job_id: int) -> None:
    pass


def is_closed(here: Desk, job_id: int) -> None:
    close_by_hand(here.database, job_id, Settled.NOT_NEEDED, reason="batal", by="Sari")


@pytest.mark.parametrize("end", [stays_refused, is_closed])
@pytest.mark.parametrize(("creation", "deletion"), KINDS)
@SQLITE
def test_a_deletion_does_not_close_itself_because_another_patients_creation_was_refused(
    desk: Any, creation: str, deletion: str, end: Callable[[Desk, int], None]
) -> None:
    here = desk(lambda r: pcare(412, "PRECONDITION_FAILED", [{"field": "kdPoli", "message": "salah"}]))
    refused = hand_over(here, creation, {}, noKartu=BABY)
    here.deliver(refused)
    end(here, refused)
    removal = hand_over(here, deletion, {}, noKartu=MOTHER)
    here.deliver(removal)
    assert (here.job(removal).status, here.job(removal).reason) == ("gagal", "isi-salah")


@SQLITE
def test_a_deletion_closes_itself_although_another_patients_creation_was_sent(desk: Any) -> None:
    here = desk()
    here.deliver(hand_over(here, "tambah-kunjungan", {}, noKartu=BABY))
    here.answer = lambda r: pcare(412, "PRECONDITION_FAILED", [{"field": "kdPoli", "message": "salah"}])
    here.deliver(hand_over(here, "tambah-kunjungan", {}, noKartu=MOTHER))
    removal = hand_over(here, "hapus-kunjungan", {}, noKartu=MOTHER)
    here.deliver(removal)
    assert here.job(removal).status == "ditutup"
    assert deleted(here) == []


NO_REGISTRATION = [{"field": "noKartu", "message": "Belum melakukan pendaftaran pada poli tersebut."}]


@pytest.mark.parametrize("other", [{"noKartu": BABY}, {"kdPoli": "002"}, {"tglDaftar": "15-09-2026"}])
def test_a_visit_does_not_wait_for_a_registration_that_is_not_its_own(
    desk: Any, other: dict[str, str]
) -> None:
    here = desk()

    def answer(_request: httpx.Request) -> httpx.Response:
        hand_over(here, "tambah-pendaftaran", IN_ONE_CHAIN, **other)  # while the visit is in flight
        return pcare(412, "PRECONDITION_FAILED", NO_REGISTRATION)

    here.answer = answer
    visit = hand_over(here, "tambah-kunjungan", IN_ONE_CHAIN)
    here.deliver(visit)
    assert (here.job(visit).status, here.job(visit).reason) == ("gagal", "tanpa-pendaftaran")


def lost(here: Desk, jenis: str, **changes: Any) -> int:
    """A creation whose answer was lost."""

    def cut(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("cut", request=request)

    here.answer = cut
    job_id = hand_over(here, jenis, {}, **changes)
    here.deliver(job_id)
    assert here.job(job_id).status == "tidak_pasti"
    return job_id


def holding(kd_poli: str) -> Callable[[httpx.Request], httpx.Response]:
    """A BPJS that holds one registration, of this poli, and deletes whatever it is asked to."""
    row = {"noUrut": "A1", "peserta": {"noKartu": MOTHER}, "poli": {"kdPoli": kd_poli}}
    return lambda r: pcare(200, "OK", {"count": 1, "list": [row]} if r.method == "GET" else None)


def test_what_bpjs_holds_of_before_a_correction_is_found_by_the_deletion_of_just_that(desk: Any) -> None:
    here = desk()
    registration = lost(here, "tambah-pendaftaran")
    ask_again(here.database, registration, Resend(patch={"kdPoli": "002"}, reason="salah", by="Sari"))
    here.answer = holding("001")
    here.deliver(registration)
    assert here.job(registration).reason == "isi-lama"

    of_the_new = hand_over(here, "hapus-pendaftaran", {}, kdPoli="002")
    here.deliver(of_the_new)
    assert deleted(here) == []
    assert here.job(of_the_new).status == "gagal"
    here.deliver(hand_over(here, "hapus-pendaftaran", {}))
    assert deleted(here) == ["A1"]


def test_a_deletion_does_not_close_itself_while_a_corrected_request_may_be_at_bpjs(desk: Any) -> None:
    here = desk(lambda r: pcare(412, "PRECONDITION_FAILED", [{"field": "kdPoli", "message": "salah"}]))
    here.deliver(hand_over(here, "tambah-pendaftaran", {}))  # refused: of this nothing is there
    second = lost(here, "tambah-pendaftaran", keluhan="batuk")
    ask_again(here.database, second, Resend(patch={"kdPoli": "002"}, reason="salah", by="Sari"))
    removal = hand_over(here, "hapus-pendaftaran", {})
    here.deliver(removal)
    assert here.job(removal).status == "gagal"
    assert "noUrut" in (here.job(removal).message or "")


@SQLITE
def test_a_number_of_an_odd_kind_is_named_and_stops_nothing(desk: Any) -> None:
    here = desk()
    here.deliver(hand_over(here, "tambah-kunjungan", IN_ONE_CHAIN))
    removal = hand_over(here, "hapus-kunjungan", IN_ONE_CHAIN, noKunjungan=[M1])
    here.reopen(removal)
    here.deliver(removal)
    assert (here.job(removal).status, deleted(here)) == ("gagal", [])
    assert (here.job(removal).message or "").startswith("noKunjungan: ")
