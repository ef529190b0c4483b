"""The sample day against the simulator itself, delivered by hand, without our client, database or flows."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from bpjs_simulator.sample_day import SampleDay, ledger_problems, sample_day
from tests.simulator.caller import Caller, Reply

DAY = date(2024, 9, 16)  # past, as calls may not lie ahead of the clock
ORDER = [
    "tambah-antrean", "panggil-antrean", "batal-antrean",
    "tambah-pendaftaran", "tambah-kunjungan", "hapus-kunjungan", "hapus-pendaftaran",
]  # fmt: skip
POSTS = {
    "tambah-antrean": ("antrean", "antrean/add"),
    "panggil-antrean": ("antrean", "antrean/panggil"),
    "batal-antrean": ("antrean", "antrean/batal"),
    "tambah-pendaftaran": ("pcare", "pendaftaran"),
    "tambah-kunjungan": ("pcare", "kunjungan/v1"),
}


def visit_of(body: dict[str, Any]) -> tuple[str, str, str]:
    return (body["noKartu"], body["tglDaftar"], body["kdPoli"])


class Hand:
    """Sends the lines of a day in the order of a patient's visit, keeping the numbers that come back."""

    def __init__(self, clinic: Caller) -> None:
        self._clinic = clinic
        self._numbers: dict[tuple[str, tuple[str, str, str]], str] = {}

    def deliver(self, day: SampleDay, expected: str) -> list[Reply]:
        lines = [line for line, end in zip(day.lines, day.expected, strict=True) if end == expected]
        lines.sort(key=lambda line: ORDER.index(line["jenis"]))
        return [self._send(line["jenis"], line["body"]) for line in lines]

    def _send(self, jenis: str, body: dict[str, Any]) -> Reply:
        if jenis not in POSTS:
            return self._clinic.pcare("DELETE", self._delete_path(jenis, body))
        service, path = POSTS[jenis]
        reply = self._clinic.call(service, "POST", path, body)
        if reply.sealed:
            first = reply.response[0] if isinstance(reply.response, list) else reply.response
            self._numbers[first["field"], visit_of(body)] = first["message"]
        return reply

    def _delete_path(self, jenis: str, body: dict[str, Any]) -> str:
        card, day, poli = visit_of(body)
        if jenis == "hapus-kunjungan":
            return f"kunjungan/{self._numbers['noKunjungan', visit_of(body)]}"
        number = self._numbers["noUrut", visit_of(body)]
        return f"pendaftaran/peserta/{card}/tglDaftar/{day}/noUrut/{number}/kdPoli/{poli}"


# Any day of the week, a leap day, the turns of a month and a year.
DAYS = [DAY + timedelta(days=ahead) for ahead in range(7)] + [date(2024, 2, 29), date(2024, 12, 31)]


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_bpjs_takes_all_that_is_expected_to_be_sent_and_holds_what_the_day_should_leave(
    clinic: Caller, day: date
) -> None:
    made = sample_day(day)

    replies = Hand(clinic).deliver(made, "terkirim")

    wrong = [reply for reply in replies if reply.message not in {"OK", "Ok", "CREATED"}]
    assert wrong == []
    ledger = clinic.simulator.ledger()
    assert all(write["committed"] for write in ledger["writes"])
    assert ledger_problems(ledger, made) == []


def test_bpjs_refuses_all_that_is_expected_to_fail(clinic: Caller) -> None:
    made = sample_day(DAY)
    hand = Hand(clinic)
    hand.deliver(made, "terkirim")
    hand.deliver(made, "gagal")

    ledger = clinic.simulator.ledger()
    refused = made.expected.count("gagal")
    assert Counter(write["committed"] for write in ledger["writes"])[False] == refused >= 8
    assert ledger_problems(ledger, made) == []


def test_the_day_holds_every_jenis_every_end_and_enough_of_them() -> None:
    made = sample_day(DAY)

    assert {line["jenis"] for line in made.lines} == set(ORDER)
    assert set(made.expected) == {"terkirim", "gagal", "menunggu", "ditutup"}
    assert len({line["norm"] for line in made.lines}) >= 40
    assert len(made.lines) == len(made.expected) >= 160
    assert len({str(line) for line in made.lines}) == len(made.lines)


def test_the_same_date_and_seed_make_the_same_day_and_others_another() -> None:
    assert sample_day(DAY, seed=1) == sample_day(DAY, seed=1)
    assert sample_day(DAY, seed=1).lines != sample_day(DAY, seed=2).lines
    assert sample_day(DAY).lines != sample_day(DAY + timedelta(days=1)).lines


def test_two_days_do_not_disturb_each_other_in_one_ledger(clinic: Caller) -> None:
    days = [sample_day(DAY), sample_day(DAY + timedelta(days=1))]
    for made in days:
        Hand(clinic).deliver(made, "terkirim")

    assert [ledger_problems(clinic.simulator.ledger(), made) for made in days] == [[], []]


def test_a_jobs_lines_come_in_no_order_that_would_do() -> None:
    made = sample_day(DAY)
    seen: dict[str, int] = {}
    backwards = 0
    for line in made.lines:
        rank = ORDER.index(line["jenis"])
        backwards += rank < seen.get(line["norm"], 0)
        seen[line["norm"]] = max(rank, seen.get(line["norm"], 0))

    assert backwards > 20


@pytest.mark.parametrize("name", ["pendaftaran", "kunjungan", "antrean"])
@pytest.mark.parametrize(
    ("change", "said"), [("lost", "1 kurang, 0 lebih"), ("doubled", "0 kurang, 1 lebih")]
)
def test_one_row_too_few_or_too_many_is_a_problem(clinic: Caller, name: str, change: str, said: str) -> None:
    made = sample_day(DAY)
    Hand(clinic).deliver(made, "terkirim")
    ledger = clinic.simulator.ledger()
    rows = ledger[name]
    ledger[name] = rows[1:] if change == "lost" else [*rows, rows[0]]

    assert ledger_problems(ledger, made) == [f"{name}: {said}"]


def test_an_entry_that_was_not_called_is_a_problem(clinic: Caller) -> None:
    made = sample_day(DAY)
    Hand(clinic).deliver(made, "terkirim")
    ledger = clinic.simulator.ledger()
    next(row for row in ledger["antrean"] if row["status"] == "hadir")["status"] = "menunggu"

    assert ledger_problems(ledger, made) == ["antrean: 1 kurang, 1 lebih"]
