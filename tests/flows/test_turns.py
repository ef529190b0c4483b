"""Whose turn it is: a newcomer alone, and what is slow leaves room for its neighbours."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID, uuid4

import pytest

from bpjs_client.jenis import Jenis
from database.jobs.claim import ClaimedJob
from database.jobs.fair_shares import without_limit
from database.services.clinic_service import ClinicService
from flows.turns import Turns

PENDAFTARAN, KUNJUNGAN, ANTREAN = Jenis.TAMBAH_PENDAFTARAN, Jenis.TAMBAH_KUNJUNGAN, Jenis.TAMBAH_ANTREAN


@dataclass
class Slots:
    """Turns on a clock that a test moves."""

    slots: int = 20
    known: int = 2
    now: float = 0.0
    numbers: Callable[[], int] = field(default_factory=lambda: count(1).__next__)

    def __post_init__(self) -> None:
        self.turns = Turns(self.slots, known=self.known, room=without_limit, clock=lambda: self.now)

    def claim(self, faskes: str, how_many: int, jenis: Jenis = PENDAFTARAN) -> None:
        self.turns.wait([ClaimedJob(self.numbers(), faskes, jenis, "RM-1", "P") for _ in range(how_many)])

    def send(self) -> list[UUID]:
        """All whose turn it is leave."""
        runs = []
        while (job := self.turns.take()) is not None:
            runs.append(uuid4())
            self.turns.left(runs[-1], job)
        return runs

    def answer(self, runs: list[UUID], *, after: float = 0.05, doubted: bool = False) -> None:
        self.now += after
        for run in runs:
            self.turns.ended(run, answered=not doubted, doubted=doubted)

    def known_as(self, faskes: str, *, slow: bool) -> None:
        """A service that has answered once."""
        self.claim(faskes, 1)
        self.answer(self.send(), after=30 if slow else 0.05)


def test_a_service_that_nobody_has_entered_takes_one() -> None:
    here = Slots()
    assert here.turns.room(ClinicService("utama", "pcare"), 0) == 1
    here.claim("utama", 1)
    assert here.turns.room(ClinicService("utama", "pcare"), 1) == 0
    here.answer(here.send())
    assert here.turns.room(ClinicService("utama", "pcare"), 0) > 100


def test_each_jenis_is_entered_by_one_alone() -> None:
    here = Slots()
    pcare = ClinicService("utama", "pcare")
    assert PENDAFTARAN in here.turns.limit_of(pcare).alone
    here.known_as("utama", slow=False)
    here.claim("utama", 1, KUNJUNGAN)
    limit = here.turns.limit_of(pcare)
    assert limit.never == {KUNJUNGAN}
    assert PENDAFTARAN not in limit.alone | limit.never
    here.answer(here.send())
    assert KUNJUNGAN not in here.turns.limit_of(pcare).alone


def test_a_jenis_that_is_doubted_goes_one_by_one_again() -> None:
    here = Slots()
    here.known_as("utama", slow=False)
    here.claim("utama", 2)
    here.answer(here.send(), doubted=True)
    assert PENDAFTARAN in here.turns.limit_of(ClinicService("utama", "pcare")).alone


def test_antrean_has_no_jenis_of_pcare() -> None:
    limit = Slots().turns.limit_of(ClinicService("utama", "antrean"))
    assert limit.alone == {jenis for jenis in Jenis if jenis.service == "antrean"}


@pytest.mark.parametrize("slots", [1, 2, 8, 20])
def test_there_are_never_more_on_the_way_than_slots(slots: int) -> None:
    here = Slots(slots)
    here.known_as("utama", slow=False)
    here.claim("utama", 50)
    assert len(here.send()) == slots


def test_slow_services_leave_slots_for_those_that_are_not(slots: int = 20) -> None:
    here = Slots(slots, known=6)
    for faskes in ("lambat-1", "lambat-2"):
        here.known_as(faskes, slow=True)
    for faskes in ("lambat-1", "lambat-2"):
        here.claim(faskes, 30)
    on_the_way = len(here.send())
    assert on_the_way == 16
    here.claim("sehat", 3)
    assert len(here.send()) == 3


def test_who_is_slow_for_the_first_time_counts_as_slow_while_it_waits() -> None:
    here = Slots(20, known=6)
    here.known_as("lambat", slow=False)
    here.claim("lambat", 10)
    here.send()
    assert not here.turns.any_slow_on_the_way()
    here.now += 2
    assert here.turns.is_slow(ClinicService("lambat", "pcare"))
    assert here.turns.any_slow_on_the_way()


def test_where_all_services_are_slow_they_use_all_slots() -> None:
    here = Slots(20, known=2)
    here.known_as("utama", slow=True)
    here.claim("utama", 1, ANTREAN)
    here.answer(here.send(), after=30)
    here.claim("utama", 40)
    assert len(here.send()) == 20


def test_one_slot_is_used_by_whom_there_is() -> None:
    here = Slots(1, known=6)
    here.known_as("lambat", slow=True)
    here.claim("lambat", 2)
    assert len(here.send()) == 1


def test_who_is_quick_again_is_slow_no_more() -> None:
    here = Slots(20, known=6)
    here.known_as("utama", slow=True)
    assert here.turns.is_slow(ClinicService("utama", "pcare"))
    here.known_as("utama", slow=False)
    assert not here.turns.is_slow(ClinicService("utama", "pcare"))
