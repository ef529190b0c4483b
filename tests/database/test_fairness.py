"""Many clinics share the dispatchers: each gets its turn, whatever waits at the others."""

from collections import Counter

import pytest

from bpjs_client.jenis import Service
from database.jobs.fair_shares import Shares, without_limit
from database.services.clinic_service import ClinicService
from database.services.pauses import pause
from database.services.states import State
from database.storage.models import ServiceState
from tests.database.clinic import MORNING, OTHER, Clinic


def hand_over(clinic: Clinic, faskes: str, count: int, jenis: str = "tambah-antrean") -> list[int]:
    return [clinic.hand_over(jenis, f"RM-{number}", faskes=faskes) for number in range(count)]


def owners(clinic: Clinic, ids: list[int]) -> Counter[str]:
    return Counter(clinic.job(job_id).faskes for job_id in ids)


def test_a_backlog_takes_no_more_than_its_share_from_those_who_came_later(clinic: Clinic) -> None:
    hand_over(clinic, "besar", 50)
    clinic.clock.advance(minutes=10)
    hand_over(clinic, "kecil", 3)
    hand_over(clinic, "sedang", 10)

    taken = owners(clinic, clinic.claim(limit=12))
    assert taken["kecil"] == 3
    assert sorted((taken["besar"], taken["sedang"])) == [4, 5]  # chance decides about the odd one


def test_what_one_cannot_use_goes_to_the_others(clinic: Clinic) -> None:
    hand_over(clinic, "besar", 50)
    hand_over(clinic, "kecil", 1)
    assert owners(clinic, clinic.claim(limit=20)) == {"besar": 19, "kecil": 1}


def test_who_has_least_in_hand_goes_first_whoever_the_dispatcher(clinic: Clinic) -> None:
    hand_over(clinic, "satu", 10)
    clinic.claim(limit=5, owner=OTHER)
    hand_over(clinic, "dua", 10)
    assert owners(clinic, clinic.claim(limit=1)) == {"dua": 1}


def test_a_clinics_limit_counts_what_every_dispatcher_holds(clinic: Clinic) -> None:
    hand_over(clinic, "satu", 10)
    hand_over(clinic, "dua", 10)

    def room(clinic_service: ClinicService, in_hand: int) -> int:
        return 4 - in_hand

    assert owners(clinic, clinic.claim(room=room)) == {"satu": 4, "dua": 4}
    assert clinic.claim(room=room, owner=OTHER) == []


def test_the_two_services_of_a_clinic_have_turns_of_their_own(clinic: Clinic) -> None:
    hand_over(clinic, "utama", 20)
    registrations = hand_over(clinic, "utama", 2, "tambah-pendaftaran")
    assert set(registrations) < set(clinic.claim(limit=6))


def test_clinics_with_nothing_to_send_never_hide_one_that_has(clinic: Clinic) -> None:
    for number in range(30):
        faskes = f"tertahan-{number}"
        clinic.take(clinic.hand_over("tambah-pendaftaran", faskes=faskes))
        clinic.hand_over("tambah-kunjungan", faskes=faskes)
    (free,) = hand_over(clinic, "bebas", 1)
    assert clinic.claim(limit=2) == [free]


def test_a_service_that_is_down_is_not_asked_however_much_waits_for_it(clinic: Clinic) -> None:
    hand_over(clinic, "mati", 30)
    pause(clinic.database, "mati", Service.ANTREAN, "Kata sandi ditolak.", mark="tanda")
    ids = hand_over(clinic, "hidup", 2)
    assert clinic.claim(limit=10) == ids


def test_half_open_services_let_one_through_each(clinic: Clinic) -> None:
    for faskes in ("satu", "dua"):
        hand_over(clinic, faskes, 5)
        state = ServiceState(
            faskes=faskes, service="antrean", state=State.HALF_OPEN.value, since=MORNING, reason="contoh"
        )
        with clinic.database.write() as session:
            session.add(state)
    assert owners(clinic, clinic.claim(limit=10)) == {"satu": 1, "dua": 1}
    assert clinic.claim(limit=10) == []


@pytest.mark.parametrize("limit", [1, 7, 40])
def test_shares_never_exceed_the_limit_nor_leave_room_that_could_be_used(limit: int) -> None:
    held = {ClinicService(f"faskes-{number}", "pcare"): number % 3 for number in range(11)}
    stock = {service: number for number, service in enumerate(held)}  # 55 jobs in all
    shares, given = Shares(held, limit, without_limit), Counter[ClinicService]()
    for asked in shares.rounds():
        answer = [
            service
            for service, most in asked.items()
            for _ in range(min(most, stock[service] - given[service]))
        ]
        given.update(answer)
        shares.gave(answer)
    assert given.total() == min(limit, 55)
