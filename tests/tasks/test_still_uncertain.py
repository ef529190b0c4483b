"""A write that may be at BPJS stays so until something proves it, whatever its repeat, a crash or a look meets."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

import tasks.delivery.deliver
from database import Database
from database.errors import DatabaseUnavailable
from database.jobs.claim import ClaimedJob, claim_one, release, take_over
from database.jobs.moves import move
from database.jobs.resend import Resend, ask_again
from database.services.evidence import hear
from database.storage.models import Job
from database.storage.server_clock import utc_now
from tests.tasks.bodies import CARD
from tests.tasks.desk import Answer, Desk, antrean, pcare

NO_URUT = {"field": "noUrut", "message": "B12"}
EMPTY = pcare(200, "OK", {"count": 0, "list": []})


def lost(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("cut", request=request)


def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("cut", request=request)


@pytest.fixture
def lost_job(database: Database) -> Callable[..., tuple[Desk, int]]:
    """A desk, and a job whose request left and got no answer."""

    def of(jenis: str, **changes: Any) -> tuple[Desk, int]:
        here = Desk(database, lost)
        job_id = here.hand_over(jenis, **changes)
        here.deliver(job_id)
        return here, job_id

    return of


def an_hour_later(database: Database) -> Database:
    """The same database an hour later, when every lease has run out."""
    ahead = timedelta(hours=1)
    return Database(database.engine, timezone=database.timezone, clock=lambda: utc_now() + ahead)


# What the repeat of a lost write meets, which says nothing of the first.
REPEATS: list[tuple[str, str, Answer]] = [
    ("the schedule has changed since", "tambah-antrean", lambda _: antrean(201, "Jadwal dokter belum tersedia")),
    ("screening is asked for now", "tambah-antrean", lambda _: antrean(201, "Anda belum melakukan skrining kesehatan.")),
    ("the call is refused", "panggil-antrean", lambda _: antrean(201, "Antrean sudah dipanggil")),
]  # fmt: skip


@pytest.mark.parametrize(("_why", "jenis", "answer"), REPEATS, ids=[why for why, *_ in REPEATS])
def test_a_repeat_that_is_refused_leaves_the_first_to_a_person(
    lost_job: Any, _why: str, jenis: str, answer: Answer
) -> None:
    here, job_id = lost_job(jenis)
    here.answer = answer
    here.deliver(job_id)
    job = here.job(job_id)
    assert (job.status, job.reason) == ("tidak_pasti", "perlu-orang")


@pytest.mark.parametrize("answer", [unreachable, lambda _: httpx.Response(429)], ids=["unreached", "busy"])
def test_a_repeat_that_did_not_come_through_leaves_it_uncertain(lost_job: Any, answer: Answer) -> None:
    here, job_id = lost_job("tambah-antrean")
    here.answer = answer
    here.deliver(job_id)
    assert here.job(job_id).status == "tidak_pasti"
    with here.database.write() as session:
        session.query(Job).update({"waits": 99})  # the last of its waits
    here.deliver(job_id)
    assert here.job(job_id).status == "tidak_pasti"


def test_what_a_look_found_is_not_kept_without_what_it_means(
    lost_job: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies after the look must not leave a job that seems never to have been sent."""
    here, job_id = lost_job("tambah-pendaftaran")
    ask_again(here.database, job_id, Resend(patch={"kdPoli": "002"}, reason="salah", by="Sari"))
    row = {"noUrut": "A7", "peserta": {"noKartu": CARD}, "poli": {"kdPoli": "001"}}
    here.answer = lambda _: pcare(200, "OK", {"count": 1, "list": [row]})

    def dies(*_given: Any, **_more: Any) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(tasks.delivery.deliver, "move", dies)
        here.deliver(job_id)
    take_over(an_hour_later(here.database))
    assert here.job(job_id).status == "tidak_pasti"
    here.deliver(job_id)
    job = here.job(job_id)
    assert (job.status, job.reason, job.result) == ("gagal", "isi-lama", {"noUrut": "A7"})
    assert sum(request.method == "POST" for request in here.requests) == 1


