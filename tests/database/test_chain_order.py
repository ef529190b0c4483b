"""The order of a patient's visit, whatever the order in which its jobs arrive."""

from typing import Any

import pytest
from sqlalchemy import select

from bpjs_client.jenis import Jenis
from database.jobs.chain import GENERATION
from database.jobs.chain_place import place_after
from database.jobs.claim import claim_one
from database.jobs.deletion import Undone, undone_by
from database.jobs.held_chains import Latest
from database.jobs.moves import load
from database.jobs.verdict import Verdict
from database.status import Status
from database.storage.models import Job
from database.vocabulary import Reason
from tests.database.clinic import LEASE, ME, Clinic, ending, success

ADD, CALL, CANCEL = "tambah-antrean", "panggil-antrean", "batal-antrean"
REGISTER, VISIT = "tambah-pendaftaran", "tambah-kunjungan"
DROP_VISIT, UNREGISTER = "hapus-kunjungan", "hapus-pendaftaran"
SENT, FAILED, UNSURE, CLOSED = Status.TERKIRIM, Status.GAGAL, Status.TIDAK_PASTI, Status.DITUTUP
WAITS = Status.MENUNGGU

# what it shows; the jobs as they arrive, each with the state it is brought to before the next arrives;
# which of those that wait are sent, in order, when everything that can be claimed succeeds
SITUATIONS: tuple[tuple[str, list[tuple[str, Status]], list[int]], ...] = (
    ("a visit handed over backwards", [(UNREGISTER, WAITS), (DROP_VISIT, WAITS), (VISIT, WAITS), (REGISTER, WAITS)], [3, 2, 1, 0]),
    ("a visit handed over scrambled", [(VISIT, WAITS), (UNREGISTER, WAITS), (REGISTER, WAITS), (DROP_VISIT, WAITS)], [2, 0, 3, 1]),
    ("a queue handed over backwards", [(CANCEL, WAITS), (CALL, WAITS), (ADD, WAITS)], [2, 0, 1]),
    ("calls of one rank go by arrival", [(CALL, WAITS), (CANCEL, WAITS), (CALL, WAITS)], [0, 1, 2]),
    ("two services do not wait for each other", [(VISIT, WAITS), (CALL, WAITS), (REGISTER, WAITS), (ADD, WAITS)], [2, 3, 0, 1]),
    ("a call goes at once without an add", [(CALL, WAITS)], [0]),
    ("a kunjungan goes at once without a pendaftaran", [(VISIT, WAITS)], [0]),
    ("a removal goes at once without its creation", [(UNREGISTER, WAITS)], [0]),
    ("a failed add holds its call", [(ADD, FAILED), (CALL, WAITS)], []),
    ("a failed add holds its cancellation", [(ADD, FAILED), (CANCEL, WAITS)], []),
    ("a failed pendaftaran holds its kunjungan", [(REGISTER, FAILED), (VISIT, WAITS)], []),
    ("a failed call does not hold its equal", [(CALL, FAILED), (CANCEL, WAITS)], [1]),
    ("an uncertain pendaftaran is looked up first", [(REGISTER, UNSURE), (VISIT, WAITS)], [0, 1]),
    ("a sent pendaftaran holds nobody", [(REGISTER, SENT), (VISIT, WAITS)], [1]),
    ("a settled pendaftaran holds nobody", [(REGISTER, CLOSED), (VISIT, WAITS)], [1]),
    ("a removal does not wait for a failed creation", [(REGISTER, FAILED), (UNREGISTER, WAITS)], [1]),
    ("a removal does not wait for a failed kunjungan either", [(REGISTER, SENT), (VISIT, FAILED), (UNREGISTER, WAITS)], [2]),
    ("a removal waits for an uncertain creation", [(REGISTER, UNSURE), (UNREGISTER, WAITS)], [0, 1]),
    ("the pendaftaran is removed after its kunjungan", [(REGISTER, SENT), (VISIT, SENT), (UNREGISTER, WAITS), (DROP_VISIT, WAITS)], [3, 2]),
    ("a failed removal of the kunjungan holds that of the pendaftaran", [(VISIT, SENT), (DROP_VISIT, FAILED), (UNREGISTER, WAITS)], []),
    ("a corrected pendaftaran frees the kunjungan", [(REGISTER, FAILED), (VISIT, WAITS), (REGISTER, WAITS)], [2, 1]),
    ("a corrected pendaftaran that fails too frees nobody", [(REGISTER, FAILED), (VISIT, WAITS), (REGISTER, FAILED)], []),
    ("a corrected add frees the call", [(ADD, FAILED), (CALL, WAITS), (ADD, WAITS)], [2, 1]),
    ("registered, removed, registered again", [(REGISTER, WAITS), (UNREGISTER, WAITS), (REGISTER, WAITS), (VISIT, WAITS)], [0, 1, 2, 3]),
    ("twice registered and removed", [(REGISTER, WAITS), (UNREGISTER, WAITS), (REGISTER, WAITS), (UNREGISTER, WAITS)], [0, 1, 2, 3]),
    ("a removal that arrives before its creation starts no generation", [(UNREGISTER, WAITS), (REGISTER, WAITS)], [1, 0]),
    ("queued, cancelled, queued again", [(ADD, WAITS), (CANCEL, WAITS), (ADD, WAITS), (CALL, WAITS)], [0, 1, 2, 3]),
    ("a visit removed and handed over again", [(REGISTER, SENT), (VISIT, WAITS), (DROP_VISIT, WAITS), (VISIT, WAITS)], [1, 2, 3]),
    ("a failure of an earlier generation holds no later one", [(REGISTER, FAILED), (UNREGISTER, SENT), (REGISTER, WAITS), (VISIT, WAITS)], [2, 3]),
    ("of an uncertain visit and a later pendaftaran one at a time", [(VISIT, UNSURE), (REGISTER, WAITS)], [0, 1]),
    ("of two that are looked up one at a time", [(VISIT, UNSURE), (REGISTER, UNSURE)], [0, 1]),
    ("an unfinished earlier generation holds the later one", [(REGISTER, SENT), (UNREGISTER, UNSURE), (REGISTER, WAITS)], [1, 2]),
)  # fmt: skip


