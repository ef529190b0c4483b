"""Pausing a service and lifting the pause."""

import threading
from datetime import timedelta

import pytest

from bpjs_client.jenis import Service
from database.jobs.claim import Waiting, claim_one, has_work
from database.jobs.verdict import Verdict
from database.services.clinic_service import ClinicService
from database.services.pauses import pause, resume, resume_changed
from database.services.service_rows import locked_row
from database.services.states import Move
from database.services.stopped_services import stopped_services
from database.services.transitions import go
from database.status import Status
from database.vocabulary import Reason
from tests.database.clinic import LEASE, ME, MORNING, Clinic

WHY = "Kata sandi PCare ditolak."


def test_nothing_is_claimed_for_a_paused_service_but_the_other_goes_on(clinic: Clinic) -> None:
    held, free = clinic.hand_over("tambah-pendaftaran"), clinic.hand_over("tambah-antrean")
    pause(clinic.database, "utama", Service.PCARE, WHY, mark="tanda")
    assert clinic.claim() == [free]
    assert not has_work(clinic.database)
    answer = claim_one(clinic.database, held, owner=ME, lease=LEASE)
    assert answer == Waiting(Status.MENUNGGU, f"layanan pcare dijeda: {WHY}")


def test_a_pause_holds_back_its_own_faskes_only(clinic: Clinic) -> None:
    clinic.hand_over("tambah-pendaftaran")
    branch = clinic.hand_over("tambah-pendaftaran", faskes="cabang")
    pause(clinic.database, "utama", Service.PCARE, WHY, mark="tanda")
    assert clinic.claim() == [branch]


def test_a_pause_keeps_its_first_reason_and_time(clinic: Clinic) -> None:
    pause(clinic.database, "utama", Service.PCARE, WHY, mark="tanda")
    clinic.clock.advance(minutes=9)
    pause(clinic.database, "utama", Service.PCARE, "alasan lain", mark="tanda")
    (stopped,) = stopped_services(clinic.database)
    assert (stopped.service, stopped.state, stopped.since, stopped.reason) == (
        "pcare",
        "paused",
        MORNING,
        WHY,
    )


def test_a_resumed_service_sends_at_once_what_waited(clinic: Clinic) -> None:
    job_id = clinic.take(clinic.hand_over("tambah-pendaftaran"))
    clinic.finish(job_id, Verdict(Status.MENUNGGU, Reason.BUSY, "x", due_in=timedelta(hours=1)))
    other = clinic.take(clinic.hand_over("tambah-antrean"))
    clinic.finish(other, Verdict(Status.MENUNGGU, Reason.BUSY, "x", due_in=timedelta(hours=1)))
    pause(clinic.database, "utama", Service.PCARE, WHY, mark="tanda")
    assert resume(clinic.database, "utama", Service.PCARE)
    assert clinic.claim() == [job_id]
    assert stopped_services(clinic.database) == []


def test_resuming_never_brings_forward_what_was_older(clinic: Clinic) -> None:
    ids = []
    for norm in ("RM-1", "RM-2"):
        ids.append(clinic.hand_over("tambah-pendaftaran", norm))
        clinic.clock.advance(minutes=1)
    pause(clinic.database, "utama", Service.PCARE, WHY, mark="tanda")
    resume(clinic.database, "utama", Service.PCARE)
    assert clinic.job(ids[0]).due_at == MORNING
    assert clinic.claim() == ids


def test_a_service_can_be_paused_again_after_it_was_resumed(clinic: Clinic) -> None:
    clinic.hand_over("tambah-pendaftaran")
    for _ in range(2):
        pause(clinic.database, "utama", Service.PCARE, WHY, mark="tanda")
        assert clinic.claim() == []
        assert resume(clinic.database, "utama", Service.PCARE)
    assert len(clinic.claim()) == 1


@pytest.mark.parametrize("service", Service)
def test_resuming_what_is_not_paused_says_so(clinic: Clinic, service: Service) -> None:
    assert not resume(clinic.database, "utama", service)
    pause(clinic.database, "utama", service, WHY, mark="tanda")
    assert resume(clinic.database, "utama", service)
    assert not resume(clinic.database, "utama", service)


def test_two_refusals_at_once_make_one_pause(clinic: Clinic) -> None:
    together = threading.Barrier(4)
    failures: list[BaseException] = []

    def refuse() -> None:
        together.wait()
        try:
            pause(clinic.database, "utama", Service.PCARE, WHY, mark="tanda")
        except BaseException as error:  # noqa: BLE001 - a thread's failure must fail the test
            failures.append(error)

    threads = [threading.Thread(target=refuse) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [stopped.state for stopped in stopped_services(clinic.database)] == ["paused"]


def test_another_credential_lifts_only_the_pauses_of_those_before_it(clinic: Clinic) -> None:
    """The service refuses the present credential; one jenis at it was paused under an older one."""
    pause(clinic.database, "utama", Service.PCARE, WHY, mark="kini")
    with clinic.database.write() as session:
        row = locked_row(session, ClinicService("utama", "pcare", "tambah-kunjungan"), MORNING)
        go(session, row, Move.PAUSED, MORNING, reason=WHY, mark="dulu")
    assert resume_changed(clinic.database, lambda _faskes, _service: "kini") == [("utama", Service.PCARE)]
    (still,) = stopped_services(clinic.database)
    assert (still.jenis, still.credential_mark) == ("", "kini")
    assert resume_changed(clinic.database, lambda _faskes, _service: "baru") == [("utama", Service.PCARE)]
    assert stopped_services(clinic.database) == []
