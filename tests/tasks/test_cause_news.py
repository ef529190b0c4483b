"""Somebody is told of a cause of failures when it is new or comes again: once, in few alerts, without patients."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from database import Database
from database.jobs.cause_watch import MOST_IN_AN_HOUR
from database.status import Status
from database.storage.models import CauseWatch, Job
from database.storage.retention import delete_notes
from database.vocabulary import Reason
from tasks.alerts.cause_news import cause_news
from tasks.alerts.subjects import RESOURCE, SINCE
from tasks.composition import Composition
from tests.conftest import SQLITE
from tests.database.clinic import FakeClock, new_row
from tests.database.outage import names
from tests.tasks.bodies import CARD
from tests.tasks.listed import listed

UNKNOWN_POLI = "kdPoli: Tidak sesuai dengan referensi sistem."


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


class Watched:
    """A clinic whose jobs fail, looked at now and then; a subject that was told before is not told again."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database, self.clock = database, clock
        self.at = Composition(open_database=lambda: database)
        self._told: set[tuple[str, str]] = set()
        self._count = 0

    def fails(self, message: str = UNKNOWN_POLI, jobs: int = 1, faskes: str = "utama", **more: Any) -> None:
        """Jobs fail now with this message."""
        now = self.clock()
        with self.database.write() as session:
            for _ in range(jobs):
                self._count += 1
                which = {"kunci": f"k{self._count}", "rantai": f"r{self._count}", "faskes": faskes}
                row = new_row(Status.GAGAL, **which, **{"message": message, "meta_code": "412"} | more)
                row.updated_at, row.tanggal = now, now.date()
                session.add(row)

    def settles(self, message: str = UNKNOWN_POLI, status: str = "ditutup") -> None:
        """All that failed so is settled."""
        with self.database.write() as session:
            for job in session.query(Job).filter(Job.message == message, Job.status == "gagal"):
                job.status = status

    def look(self) -> list[str]:
        """What a look, and another a minute later, tell that was not told before, as Prefect would."""
        told = self._look()
        self.clock.advance(minutes=1)
        return told + self._look()

    def _look(self) -> list[str]:
        found = [(about, said) for about, said in cause_news(self.at)]
        keys = [(about[RESOURCE], about[SINCE]) for about, _ in found]
        new = [said for key, (_, said) in zip(keys, found, strict=True) if key not in self._told]
        self._told |= set(keys)
        return new

    def later(self, **parts: float) -> list[str]:
        """All that is told in this time, by a look every five minutes."""
        end, told = self.clock.now + timedelta(**parts), []
        while self.clock.now < end:
            self.clock.advance(minutes=5)
            told += self._look()
        return told


@pytest.fixture
def here(database: Database, clock: FakeClock) -> Watched:
    return Watched(database, clock)


def test_a_new_cause_is_told_once_with_what_to_do(here: Watched) -> None:
    here.fails(jobs=12)
    (said,) = here.look()
    assert said.startswith("Sebab kegagalan baru di PCare: kdPoli: ")
    assert " 12 pekerjaan. Yang perlu dilakukan: " in said
    here.fails(jobs=3)
    assert here.later(minutes=30) == []


def test_without_failures_nobody_is_told_anything(here: Watched) -> None:
    assert here.later(minutes=2) == []


def test_what_fails_within_a_minute_is_told_together_and_what_is_settled_not_at_all(here: Watched) -> None:
    here.fails()
    here.fails("Kuota habis sama sekali")
    assert list(cause_news(here.at)) == []
    here.clock.advance(seconds=40)
    here.fails(jobs=11)
    here.settles("Kuota habis sama sekali")
    assert list(cause_news(here.at)) == []
    here.clock.advance(seconds=20)
    ((_, said),) = cause_news(here.at)
    assert " 12 pekerjaan." in said


def test_a_field_keeps_its_name(here: Watched) -> None:
    here.fails("kdDiag1: Kode ini sama sekali tidak ada")
    (said,) = here.look()
    assert "kdDiag1: " in said


def test_two_causes_are_two_and_numbers_make_no_other(here: Watched) -> None:
    here.fails("Nomor 123 tidak dapat dipakai hari ini")
    here.fails("Nomor 45678 tidak dapat dipakai hari ini")
    here.fails("Kuota habis sama sekali")
    assert len(here.look()) == 2


def test_one_that_was_resolved_and_returns_is_told_again(here: Watched) -> None:
    here.fails()
    assert len(here.look()) == 1
    here.settles()
    assert here.later(hours=5) == []
    here.fails(jobs=2)
    (said,) = here.look()
    assert "Sebab kegagalan kembali setelah selesai di PCare" in said
    assert " 2 pekerjaan." in said


@pytest.mark.parametrize("hours, news", [(3, 0), (5, 1)])
def test_what_is_sent_again_and_fails_again_is_no_return(here: Watched, hours: int, news: int) -> None:
    here.fails()
    here.look()
    here.settles()
    here.later(minutes=1)
    here.clock.advance(hours=hours)
    here.fails()
    assert len(here.look()) == news


def test_a_watcher_that_was_away_takes_nothing_for_resolved(here: Watched) -> None:
    here.fails()
    here.look()
    here.clock.advance(hours=14)
    assert here.look() == []