def arrive(clinic: Clinic, arrivals: list[tuple[str, Status]], norm: str = "RM-1") -> list[int]:
    """Hand over, one after the other; what is not to wait is brought to its state at once."""
    ids = []
    for jenis, status in arrivals:
        ids.append(clinic.hand_over(jenis, norm))
        if status is not WAITS:
            clinic.bring_to(ids[-1], status)
    return ids


def send_all(clinic: Clinic) -> list[int]:
    """Claim and succeed until nothing more can be claimed; the order in which that went."""
    order: list[int] = []
    while claimed := clinic.claim():
        for job_id in claimed:
            clinic.finish(job_id, success(""))
        order += claimed
    return order


@pytest.mark.parametrize(("shows", "arrivals", "expected"), SITUATIONS, ids=[row[0] for row in SITUATIONS])
def test_a_chain_is_sent_in_its_order(
    clinic: Clinic, shows: str, arrivals: list[tuple[str, Status]], expected: list[int]
) -> None:
    ids = arrive(clinic, arrivals)
    assert [ids.index(job_id) for job_id in send_all(clinic)] == expected, shows


def test_two_of_a_chain_that_are_due_together_hold_up_nobody(clinic: Clinic) -> None:
    visit, _ = arrive(clinic, [(VISIT, UNSURE), (REGISTER, WAITS)])
    other = clinic.hand_over(norm="RM-2")
    assert sorted(clinic.claim()) == [visit, other]
    assert clinic.claim() == []


@pytest.mark.parametrize("status", [FAILED, UNSURE, Status.PROSES])
def test_one_patient_never_blocks_another(clinic: Clinic, status: Status) -> None:
    arrive(clinic, [(REGISTER, status), (VISIT, WAITS)], "RM-1")
    others = arrive(clinic, [(REGISTER, WAITS), (VISIT, WAITS)], "RM-2")
    assert [job_id for job_id in send_all(clinic) if job_id in others] == others


# what a second visit of the same patient differs in
OTHER_VISITS = ({"tglDaftar": "15-09-2026"}, {"kdPoli": "002"}, {"rantai": "kunjungan-sore"})


@pytest.mark.parametrize("difference", OTHER_VISITS)
def test_another_day_poli_or_named_chain_of_the_patient_does_not_wait(
    clinic: Clinic, difference: dict[str, str]
) -> None:
    arrive(clinic, [(REGISTER, FAILED)])
    other = clinic.hand_over(VISIT, **difference)
    assert clinic.claim() == [other]


def test_a_resent_pendaftaran_frees_its_kunjungan(clinic: Clinic) -> None:
    first, visit = arrive(clinic, [(REGISTER, FAILED), (VISIT, WAITS)])
    with clinic.database.write() as session:
        session.get_one(Job, first).status = WAITS.value
    assert send_all(clinic) == [first, visit]


def test_a_waiting_job_names_what_it_waits_for(clinic: Clinic) -> None:
    first, visit = arrive(clinic, [(REGISTER, FAILED), (VISIT, WAITS)])
    answer = claim_one(clinic.database, visit, owner=ME, lease=LEASE)
    assert getattr(answer, "why", None) == f"menunggu tambah-pendaftaran #{first} (gagal)"


def test_a_refused_call_goes_again_when_an_add_of_its_chain_succeeds_later(clinic: Clinic) -> None:
    call, other = clinic.hand_over(CALL), clinic.hand_over(CALL, "RM-2")
    for job_id in (call, other):
        clinic.take(job_id)
        clinic.finish(job_id, Verdict(FAILED, Reason.WITHOUT_ADD, "Antrean tidak ditemukan"))
    add = clinic.hand_over(ADD)
    assert send_all(clinic) == [add, call]
    assert clinic.status(other) == FAILED


