"""The antrean schedule is read poli by poli, held against the clinic's own codes, and its changes are told."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bpjs_client.references import BY_NAME, read_reference
from bpjs_client.schedule import SCHEDULE
from database import Database
from database.references.schedule_days import Session, day_versions, note_told
from database.references.search import search
from database.storage.retention import delete_notes
from flows.artifacts.schedule_page import schedule_page
from tasks.reference_sync import NotNow
from tasks.schedule.changes import Kind, changes
from tasks.schedule.rows import document
from tasks.schedule.week import Week, changes_to_tell
from tasks.schedule.words import changes_in_lines, compared_words, counted, summary
from tests.conftest import SQLITE
from tests.database.clinic import FakeClock
from tests.tasks.bodies import CARD
from tests.tasks.schedules import Scheduled, session

Row = dict[str, Any]
DAY = date(2026, 9, 14)  # FakeClock's
KEEP = timedelta(days=730)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def here(database: Database) -> Scheduled:
    return Scheduled(database)


def one(hours: str = "08:00-12:00", doctor: str = "1", quota: str = "30", name: str = "dr. A") -> Session:
    return Session(hours, doctor, name, quota)


def is_known_whole(week: Week) -> bool:
    return all(cell.is_known for poli in week.polis for cell in poli.cells)


CHANGES: list[tuple[str, Sequence[Session], Sequence[Session], list[Kind]]] = [
    ("nothing", [one()], [one()], []),
    ("another spelling of the name", [one()], [one(name="DR A")], []),
    ("another spelling of the code", [one()], [one(doctor="0001")], []),
    ("new", [], [one()], [Kind.NEW]),
    ("gone", [one()], [], [Kind.GONE]),
    ("hours", [one()], [one("09:00-12:00")], [Kind.HOURS]),
    ("quota", [one()], [one(quota="20")], [Kind.QUOTA]),
    ("doctor", [one()], [one(doctor="2")], [Kind.DOCTOR]),
    ("a second session of the same doctor", [one()], [one(), one("13:00-15:00")], [Kind.NEW]),
    ("another doctor at another hour", [one()], [one("13:00-15:00", "2")], [Kind.GONE, Kind.NEW]),
    ("one swapped and one moved", [one(), one("13:00-15:00", "2")], [one(doctor="3"), one("14:00-15:00", "2")],
     [Kind.DOCTOR, Kind.HOURS]),
]  # fmt: skip


@pytest.mark.parametrize("what, before, now, expected", CHANGES, ids=[row[0] for row in CHANGES])
def test_what_changed_is_told_as_one_thing(
    what: str, before: Sequence[Session], now: Sequence[Session], expected: list[Kind]
) -> None:
    assert [change.kind for change in changes(DAY, "001", before, now)] == expected


def test_a_schedule_that_was_never_read_says_so(here: Scheduled) -> None:
    here.uses(kodepoli="001", kodedokter=1)
    week = here.week()
    assert (week.read_at, week.polis, week.missing, week.unclear) == (None, [], [], [])
    assert summary(week) == "Jadwal belum pernah dibaca dari BPJS."


def test_each_poli_and_day_has_its_sessions(here: Scheduled) -> None:
    here.has(session(1), session(2, "13:00-15:00", poli="002", hari=[0]))
    here.read()
    week = here.week()
    assert [poli.code for poli in week.polis] == ["001", "002"]
    assert [len(cell.sessions) for cell in week.polis[0].cells] == [1] * 8
    assert [cell.day.weekday() for cell in week.polis[1].cells if cell.sessions] == [0, 0]
    assert week.days[0] == DAY
    assert is_known_whole(week)


def test_own_codes_of_antrean_without_a_session_are_missing(here: Scheduled) -> None:
    here.has(session(1))
    here.uses(kodepoli="001", kodedokter=1)
    here.uses(kodepoli="002", kodedokter=9)
    here.read()
    week = here.week()
    assert [(own.what.value, own.code) for own in week.missing_at_antrean] == [
        ("poli", "002"),
        ("dokter", "9"),
    ]
    gaps = {poli.code: [cell.is_gap for cell in poli.cells] for poli in week.polis}
    assert gaps == {"001": [False] * 8, "002": [True] * 8}
    assert summary(week).startswith("Tanpa sesi tujuh hari ke depan: poli 002, dokter 9.")


def test_a_poli_that_bpjs_does_not_even_list_is_missing_too(here: Scheduled) -> None:
    here.has(session(1), polis="001")
    here.uses(kodepoli="077", kodedokter=1)
    here.read()
    assert [own.code for own in here.week().missing_at_antrean] == ["077"]
    assert [poli.code for poli in here.week().polis] == ["001", "077"]


def test_codes_that_only_pcare_knows_are_told_apart_and_compared_as_numbers(here: Scheduled) -> None:
    here.has(session(123))
    here.pcare_lists("poli", ("001", "POLI UMUM"), ("021", "KONSELING"))
    here.pcare_lists("dokter", ("00123", "dr. Nol"), ("555", "dr. Lain"))
    here.uses("tambah-kunjungan", kdPoli="001", kdDokter="555")
    here.read()
    week = here.week()
    assert week.missing_at_antrean == []
    assert [(own.code, own.name, own.pcare_jobs) for own in week.missing_of_pcare] == [
        ("021", "KONSELING", 0),
        ("555", "dr. Lain", 1),
    ]


def test_a_poli_that_serves_without_doctors_is_no_gap(here: Scheduled) -> None:
    here.has(session(1), polis="001 998")
    here.uses(kodepoli="998", kodedokter=1)
    here.read()
    week = here.week()
    assert week.missing == []
    assert not any(cell.is_gap for poli in week.polis for cell in poli.cells)


def test_jobs_of_long_ago_and_closed_ones_make_no_code_the_clinics_own(
    here: Scheduled, clock: FakeClock
) -> None:
    here.has(session(1))
    here.uses(kodepoli="002", kodedokter=9, tanggalperiksa="2026-09-14")
    clock.advance(days=31)
    here.read()
    assert here.week().missing == []


def test_a_poli_that_cannot_be_read_is_not_known_and_spoils_no_other(here: Scheduled) -> None:
    here.has(session(1), session(2, poli="002"))
    here.uses(kodepoli="001", kodedokter=1)
    here.uses(kodepoli="002", kodedokter=2)
    here.broken = lambda path: "/kodepoli/002/" in path
    done = here.read()
    week = here.week()
    assert "Sebagian jadwal belum terbaca (poli 002)" in (done.error or "")
    assert done.count == 8
    assert week.missing == []
    assert [own.code for own in week.unclear] == ["002", "2"]
    assert [cell.is_known for cell in week.polis[1].cells] == [False] * 8
    assert not any(cell.is_gap for poli in week.polis for cell in poli.cells)
    assert len(search(here.database, SCHEDULE)) == 8
    assert "Belum diketahui karena belum terbaca: poli 002, dokter 2." in summary(week)


def test_what_was_read_of_a_poli_outlives_a_failure_and_is_no_change(
    here: Scheduled, clock: FakeClock
) -> None:
    here.has(session(1), session(2, poli="002"))
    here.read()
    clock.advance(hours=20)
    here.broken = lambda path: "/kodepoli/002/" in path
    here.read()
    week = here.week()
    assert week.changes == []
    assert [len(cell.sessions) for cell in week.polis[1].cells] == [*[1] * 7, 0]  # the last came into sight
    assert len([row for row in search(here.database, SCHEDULE) if row.kode.startswith("002/")]) == 8


@pytest.mark.parametrize("hours, known", [(23, True), (25, False)])
def test_what_was_read_more_than_a_day_ago_says_nothing_of_what_is_not_there(
    here: Scheduled, clock: FakeClock, hours: int, known: bool
) -> None:
    here.has(session(1))
    here.uses(kodepoli="002", kodedokter=1)
    here.read()
    clock.advance(hours=hours)
    here.broken = lambda path: "/kodepoli/002/" in path
    here.read()
    week = here.week()
    on_the_first_days = [cell.is_known for cell in week.polis[1].cells[:6]]
    assert on_the_first_days == [known] * 6
    assert week.missing == []  # the day that came into sight was never read
    assert [own.code for own in week.unclear] == ["002"]


def test_a_day_whose_polis_cannot_be_read_is_not_known(here: Scheduled) -> None:
    here.has(session(1))
    here.uses(kodepoli="002", kodedokter=1)
    here.broken = lambda path: path.endswith("ref/poli/tanggal/2026-09-16")
    done = here.read()
    week = here.week()
    assert "1 hari seluruhnya" in (done.error or "")
    assert [cell.is_known for cell in week.polis[0].cells] == [True, True, False, *[True] * 5]
    assert [own.code for own in week.unclear] == ["002"]
    assert week.missing == []


@SQLITE
def test_trying_again_asks_only_for_what_was_missed(here: Scheduled) -> None:
    here.has(session(1), session(2, poli="002"))
    here.broken = lambda path: "/kodepoli/002/" in path
    with here.reading() as reading:
        with pytest.raises(NotNow):
            here.sync(reading, last_try=False)
        here.asked.clear()
        here.broken = lambda path: False
        assert here.sync(reading).error is None
    assert len(here.asked) == len(set(here.asked)) == 8
    assert all("/kodepoli/002/" in path for path in here.asked)
    assert is_known_whole(here.week())


@SQLITE
def test_poli_lists_are_asked_for_once_for_both_references(here: Scheduled) -> None:
    here.has(session(1))
    with here.reading() as reading:
        read_reference(BY_NAME["antrean/poli"], reading)
        here.sync(reading)
    lists = [path for path in here.asked if "/ref/poli/tanggal/2026-09" in path]
    assert len(lists) == 8
    assert len(here.asked) <= 8 + 8 * 2 + 1


@SQLITE
def test_a_service_that_fails_is_not_asked_for_every_list(here: Scheduled) -> None:
    here.has(
        *(session(1, poli=f"{code:03d}") for code in range(1, 31)),
        polis=" ".join(f"{n:03d}" for n in range(1, 31)),
    )
    here.broken = lambda path: "/kodepoli/" in path
    assert here.read().error
    assert len(here.asked) < 100


@SQLITE
@pytest.mark.parametrize("first, end", [(3, 23), (0, 20)])
def test_many_polis_that_fail_side_by_side_spoil_none_of_the_others(
    here: Scheduled, first: int, end: int
) -> None:
    codes = [f"{number:03d}" for number in range(1, 31)]
    here.has(*(session(1, poli=code) for code in codes), polis=" ".join(codes))
    here.broken = lambda path: any(f"/kodepoli/{code}/" in path for code in codes[first:end])
    assert here.read().count == 10 * 8
    assert [poli.code for poli in here.week().polis if poli.has_sessions] == [*codes[:first], *codes[end:]]


@SQLITE
def test_a_service_that_stops_midway_is_not_asked_for_the_rest(here: Scheduled) -> None:
    codes = [f"{number:03d}" for number in range(1, 31)]
    here.has(*(session(1, poli=code) for code in codes), polis=" ".join(codes))
    here.broken = lambda path: len(here.asked) > 30
    assert here.read().error
    # All 248 lists, three tries each, would be over 600 requests. An answer that comes late among the failures
    # starts their count anew, so the exact number depends on the threads' turns.
    assert len(here.asked) < 200


def test_nothing_is_known_where_everything_fails(here: Scheduled) -> None:
    here.broken = lambda path: True
    done = here.read()
    assert done.error
    assert here.week().read_at is None


CHANGED: list[tuple[list[Row], list[Row], Kind, str]] = [
    ([session(1)], [session(1), session(2, "13:00-15:00")], Kind.NEW, "13:00-15:00 dr. Contoh 2 (2), kuota 30: baru"),
    ([session(1), session(2, "13:00-15:00")], [session(1)], Kind.GONE, "13:00-15:00 dr. Contoh 2 (2), kuota 30: hilang"),
    ([session(1)], [session(1, "09:00-12:00")], Kind.HOURS, "09:00-12:00 dr. Contoh 1 (1), kuota 30: jam berubah, dulu 08:00-12:00"),
    ([session(1)], [session(1, kapasitas=5)], Kind.QUOTA, "08:00-12:00 dr. Contoh 1 (1), kuota 5: kuota berubah, dulu 30"),
    ([session(1)], [session(2)], Kind.DOCTOR, "08:00-12:00 dr. Contoh 2 (2), kuota 30: dokter berganti, dulu dr. Contoh 1 (1)"),
]  # fmt: skip


@pytest.mark.parametrize("case", CHANGED, ids=[row[2].name for row in CHANGED])
def test_changes_since_yesterday_are_told_day_by_day(
    here: Scheduled, clock: FakeClock, case: tuple[list[Row], list[Row], Kind, str]
) -> None:
    before, now, kind, said = case
    here.has(*before)
    here.read()
    assert here.week().changes == []
    clock.advance(days=1)
    here.has(*now)
    here.read()
    week = here.week()
    assert [change.kind for change in week.changes] == [kind] * 7  # the eighth day came into sight only now
    assert changes_in_lines(week.changes) == [f"poli 001: {said} (Sel 15-09, Rab 16-09, Kam 17-09 … 7 hari)"]
    assert counted(week.changes) == f"7 sesi {kind.value}"
    clock.advance(days=1)
    here.read()
    assert here.week().changes == []


@pytest.mark.parametrize("days, since", [(1, "kemarin"), (2, "14-09-2026"), (5, "14-09-2026")])
def test_it_says_since_when_the_changes_are(here: Scheduled, clock: FakeClock, days: int, since: str) -> None:
    here.has(session(1))
    here.read()
    assert compared_words(here.week()) == ""
    clock.advance(days=days)
    here.has(session(2))
    here.read()
    assert compared_words(here.week()) == since


def test_what_still_holds_at_midnight_is_compared_with_as_of_yesterday(
    here: Scheduled, clock: FakeClock
) -> None:
    here.has(session(1))
    here.read()
    clock.advance(days=3)
    here.read()
    assert compared_words(here.week()) == "kemarin"
    assert here.week().changes == []


def test_a_poli_that_is_listed_no_more_has_lost_its_sessions(here: Scheduled, clock: FakeClock) -> None:
    here.has(session(1), session(2, poli="002"))
    here.read()
    clock.advance(days=1)
    here.has(session(1), polis="001")
    here.read()
    week = here.week()
    assert [poli.code for poli in week.polis] == ["001", "002"]
    assert counted(week.changes) == "7 sesi hilang"
    assert len(week.polis[1].cells[0].gone) == 1


def test_a_holiday_takes_away_one_days_sessions(here: Scheduled, clock: FakeClock) -> None:
    here.has(session(1))
    here.uses(kodepoli="001", kodedokter=1)
    here.read()
    clock.advance(days=1)
    here.double.references.edit("sesi", add=[session(1, kecuali=["2026-09-17"])])
    here.read()
    week = here.week()
    assert [(change.day, change.kind) for change in week.changes] == [(date(2026, 9, 17), Kind.GONE)]
    assert [cell.day for cell in week.polis[0].cells if cell.is_gap] == [date(2026, 9, 17)]
    assert week.missing == []


def test_what_is_to_be_told_counts_from_the_last_time_and_is_never_lost(
    here: Scheduled, clock: FakeClock
) -> None:
    here.has(session(1))
    here.read()
    assert changes_to_tell(here.database, "utama") == (None, [])
    note_told(here.database, {"utama": clock()})
    clock.advance(hours=9)
    here.has(session(1, kapasitas=5))
    here.read()
    _, told = changes_to_tell(here.database, "utama")
    assert counted(told) == "8 sesi kuota berubah"
    note_told(here.database, {"utama": clock()})
    assert changes_to_tell(here.database, "utama")[1] == []
    clock.advance(hours=1)  # the same day: it waits for the next
    here.has(session(1, kapasitas=6))
    here.read()
    clock.advance(days=1)
    here.read()
    _, told = changes_to_tell(here.database, "utama")
    assert {(change.before.quota, change.session.quota) for change in told if change.before} == {("5", "6")}
    assert len(told) == 7  # the day that came into sight is as it was first seen


@pytest.mark.parametrize(
    "zone, first",
    [("Asia/Jakarta", 13), ("Asia/Makassar", 13), ("Asia/Jayapura", 14)],
    ids=["WIB", "WITA", "WIT"],
)
def test_today_is_the_clinics_own(here: Scheduled, clock: FakeClock, zone: str, first: int) -> None:
    here.database.timezone = ZoneInfo(zone)
    clock.now = clock.now.replace(day=13, hour=15, minute=30)  # 22.30 in Jakarta, 00.30 in Jayapura
    here.has(session(1))
    here.read()
    assert here.week().days[0] == date(2026, 9, first)
    assert len(here.week().polis[0].cells[0].sessions) == 1


def test_the_schedule_of_a_past_week_goes(here: Scheduled, clock: FakeClock) -> None:
    here.has(session(1))
    here.read()
    clock.advance(days=8)
    here.has(session(2))
    here.read()
    delete_notes(here.database, KEEP)
    kept = day_versions(here.database, "utama", DAY, DAY + timedelta(days=20))
    assert min(kept) == DAY + timedelta(days=1)
    assert len(kept[DAY + timedelta(days=8)]) == 1


def test_clinics_do_not_see_each_others_schedule(here: Scheduled) -> None:
    here.has(session(1))
    here.read()
    assert here.week("klinik-melati").read_at is None


ODD: list[dict[str, Any]] = [
    {"kodedokter": None},
    {"kodedokter": [1]},
    {"kodedokter": True},
    {"jampraktek": None},
    {"jampraktek": ""},
]


@SQLITE
@pytest.mark.parametrize("odd", ODD, ids=[str(row) for row in ODD])
def test_sessions_of_which_none_has_a_doctor_and_hours_are_not_read(
    here: Scheduled, clock: FakeClock, odd: Row
) -> None:
    here.has(session(1))
    here.uses(kodepoli="001", kodedokter=1)
    here.read()
    clock.advance(hours=1)
    here.has(session(1, **odd))
    assert "Sebagian jadwal belum terbaca (poli 001)" in (here.read().error or "")
    week = here.week()
    assert (week.missing, week.changes) == ([], [])
    assert [len(cell.sessions) for cell in week.polis[0].cells] == [1] * 8  # as they were last read
    assert len(search(here.database, SCHEDULE)) == 8


@SQLITE
def test_a_session_without_hours_is_none_and_spoils_no_other(here: Scheduled) -> None:
    here.has(session(1), session(2, ""))
    here.uses(kodepoli="001", kodedokter=2)
    assert here.read().error is None
    week = here.week()
    assert [[each.doctor for each in cell.sessions] for cell in week.polis[0].cells] == [["1"]] * 8
    assert [own.code for own in week.missing] == ["2"]


@SQLITE
def test_polis_of_which_none_has_a_code_are_not_read(here: Scheduled, clock: FakeClock) -> None:
    here.has(session(1))
    here.uses(kodepoli="001", kodedokter=1)
    here.read()
    clock.advance(hours=1)
    here.double.references.edit("poli", rows=[{"kdPoli": "", "nmPoli": "POLI", "poliSakit": True}])
    assert here.read().error
    assert (here.week().missing, here.week().changes) == ([], [])


def test_a_patients_number_in_a_codes_or_names_place_is_shown_nowhere(here: Scheduled) -> None:
    here.has(session(1, namadokter=f"dr. Sari {CARD}"))
    here.double.references.edit("poli", rows=[{"kdPoli": "001", "nmPoli": f"POLI {CARD}", "poliSakit": True}])
    here.uses(kodepoli=CARD, kodedokter=1)
    here.pcare_lists("dokter", ("9", f"dr. Lain {CARD}"))
    here.read()
    week = here.week()
    shown = [schedule_page(here.database, ["utama"], None), str(document(week)), str(week)]
    assert not [text for text in shown if CARD in text]
    assert [own.code for own in week.missing_at_antrean] == ["•••"]
