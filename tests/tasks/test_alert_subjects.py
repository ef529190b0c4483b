"""An outage is told once however many clinics are in it, and a clinic that stops later is told, too."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random

from database.services.stopped_groups import as_one_outage, summaries
from database.storage.models import ServiceState
from tasks.alerts.subjects import ALONE, CAUSE, RESOURCE, SINCE, outage, together
from tasks.clinics import Clinics
from tests.database.outage import after, names, refused, stopped, unknown_names
from tests.tasks.listed import listed

CLINICS = names(500)
Key = tuple[tuple[str, str], ...]


def subjects(rows: Iterable[ServiceState], known: Sequence[str] | None = CLINICS) -> list[Mapping[str, str]]:
    configured = known or ("utama",)
    return [outage(each, configured) for each in summaries(rows, known, alike=as_one_outage)]


def about(*rows: ServiceState, known: Sequence[str] | None = CLINICS) -> Mapping[str, str]:
    (subject,) = subjects(rows, known)
    return subject


def told(looks: Iterable[Iterable[ServiceState]]) -> list[Key]:
    """What Prefect tells of a series of looks: each subject when it is new, in this order."""
    keys = [tuple(sorted(subject.items())) for rows in looks for subject in subjects(rows)]
    return list(dict.fromkeys(keys))


@dataclass(frozen=True)
class Outage:
    """When a clinic stopped and was back, in minutes after the morning."""

    faskes: str
    began: float
    ended: float = 10_000

    @cached_property
    def rows(self) -> list[ServiceState]:
        since = after(self.began)
        return [stopped(self.faskes, since=since, reason=f"Alasan {number}.") for number in range(3)]

    def at(self, look: int, minute: float) -> list[ServiceState]:
        """From look to look it says something else."""
        return [self.rows[(look + len(self.faskes)) % 3]] if self.began <= minute < self.ended else []


def looks(outages: Sequence[Outage], until: int, every: float = 1) -> list[list[ServiceState]]:
    """One in so many minutes."""
    count = int(until / every)
    return [[row for each in outages for row in each.at(look, look * every)] for look in range(count)]


def test_one_clinic_is_told_by_its_name_and_since_when() -> None:
    subject = about(stopped("klinik-007"))
    assert subject[RESOURCE] == "bpjs.layanan.klinik-007.pcare"
    assert subject[SINCE] == "2026-09-14T01:00:00+00:00"


def test_a_held_job_type_is_another_subject_than_its_service() -> None:
    held = stopped("klinik-007")
    held.jenis = "tambah-kunjungan"
    found = [subject[RESOURCE] for subject in subjects([held, stopped("klinik-007")])]
    assert sorted(found) == [
        "bpjs.layanan.klinik-007.pcare",
        "bpjs.layanan.klinik-007.pcare.tambah-kunjungan",
    ]


def test_a_clinic_that_stops_again_is_a_new_outage() -> None:
    assert about(stopped("klinik-007")) != about(stopped("klinik-007", since=after(1)))


def test_what_a_clinic_that_is_down_says_from_probe_to_probe_is_no_new_outage() -> None:
    again = stopped("klinik-007", state="half-open", reason="BPJS tidak menjawab.")
    assert about(stopped("klinik-007")) == about(again)


def test_a_clinic_that_follows_is_told_and_no_longer_news_when_it_is_alone_again() -> None:
    first, second = stopped("klinik-001"), stopped("klinik-002", since=after(8))
    both = about(first, second)
    assert both[RESOURCE] == "bpjs.layanan.klinik-002.pcare"
    assert about(first) != both == about(second)


def test_an_outage_of_500_clinics_is_told_at_most_twice_while_it_grows() -> None:
    chance = Random(1)
    for beginning in (0.0, 8.5, 9.9):  # the ten minutes may end in the middle of it
        outages = [Outage(name, beginning + 2 * chance.random()) for name in CLINICS]
        assert 1 <= len(told(looks(outages, 30, every=0.5)[int(2 * beginning) + 1 :])) <= 2


def test_an_outage_that_reaches_quiet_clinics_late_is_told_about_once_an_hour() -> None:
    chance = Random(2)
    busy = [Outage(name, 2 * chance.random()) for name in CLINICS[:300]]
    quiet = [Outage(name, 180 * chance.random()) for name in CLINICS[300:]]
    assert len(told(looks([*busy, *quiet], 200, every=2))) <= 9


def test_an_outage_that_ends_is_told_again_only_for_the_last_few() -> None:
    chance = Random(3)
    most = [Outage(name, 2 * chance.random(), 30 + 30 * chance.random()) for name in CLINICS[3:]]
    last = [Outage(name, (number + 1) / 2, 100 - 10 * number) for number, name in enumerate(CLINICS[:3])]
    everything = looks([*most, *last], 110)
    found = told(everything)
    assert len(told(everything[:30])) == 1
    assert [dict(key)[RESOURCE] for key in found[1:]] == [
        "bpjs.layanan.klinik-002.pcare",
        "bpjs.layanan.klinik-001.pcare",
        "bpjs.layanan.klinik-000.pcare",
    ]


def test_the_next_outage_is_told_although_some_clinics_are_out_since_long() -> None:
    outages = [Outage(name, -3_000) for name in CLINICS[:20]]
    mass = [Outage(name, 30 + number / 100, 60) for number, name in enumerate(CLINICS[20:])]
    alone = Outage(CLINICS[100], 90)
    everything = looks([*outages, *mass, alone], 95)
    before, with_it, at_the_end = (len(told(everything[:minute])) for minute in (29, 89, 95))
    assert before == 1
    assert 2 <= with_it <= 3
    assert at_the_end == with_it + 1


def test_a_second_outage_as_large_as_the_first_is_told() -> None:
    outages = [Outage(name, 30 * (number % 2), 60) for number, name in enumerate(CLINICS[:10])]
    everything = looks(outages, 40)
    assert [len(told(everything[:minute])) for minute in (29, 40)] == [1, 2]


def test_each_of_a_few_clinics_is_told_although_many_are_out_since_long() -> None:
    outages = [Outage(name, -3_000) for name in CLINICS[:20]]
    one_by_one = [Outage(name, 90 * number) for number, name in enumerate(CLINICS[20:26], start=1)]
    resources = [dict(key)[RESOURCE] for key in told(looks([*outages, *one_by_one], 600, every=5))]
    for each in one_by_one:
        assert f"bpjs.layanan.{each.faskes}.pcare" in resources


def test_outages_that_began_together_for_different_causes_are_told_each() -> None:
    down = [stopped(name) for name in CLINICS[:50]]
    twice = [refused(name, reason=f"Ditolak {number % 2}.") for number, name in enumerate(CLINICS[50:100])]
    found = subjects([*down, *twice])
    assert [subject[RESOURCE] for subject in found] == ["bpjs.layanan.pcare"] * 3
    assert len({subject[SINCE] for subject in found}) == 1
    assert len({subject[CAUSE] for subject in found}) == 3


def test_500_reasons_are_few_subjects_and_the_next_clinic_is_told() -> None:
    rows = [refused(name, reason=f"Ditolak {name}.") for name in CLINICS[:499]]
    before = subjects(rows)
    later = subjects([*rows, refused(CLINICS[499], reason="Ditolak.", since=after(90))])
    assert len(before) == len(later) == 5
    assert before[-1][RESOURCE] == "bpjs.layanan.pcare"
    assert [subject[RESOURCE] for subject in later if subject not in before] == [
        "bpjs.layanan.klinik-499.pcare"
    ]


def test_no_text_out_of_a_row_is_in_a_subject() -> None:
    for known in (CLINICS, None):
        for count in (len(unknown_names(6)), 1_500):
            for text in (unknown := unknown_names(count)):
                assert text not in str(about(refused(text), known=known))
            for subject in subjects([refused(text, reason=text) for text in unknown], known):
                assert not [text for text in unknown if text in "".join(subject.values())]


def test_unknown_clinics_are_one_subject_until_another_one_comes() -> None:
    first = about(refused("salah"))
    assert first[RESOURCE] == "bpjs.faskes-tidak-dikenal"
    assert about(refused("salah"), refused("keliru", since=after(5))) != first


@dataclass(frozen=True)
class Found:
    """Something about a clinic."""

    faskes: str


def test_a_few_clinics_are_told_one_by_one_and_many_together() -> None:
    few = list(together([Found(name) for name in CLINICS[:ALONE]], listed(CLINICS)))
    assert [(group.resource, group.whose) for group in few] == [
        (f"bpjs.faskes.{name}", "") for name in CLINICS[:ALONE]
    ]
    (many,) = together([Found(name) for name in CLINICS], listed(CLINICS))
    assert many.resource == "bpjs.faskes"
    assert many.whose == " di 500 faskes (klinik-000, klinik-001, klinik-002, …)"
    assert len(many.found) == 500


def test_unknown_clinics_are_told_together_beside_the_known() -> None:
    found = [Found(text) for text in [*unknown_names(1_500), "klinik-000"]]
    known, unknown = together(found, listed(CLINICS))
    assert (known.resource, unknown.resource) == ("bpjs.faskes.klinik-000", "bpjs.faskes-tidak-dikenal")
    assert unknown.whose == (
        " dari 1500 faskes yang tidak dikenal (klinik baru, klik http jahat example…, …, …)"
    )


def test_without_a_file_the_others_are_told_together_and_called_unknown_by_nobody() -> None:
    found = [Found("utama"), Found("cabang"), Found("www.jahat.example")]
    alone, others = together(found, Clinics())
    assert (alone.resource, alone.whose) == ("bpjs.faskes.utama", "")
    assert (others.resource, others.whose) == ("bpjs.faskes-lain", " di 2 faskes (cabang, www jahat example)")


def test_where_nothing_was_found_nobody_is_told() -> None:
    empty: list[Found] = []
    assert list(together(empty, Clinics())) == list(together(empty, listed(CLINICS))) == []