def test_another_watcher_and_a_restart_tell_nothing_twice(here: Watched) -> None:
    here.fails()
    here.later(minutes=5)
    here.later(minutes=5)
    first = list(cause_news(here.at))
    assert len(first) == 1
    other = Watched(here.database, here.clock)
    assert list(cause_news(other.at)) == first  # the same subject, which Prefect tells of once
    here.clock.advance(minutes=11)
    assert list(cause_news(other.at)) == []


def test_watchers_that_look_at_the_same_moment_decide_once(here: Watched) -> None:
    here.fails(jobs=3)

    def look(_number: int) -> list[tuple[Any, str]]:
        return list(cause_news(here.at))

    with ThreadPoolExecutor(6) as watchers:
        assert list(watchers.map(look, range(6))) == [[]] * 6
        here.clock.advance(minutes=1)
        told = [news for found in watchers.map(look, range(6)) for news in found]
    assert {said for _, said in told} == {told[0][1]}
    assert len({(about[RESOURCE], about[SINCE]) for about, _ in told}) == 1


def test_leftovers_of_before_anybody_looked_are_no_news(here: Watched) -> None:
    here.fails()
    here.clock.advance(days=2)
    assert here.look() == []
    here.fails()
    assert here.look() == []


def test_an_outage_of_500_clinics_is_one_alert_and_those_that_follow_one_an_hour(here: Watched) -> None:
    many = names(500)
    here.at.clinics = listed(many)
    for faskes in many[:300]:
        here.fails(faskes=faskes)
    (said,) = here.look()
    assert "di 300 faskes (klinik-000, klinik-001, klinik-002, …)" in said
    assert "300 pekerjaan" in said
    for faskes in many[300:]:
        here.fails(faskes=faskes)
    assert here.later(minutes=50) == []
    (rest,) = here.later(minutes=15)
    assert "Sebab kegagalan kini juga di faskes ini di PCare" in rest
    assert "di 200 faskes (klinik-300, " in rest


@SQLITE
def test_hundreds_of_causes_at_once_are_a_few_alerts(here: Watched) -> None:
    for letter in "abcdefghijklmnopqrst":
        for other in "abcdefghij":
            here.fails(f"Alasan {letter * 5}{other * 5} yang belum pernah ada")
    told = here.look()
    assert len(told) == MOST_IN_AN_HOUR
    assert sum("sebab kegagalan baru atau kembali" in said for said in told) == 1
    here.fails("Alasan lain lagi")
    assert here.later(minutes=55) == []
    assert len(here.later(minutes=10)) == 1


@SQLITE
def test_causes_that_cannot_all_be_looked_at_are_not_taken_for_gone(
    here: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.fails()
    assert len(here.look()) == 1
    monkeypatch.setattr("database.views.failing_causes.MOST_FAILED", 5)
    here.fails("Kuota habis sama sekali", jobs=6)
    here.later(hours=5)
    monkeypatch.undo()
    assert here.look() == []


def test_what_is_told_names_no_patient(here: Watched) -> None:
    here.fails(f"Peserta {CARD} a.n. Budi Rahasia tidak aktif lagi", nama_pasien="Budi Rahasia")
    here.fails(f"keluhan: {CARD} milik BUDI RAHASIA tidak cocok sekali", nama_pasien="Budi Rahasia")
    here.fails("Berkas milik budi rahasia ganjil sekali", nama_pasien="Budi Rahasia")
    said = " ".join(here.look())
    with here.database.read() as session:
        kept = " ".join(f"{row.words} {row.todo}" for row in session.query(CauseWatch))
    for text in (said, kept):
        assert "udi" not in text
        assert "ahasia" not in text.casefold().replace("rahasia-", "")
        assert CARD not in text


def test_a_patient_who_is_called_like_a_word_makes_no_other_cause(here: Watched) -> None:
    for name in ("Made Ibarat", "Wayan Umpama", "Indah Contoh"):
        here.fails("Alasan lain pada hari itu", nama_pasien=name)
    assert len(here.look()) == 1
    here.fails("Alasan lain pada hari itu", nama_pasien="Hari Contoh")
    assert here.later(minutes=20) == []


def test_a_clinic_that_nobody_knows_is_not_named(here: Watched) -> None:
    here.at.clinics = listed(["klinik-a"])
    here.fails(faskes=f"kartu {CARD}")
    here.fails(faskes="[klik](http://jahat.example/x)")
    (said,) = here.look()
    assert "2 pekerjaan di faskes yang tidak dikenal." in said
    assert "jahat" not in said


def test_a_referral_that_the_clinics_own_setting_holds_is_no_failure(here: Watched) -> None:
    here.fails("rujukan faskes ini lewat Satu Sehat", reason=Reason.THROUGH_SATUSEHAT.value)
    assert here.look() == []


def test_a_cause_that_is_gone_for_long_is_forgotten(here: Watched) -> None:
    here.fails()
    here.fails("Kuota habis sama sekali")
    here.look()
    here.settles()
    here.look()
    here.clock.advance(days=800)
    delete_notes(here.database, timedelta(days=730))
    with here.database.read() as session:
        assert [row.gone_at for row in session.query(CauseWatch)] == [None]