def test_a_call_refused_for_another_reason_stays_refused(clinic: Clinic) -> None:
    call = clinic.bring_to(clinic.hand_over(CALL), FAILED)
    add = clinic.hand_over(ADD)
    assert send_all(clinic) == [add]
    assert clinic.status(call) == FAILED


@pytest.mark.parametrize("status", [FAILED, UNSURE, CLOSED])
def test_an_add_that_does_not_succeed_revives_nobody(clinic: Clinic, status: Status) -> None:
    call = clinic.take(clinic.hand_over(CALL))
    clinic.finish(call, Verdict(FAILED, Reason.WITHOUT_ADD, "Antrean tidak ditemukan"))
    clinic.bring_to(clinic.hand_over(ADD), status)
    assert clinic.status(call) == FAILED


# a removal, its creation, what BPJS answered to that, and what the removal takes from it
NUMBERS = (
    (UNREGISTER, REGISTER, {"noUrut": "A12"}, {"noUrut": "A12"}),
    (DROP_VISIT, VISIT, {"noKunjungan": "0114Y9"}, {"noKunjungan": "0114Y9"}),
)


@pytest.mark.parametrize(("removal", "creation", "result", "expected"), NUMBERS)
def test_a_removal_takes_the_newest_number_of_its_chain(
    clinic: Clinic, removal: str, creation: str, result: dict[str, str], expected: dict[str, str]
) -> None:
    old = clinic.take(clinic.hand_over(creation))
    clinic.finish(old, Verdict(SENT, result=dict.fromkeys(result, "LAMA")))
    new = clinic.take(clinic.hand_over(creation))
    clinic.finish(new, Verdict(SENT, result=result))
    clinic.bring_to(clinic.hand_over(creation), FAILED)
    job_id = clinic.take(clinic.hand_over(removal))
    job = load(clinic.database, clinic.held(job_id))
    assert expected.items() <= job.numbers.items()
    assert job.numbers["noKartu"] == job.body["noKartu"]
    assert not job.pointless


def test_a_removal_by_number_alone_joins_the_chain_of_its_visit(clinic: Clinic) -> None:
    visit = clinic.take(clinic.hand_over(VISIT))
    clinic.finish(visit, Verdict(SENT, result={"noKunjungan": "0114Y9"}))
    alone: dict[str, Any] = {"noKartu": None, "tglDaftar": None, "kdPoli": None}
    joined = clinic.hand_over(DROP_VISIT, noKunjungan="0114Y9", **alone)
    stranger = clinic.hand_over(DROP_VISIT, "RM-2", noKunjungan="0114Y9", **alone)
    unknown = clinic.hand_over(DROP_VISIT, noKunjungan="0114Y8", **alone)
    chains = [clinic.job(job_id).rantai for job_id in (visit, joined, stranger, unknown)]
    assert chains[0] == chains[1]
    assert len(set(chains)) == 3


# the states of the creations in a removal's chain, and whether removing is pointless
POINTLESS: tuple[tuple[list[Status], bool], ...] = (
    ([], False),
    ([FAILED], True),
    ([CLOSED], True),
    ([SENT], False),
    ([FAILED, SENT], False),
    ([SENT, FAILED], False),
)


@pytest.mark.parametrize(("states", "pointless"), POINTLESS)
def test_a_removal_is_pointless_only_when_its_creation_never_reached_bpjs(
    clinic: Clinic, states: list[Status], pointless: bool
) -> None:
    arrive(clinic, [(REGISTER, status) for status in states])
    job_id = clinic.take(clinic.hand_over(UNREGISTER))
    assert load(clinic.database, clinic.held(job_id)).pointless is pointless


def test_only_removals_have_a_creation(clinic: Clinic) -> None:
    arrive(clinic, [(REGISTER, SENT), (VISIT, WAITS)])
    with clinic.database.read() as session:
        visit = session.scalars(select(Job).where(Job.jenis == VISIT)).one()
        assert undone_by(session, visit) == Undone()


def test_a_generation_has_room_for_every_rank() -> None:
    first: dict[str, int] = {jenis: place_after(jenis, Latest()) for jenis in Jenis}
    assert first[ADD] < first[CALL] == first[CANCEL]
    assert first[REGISTER] < first[VISIT] < first[DROP_VISIT] < first[UNREGISTER]
    assert max(first.values()) < GENERATION


def test_a_state_of_this_table_is_reached_as_the_table_says(clinic: Clinic) -> None:
    for norm, status in enumerate((SENT, FAILED, UNSURE, CLOSED)):
        assert clinic.status(clinic.bring_to(clinic.hand_over(norm=f"RM-{norm}"), status)) == status
        assert ending(status).status is status
