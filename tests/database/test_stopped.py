"""However many services stop, and whatever stands in their rows, a handful of groups and lines tells of them."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event

from database.services.stopped_groups import MOST, Kind, Stopped, as_one_outage, summaries
from database.services.stopped_lines import say_stopped
from database.status import Status
from database.storage.models import ServiceState
from database.views.monitor import Filter, look
from tests.conftest import SQLITE
from tests.database.clinic import MORNING, Clinic
from tests.database.outage import DOWN, after, names, refused, stopped, store, unknown_names, waiting

SERVICES = ("pcare", "antrean")


def sizes(found: Iterable[Stopped]) -> list[tuple[Kind, int]]:
    return [(group.kind, len(group.rows)) for group in found]


def lines(clinic: Clinic, known: list[str] | None = None, faskes: str | None = None) -> list[str]:
    return look(clinic.database, Filter(faskes=faskes), limit=1, known=known).stopped_lines


def test_where_nothing_stopped_there_is_no_group() -> None:
    assert summaries([], None) == summaries([], ["klinik-a"]) == []


def test_clinics_that_stopped_alike_are_one_group() -> None:
    rows = [stopped(name, service) for name in names(500) for service in SERVICES]
    assert sizes(summaries(rows, names(500))) == [(Kind.ALIKE, 500), (Kind.ALIKE, 500)]


@pytest.mark.parametrize(
    "other",
    [
        stopped("b", "antrean"),
        stopped("b", state="half-open"),
        stopped("b", reason="BPJS tidak menjawab."),
        refused("b"),
    ],
)
def test_another_service_state_or_reason_is_another_group(other: ServiceState) -> None:
    assert len(summaries([stopped("a"), other], None)) == 2
    assert len(summaries([stopped("a"), stopped("b")], None)) == 1


def test_a_held_job_type_is_another_group_and_one_of_many_clinics() -> None:
    rows = [stopped("a"), *(stopped(name) for name in names(500))]
    for row in rows[1:]:
        row.jenis = "tambah-kunjungan"
    found = summaries(rows, None)
    assert sizes(found) == [(Kind.ALIKE, 500), (Kind.ALIKE, 1)]
    assert [group.jenis for group in found] == ["tambah-kunjungan", ""]


def test_unknown_clinics_are_one_group_whatever_their_rows_say() -> None:
    unknown = [refused(text, reason=f"faskes {text} tidak ada") for text in unknown_names(1_500)]
    assert sizes(summaries([*unknown, stopped("klinik-a")], ["klinik-a"])) == [
        (Kind.ALIKE, 1),
        (Kind.STRANGERS, 1_500),
    ]


def test_500_clinics_with_a_reason_each_are_a_few_groups_that_hold_them_all() -> None:
    rows = [refused(name, reason=f"Ditolak {name}.") for name in names(500)]
    found = summaries(rows, names(500))
    assert sizes(found) == [*[(Kind.ALIKE, 1)] * (MOST - 1), (Kind.OTHERS, 496)]
    assert {row.faskes for group in found for row in group.rows} == set(names(500))
    assert found[-1].reasons == 496


def test_as_many_groups_as_there_is_room_for_are_all_told() -> None:
    rows = [refused(name, reason=f"Ditolak {name}.") for name in names(MOST)]
    assert sizes(summaries(rows, None)) == [(Kind.ALIKE, 1)] * MOST


def test_groups_and_rows_are_in_the_same_order_however_the_database_gives_them() -> None:
    rows = [refused(name, reason=f"Ditolak {number % 7}.") for number, name in enumerate(names(100))]
    expected = summaries(rows, None)
    random.Random(1).shuffle(rows)
    assert summaries(rows, None) == expected


def test_a_group_says_when_its_first_and_last_stopped_and_when_the_next_is_asked() -> None:
    rows = [
        stopped("a", since=after(2), probe_at=after(9)),
        stopped("b", since=after(1), probe_at=after(8)),
        stopped("c", since=after(3)),
    ]
    (group,) = summaries(rows, None)
    assert (group.first, group.last, group.probe_at) == (after(1), after(3), after(8))
    assert group.faskes == ["c", "a", "b"]
    assert summaries([refused("a")], None)[0].probe_at is None


def test_as_one_outage_a_service_that_is_down_is_so_whatever_it_says() -> None:
    down = [stopped("a"), stopped("b", state="half-open"), stopped("c", reason="BPJS tidak menjawab.")]
    twice = [refused("d"), refused("e", reason="Username ditolak.")]
    found = summaries([*down, *twice, *(stopped(name) for name in names(9))], None, alike=as_one_outage)
    assert sizes(found) == [(Kind.ALIKE, 12), (Kind.ALIKE, 1), (Kind.ALIKE, 1)]
    assert (found[0].state, found[0].reason, found[0].reasons) == ("open", DOWN, 2)


@pytest.mark.long
def test_1500_unknown_clinics_are_one_line(clinic: Clinic) -> None:
    unknown = unknown_names(1_500)
    store(clinic.database, [row for text in unknown for row in (refused(text, reason=text), *waiting(text))])
    (line,) = lines(clinic, ["klinik-a"])
    assert line == (
        "1500 pekerjaan menunggu dari 1500 faskes yang tidak dikenal, misalnya “www jahat example”:"
        " tidak ada di BPJS_FASKES_FILE."
    )


def test_only_jobs_that_wait_are_counted_and_those_of_known_clinics_are_not(clinic: Clinic) -> None:
    clinic.bring_to(clinic.hand_over(faskes="klinik-b"), Status.GAGAL)
    store(clinic.database, [refused("salah"), refused("klinik-b")])
    store(clinic.database, [*waiting("salah", 3), *waiting("klinik-a", 5)])
    (line,) = lines(clinic, ["klinik-a"])
    assert line.startswith("3 pekerjaan menunggu dari 1 faskes yang tidak dikenal, misalnya “salah”")


def test_an_unknown_clinic_of_which_nothing_waits_is_not_told(clinic: Clinic) -> None:
    store(clinic.database, [refused("salah"), refused("keliru")])
    assert lines(clinic, ["klinik-a"]) == []


def test_500_clinics_in_an_outage_are_one_line_for_each_service(clinic: Clinic) -> None:
    rows = [stopped(name, service, since=after(-1)) for name in names(500) for service in SERVICES]
    store(clinic.database, rows)
    expected = (
        "Layanan {} di 500 faskes (klinik-499, klinik-498, klinik-497, …) sedang tidak dapat dihubungi,"
        " paling lama sejak 07:59:00: BPJS tidak dapat dihubungi."
    )
    assert sorted(lines(clinic, names(500))) == [expected.format("antrean"), expected.format("pcare")]


def test_of_the_clinic_asked_for_only_its_own_lines_are_told(clinic: Clinic) -> None:
    store(clinic.database, [stopped(name) for name in names(500)])
    (line,) = lines(clinic, names(500), faskes="klinik-007")
    assert line.startswith("Layanan pcare (klinik-007) sedang tidak dapat dihubungi sejak 08:00:00: ")
    assert lines(clinic, names(500), faskes="lain") == []


def test_the_line_of_an_unknown_clinic_counts_only_its_own_jobs(clinic: Clinic) -> None:
    store(clinic.database, [*waiting("salah", 3), *waiting("keliru", 4), refused("salah"), refused("keliru")])
    (line,) = lines(clinic, ["klinik-a"], faskes="salah")
    assert line.startswith("3 pekerjaan menunggu dari 1 faskes")
    (line,) = lines(clinic, ["klinik-a"])
    assert line.startswith("7 pekerjaan menunggu dari 2 faskes")


def test_a_reason_of_any_length_and_500_different_ones_stay_short(clinic: Clinic) -> None:
    store(clinic.database, [refused(name, reason=f"{name} \n" + "x" * 9_000) for name in names(500)])
    told = lines(clinic)
    assert len(told) == MOST
    assert all(len(line) < 300 and "\n" not in line for line in told)
    assert told[-1] == (
        "496 layanan lain di 496 faskes (klinik-495, klinik-494, klinik-493, …)"
        " berhenti dengan 496 alasan, paling lama sejak 08:00:00."
    )


def test_without_a_file_every_faskes_is_a_clinic_whose_text_has_no_power(clinic: Clinic) -> None:
    store(clinic.database, [stopped(text) for text in unknown_names(1_500)])
    (line,) = lines(clinic, None)
    assert line.startswith("Layanan pcare di 1500 faskes (…, www jahat example, salah-ketik-999, …) ")
    assert lines(clinic, None, faskes="[klik](http://jahat.example/x)") == [
        "Layanan pcare (klik http jahat example…) sedang tidak dapat dihubungi sejak 08:00:00:"
        " BPJS tidak dapat dihubungi."
    ]


def test_a_held_job_type_is_said_with_its_name(clinic: Clinic) -> None:
    row = refused("utama", reason="Tidak punya akses.")
    row.jenis = "tambah-kunjungan"
    (group,) = summaries([row], None)
    assert say_stopped(clinic.database, group, None) == (
        "Tambah-kunjungan di pcare ditahan karena ditolak BPJS sejak 08:00:00: Tidak punya akses."
    )


@SQLITE
def test_waiting_jobs_of_unknown_clinics_are_counted_in_an_index(clinic: Clinic) -> None:
    store(clinic.database, [refused("salah"), refused("keliru"), *waiting("salah"), *waiting("keliru")])
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    event.listen(clinic.database.engine, "before_cursor_execute", note)
    lines(clinic, ["klinik-a"])
    (query,) = [each for each in asked if "count(DISTINCT" in each[0]]
    with clinic.database.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query[0]}", query[1]).all()
    assert any("COVERING INDEX" in step[-1] for step in plan), plan


def test_another_day_is_said_with_its_date(clinic: Clinic) -> None:
    store(clinic.database, [stopped("utama", since=datetime(2026, 9, 12, 1, 0, tzinfo=UTC))])
    assert clinic.clock.now == MORNING
    (line,) = lines(clinic)
    assert line.startswith("Layanan pcare sedang tidak dapat dihubungi sejak 12-09-2026 08:00: ")