def test_a_hiccup_after_a_look_makes_nothing_uncertain(
    lost_job: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, job_id = lost_job("tambah-pendaftaran")
    row = {"noUrut": "A7", "peserta": {"noKartu": CARD}, "poli": {"kdPoli": "001"}}
    here.answer = lambda _: pcare(200, "OK", {"count": 1, "list": [row]})
    calls: list[int] = []

    def hiccup(*given: Any, **more: Any) -> bool:
        calls.append(1)
        if len(calls) == 1:
            raise DatabaseUnavailable("Sambungan basis data terputus.")
        return move(*given, **more)

    monkeypatch.setattr(tasks.delivery.deliver, "move", hiccup)
    here.deliver(job_id)
    assert (here.job(job_id).status, here.outcomes(job_id)) == ("terkirim", ["unknown", "found"])


def test_what_is_given_back_untouched_keeps_its_reason_and_its_place(lost_job: Any) -> None:
    here, job_id = lost_job("tambah-pendaftaran")
    before = here.job(job_id)
    claimed = claim_one(here.database, job_id, owner=here.at.owner, lease=here.at.settings.lease)
    assert isinstance(claimed, ClaimedJob)
    assert claimed.claim
    release(here.database, [claimed.claim])
    after = here.job(job_id)
    kept = ("status", "reason", "message", "due_at", "attempts")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]


def test_many_looks_that_failed_hide_no_contradiction(lost_job: Any) -> None:
    """BPJS said that it is there; a day of failed looks later its empty list is still no proof."""
    here, job_id = lost_job("tambah-pendaftaran")
    here.answer = lambda r: (
        pcare(401, "Peserta sudah di-entri di poli yang sama pada hari yang sama.")
        if r.method == "POST"
        else EMPTY
    )
    here.deliver(job_id)  # absent, sent again, said to be there, not seen
    here.answer = lost
    for _ in range(25):
        here.deliver(job_id)
    here.answer = lambda r: pcare(201, "CREATED", NO_URUT) if r.method == "POST" else EMPTY
    here.deliver(job_id)
    assert sum(request.method == "POST" for request in here.requests) == 2
    assert here.outcomes(job_id)[-1] == "not-seen"


def test_a_deletion_that_left_is_looked_up_though_its_number_is_in_doubt_now(database: Database) -> None:
    """The number came from the chain; another patient's visit in the same chain makes it unclear afterwards."""
    here = Desk(
        database,
        lambda _: pcare(201, "CREATED", [{"field": "noKunjungan", "message": "0099B0011126Y000123"}]),
    )
    visit = here.hand_over("tambah-kunjungan")
    here.deliver(visit)
    here.answer = lost
    removal = here.hand_over("hapus-kunjungan", noKunjungan="", noKartu="")
    here.deliver(removal)
    assert here.job(removal).status == "tidak_pasti"
    other = here.hand_over("tambah-kunjungan", noKartu="0001999999999", keluhan="lain")
    with database.write() as session:
        session.query(Job).filter_by(id=other).update({"rantai": here.job(visit).rantai})
    here.answer = lambda r: pcare(200, "OK") if r.method == "DELETE" else EMPTY
    here.deliver(removal)
    assert here.job(removal).status == "terkirim"


def test_a_call_refused_after_a_cancellation_goes_again_once_the_new_entry_is_there(
    database: Database,
) -> None:
    here = Desk(database, lambda _: antrean(200))
    for jenis in ("tambah-antrean", "batal-antrean"):
        here.deliver(here.hand_over(jenis))
    call = here.hand_over("panggil-antrean")
    here.answer = lambda _: antrean(201, "Antrean tidak ditemukan")
    here.deliver(call)
    assert (here.job(call).status, here.job(call).reason) == ("gagal", "ditolak-tanpa-antrean")
    here.answer = lambda _: antrean(200)
    here.deliver(here.hand_over("tambah-antrean", keterangan="datang lagi"))
    assert here.job(call).status == "menunggu"


def test_a_hiccup_after_a_look_that_proves_absence_writes_it_down_once(
    lost_job: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, job_id = lost_job("tambah-pendaftaran")
    here.answer = lambda r: pcare(201, "CREATED", NO_URUT) if r.method == "POST" else EMPTY
    calls: list[int] = []

    def hiccup(*given: Any, **more: Any) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise DatabaseUnavailable("Sambungan basis data terputus.")
        hear(*given, **more)

    monkeypatch.setattr(tasks.delivery.deliver, "hear", hiccup)
    here.deliver(job_id)
    assert here.outcomes(job_id) == ["unknown", "absent", "success"]
