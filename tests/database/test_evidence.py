"""A failure is charged to the smallest thing that explains it, and what is down is tried again, one at a time."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

import pytest

from bpjs_client.jenis import Service
from database import Database
from database.jobs.attempts import Evidence
from database.jobs.by_hand import Settled, close_by_hand
from database.jobs.claim import ClaimedJob, Waiting, claim, claim_one, has_work
from database.jobs.moves import move
from database.jobs.verdict import Verdict
from database.services.clinic_service import ClinicService
from database.services.evidence import Heard, hear
from database.services.harmless_read import Answer, Reading, judge
from database.services.pauses import pause, resume
from database.services.probes import probe_failed, take_probe, try_again
from database.services.states import MOVES, Move, State
from database.services.stopped_services import stopped_services
from database.status import Status
from database.storage.models import Job, ServiceState
from database.vocabulary import Outcome, Reason
from tests.database.clinic import LEASE, ME, MORNING, OTHER, Clinic

WHY = "BPJS tidak dapat dihubungi."
PROBES = [timedelta(seconds=seconds) for seconds in (5, 10, 60)]
DOWN, UP = Heard(WHY, probes=PROBES), Heard()
REFUSED = Heard(refusal="Unauthorized! You are not registered for this service!", probes=PROBES, mark="tanda")
PCARE = ("utama", Service.PCARE)
WHOLE = ClinicService("utama", "pcare")
VISITS = ClinicService("utama", "pcare", "tambah-kunjungan")
POSTPONED = Verdict(Status.MENUNGGU, Reason.NO_ANSWER, WHY, due_in=timedelta(minutes=20))
SENT = Verdict(Status.TERKIRIM, result={"noUrut": "A1"})
VISITED = Verdict(Status.TERKIRIM, result={"noKunjungan": "0114U1630914Y000123"})
ALONE = Verdict(Status.GAGAL, Reason.REFUSED_ALONE, "ditolak")
FAILS, ACCEPTED = Reading(Answer.FAILED, WHY), Reading(Answer.ACCEPTED)


@dataclass
class Bench:
    """A clinic whose jobs end as a test says, each of a patient of its own."""

    clinic: Clinic
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(10**6)))

    def take(self, jenis: str = "tambah-pendaftaran") -> int:
        return self.clinic.take(self.clinic.hand_over(jenis, f"RM-e-{next(self.numbers)}"))

    def end(self, job_id: int, verdict: Verdict, heard: Heard) -> bool:
        how = None if heard.is_look else Evidence(Outcome.UNKNOWN if heard.trouble else Outcome.REJECTED, 500)
        number = None if how is None else self.clinic.leave(job_id)
        asks = move(
            self.clinic.database,
            self.clinic.held(job_id),
            verdict,
            attempt=number,
            evidence=how,
            heard=heard,
        )
        self.clinic.clock.advance(seconds=1)
        return asks

    def fail(self, count: int, jenis: str = "tambah-pendaftaran") -> tuple[list[int], list[bool]]:
        """So many new jobs fail; their ids, and whether each asked for a harmless read."""
        ids = [self.take(jenis) for _ in range(count)]
        return ids, [self.end(job_id, POSTPONED, DOWN) for job_id in ids]

    def fail_again(self, job_id: int) -> bool:
        self.clinic.clock.advance(minutes=30)
        return self.end(self.clinic.take(job_id), POSTPONED, DOWN)

    def judge(self, reading: Reading) -> None:
        judge(self.clinic.database, *PCARE, reading, probes=PROBES, mark="tanda")

    def open(self, count: int = 2) -> list[int]:
        """So many jobs fail and the harmless read too."""
        ids, _ = self.fail(count)
        self.judge(FAILS)
        return ids

    def state(self, who: ClinicService = WHOLE) -> str:
        with self.clinic.database.read() as session:
            row = session.get(ServiceState, tuple(who))
            return row.state if row else "closed"

    def row(self, who: ClinicService = WHOLE) -> ServiceState:
        with self.clinic.database.read() as session:
            return session.get_one(ServiceState, tuple(who))


@pytest.fixture
def bench(clinic: Clinic) -> Bench:
    return Bench(clinic)


def test_one_job_however_often_it_fails_raises_no_question(bench: Bench) -> None:
    (job_id,), asked = bench.fail(1)
    assert [*asked, *(bench.fail_again(job_id) for _ in range(9))] == [False] * 10
    bench.clinic.hand_over("tambah-pendaftaran", "RM-lain")
    assert len(bench.clinic.claim()) == 1


def test_the_second_job_that_fails_asks_once_and_until_the_answer_nothing_is_claimed(bench: Bench) -> None:
    asked = [*bench.fail(2)[1], *bench.fail(2, "tambah-kunjungan")[1]]
    assert asked == [False, True, False, False]
    bench.clinic.hand_over("tambah-pendaftaran", "RM-lain")
    assert bench.clinic.claim() == []
    bench.judge(ACCEPTED)
    assert len(bench.clinic.claim()) == 1


def test_a_question_whose_asker_died_holds_nothing_up_for_long(bench: Bench) -> None:
    bench.fail(2)
    bench.clinic.clock.advance(seconds=91)
    job_id = bench.clinic.hand_over("tambah-pendaftaran", "RM-lain")
    assert bench.clinic.claim() == [job_id]


def test_when_the_harmless_read_fails_too_the_service_is_down_with_reason_and_time(bench: Bench) -> None:
    bench.open()
    (row,) = [row for row in stopped_services(bench.clinic.database) if row.jenis == ""]
    assert (row.state, row.reason, row.since) == ("open", WHY, MORNING + timedelta(seconds=2))
    assert row.probe_at == row.since + PROBES[0]


def test_when_the_harmless_read_is_refused_too_the_service_is_paused(bench: Bench) -> None:
    bench.fail(2)
    bench.judge(Reading(Answer.REFUSED, "Login PCare ditolak."))
    assert (bench.state(), bench.row().reason) == ("paused", "Login PCare ditolak.")
    assert bench.row().probe_at is None


def test_a_refusal_that_may_pass_is_probed(bench: Bench) -> None:
    bench.judge(Reading(Answer.REFUSED, "no Route matched", may_pass=True))
    assert bench.state() == "paused"
    bench.clinic.clock.advance(seconds=61)
    assert take_probe(bench.clinic.database) == WHOLE
    try_again(bench.clinic.database, WHOLE)
    assert bench.state() == "closed"


def test_an_answer_in_between_starts_the_count_anew(bench: Bench) -> None:
    bench.fail(1)
    bench.end(bench.take(), SENT, UP)
    assert bench.fail(1)[1] == [False]


def test_a_look_that_was_answered_counts_as_an_answer_of_the_service_and_not_of_its_jenis(
    bench: Bench,
) -> None:
    bench.fail(1)
    bench.end(bench.take(), POSTPONED, Heard(is_look=True))
    assert bench.fail(1)[1] == [False]
    bench.end(bench.take(), POSTPONED, Heard(is_look=True))
    assert bench.fail(1)[1] == [True]  # the third of its jenis


def test_three_jobs_of_a_jenis_that_fail_while_the_read_is_accepted_hold_that_jenis_alone(
    bench: Bench,
) -> None:
    bench.fail(3, "tambah-kunjungan")
    bench.judge(ACCEPTED)
    assert (bench.state(), bench.state(VISITS), bench.row(VISITS).reason) == ("closed", "open", WHY)
    registration = bench.clinic.hand_over("tambah-pendaftaran", "RM-a")
    bench.clinic.hand_over("tambah-kunjungan", "RM-b")
    assert bench.clinic.claim() == [registration]


def test_two_are_not_enough(bench: Bench) -> None:
    bench.fail(2, "tambah-kunjungan")
    bench.judge(ACCEPTED)
    assert bench.state(VISITS) == "closed"


def test_a_job_that_fails_again_after_others_passed_is_no_witness(bench: Bench) -> None:
    """Three poisoned visits among many good ones must not hold the good ones up."""
    poison, _ = bench.fail(2, "tambah-kunjungan")
    bench.judge(ACCEPTED)
    bench.end(bench.take("tambah-kunjungan"), VISITED, UP)
    for job_id in poison * 3:
        assert not bench.fail_again(job_id)
    (last,), _ = bench.fail(1, "tambah-kunjungan")
    bench.end(bench.take("tambah-kunjungan"), VISITED, UP)
    assert [bench.fail_again(job_id) for job_id in (*poison, last)] == [False] * 3
    assert stopped_services(bench.clinic.database) == []


def test_the_third_refused_alike_holds_its_jenis_and_none_of_them_has_failed(bench: Bench) -> None:
    ids = [bench.take("tambah-kunjungan") for _ in range(3)]
    for job_id in ids[:2]:
        bench.end(job_id, ALONE, REFUSED)
    assert [bench.clinic.status(job_id) for job_id in ids] == ["gagal", "gagal", "proses"]
    bench.end(ids[2], ALONE, REFUSED)
    jobs = [bench.clinic.job(job_id) for job_id in ids]
    assert [(job.status, job.reason, job.message) for job in jobs] == [
        ("menunggu", Reason.JENIS_HELD, REFUSED.refusal)
    ] * 3
    assert (bench.state(), bench.state(VISITS)) == ("closed", "paused")
    assert bench.clinic.claim() == []
    assert resume(bench.clinic.database, *PCARE)
    assert bench.clinic.claim() == ids


def test_what_was_on_its_way_when_its_jenis_was_held_waits_with_the_others(bench: Bench) -> None:
    late = bench.take("tambah-kunjungan")
    for _ in range(3):
        bench.end(bench.take("tambah-kunjungan"), ALONE, REFUSED)
    bench.end(late, ALONE, REFUSED)
    assert bench.clinic.status(late) == "menunggu"


def test_one_refused_among_good_ones_has_failed_alone(bench: Bench) -> None:
    for _ in range(4):
        refused = bench.take("tambah-kunjungan")
        bench.end(refused, ALONE, REFUSED)
        bench.end(bench.take("tambah-kunjungan"), VISITED, UP)
        assert bench.clinic.status(refused) == "gagal"
    assert stopped_services(bench.clinic.database) == []


def test_jobs_refused_alone_just_before_the_credential_was_found_refused_wait_after_all(
    bench: Bench,
) -> None:
    refused = bench.take()
    bench.end(refused, ALONE, REFUSED)
    bench.judge(Reading(Answer.REFUSED, "Login PCare ditolak."))
    assert bench.clinic.status(refused) == "menunggu"


def test_other_ways_to_fail_start_the_count_anew(bench: Bench) -> None:
    bench.fail(2, "tambah-kunjungan")
    bench.judge(ACCEPTED)
    bench.end(bench.take("tambah-kunjungan"), ALONE, REFUSED)
    assert bench.state(VISITS) == "closed"


def test_the_other_service_and_the_other_clinic_go_on(bench: Bench) -> None:
    bench.open()
    bench.clinic.hand_over("tambah-pendaftaran")
    free = [
        bench.clinic.hand_over("tambah-antrean"),
        bench.clinic.hand_over("tambah-pendaftaran", faskes="cabang"),
    ]
    assert bench.clinic.claim() == free


def test_while_a_service_is_down_jobs_wait_without_spending_attempts(bench: Bench) -> None:
    bench.open()
    job_id = bench.clinic.hand_over("tambah-pendaftaran", "RM-menunggu")
    bench.clinic.clock.advance(hours=5)
    assert bench.clinic.claim() == []
    assert not has_work(bench.clinic.database)
    assert (bench.clinic.status(job_id), bench.clinic.attempts(job_id)) == ("menunggu", [])


def test_one_prober_at_a_time_and_another_when_it_died(bench: Bench) -> None:
    bench.open()
    assert take_probe(bench.clinic.database) is None
    bench.clinic.clock.advance(seconds=5)
    assert take_probe(bench.clinic.database) == WHOLE
    assert take_probe(bench.clinic.database) is None
    bench.clinic.clock.advance(seconds=91)
    assert take_probe(bench.clinic.database) == WHOLE


def test_probes_come_at_growing_intervals_up_to_the_last_across_half_open_failures(bench: Bench) -> None:
    bench.open()
    waited = []
    for answered in (False, True, True, False):
        probe_at = bench.row().probe_at
        assert probe_at is not None
        waited.append((probe_at - bench.clinic.clock.now).total_seconds())
        bench.clinic.clock.now = probe_at
        assert take_probe(bench.clinic.database) == WHOLE
        if not answered:
            probe_failed(bench.clinic.database, *PCARE, "masih mati", probes=PROBES)
            continue
        try_again(bench.clinic.database, WHOLE)
        (job_id,) = bench.clinic.claim()
        assert move(bench.clinic.database, bench.clinic.held(job_id), POSTPONED, heard=DOWN)
        bench.judge(FAILS)
    assert waited == [5, 10, 60, 60]
    assert bench.row().since == MORNING + timedelta(seconds=2)


def test_a_probe_that_is_answered_lets_one_job_through_and_its_answer_all(bench: Bench) -> None:
    ids = bench.open(4)
    late = bench.clinic.hand_over("tambah-pendaftaran", "RM-late")
    try_again(bench.clinic.database, WHOLE)
    assert bench.state() == "half-open"
    # The oldest, alone; the wait of 20 minutes is over.
    assert bench.clinic.claim() == ids[:1]
    assert bench.clinic.claim() == []
    bench.end(ids[0], SENT, UP)
    assert bench.state() == "closed"
    assert bench.clinic.claim() == [*ids[1:], late]


def test_half_open_never_lets_the_job_through_that_failed_there_last(bench: Bench) -> None:
    ids = bench.open(3)
    tried = []
    for _ in range(4):
        try_again(bench.clinic.database, WHOLE)
        (job_id,) = bench.clinic.claim()
        tried.append(job_id)
        bench.end(job_id, POSTPONED, DOWN)
        bench.judge(FAILS)
        bench.clinic.clock.advance(minutes=30)
    assert tried[:3] == ids
    assert all(before != after for before, after in pairwise(tried))


def test_a_job_that_fails_half_open_while_the_read_is_accepted_is_charged_alone(bench: Bench) -> None:
    """Poison that is the oldest must not keep the service half-open until everything has waited for it."""
    ids = bench.open(2)
    try_again(bench.clinic.database, WHOLE)
    assert bench.clinic.claim() == ids[:1]
    assert bench.end(ids[0], POSTPONED, DOWN)
    assert bench.clinic.claim() == []  # until the answer
    bench.judge(ACCEPTED)
    assert bench.state() == "half-open"
    assert bench.clinic.claim() == ids[1:]
    bench.end(ids[1], SENT, UP)
    assert bench.state() == "closed"
    assert bench.clinic.claim() == ids[:1]  # the outage is over for the poison too


def test_a_service_for_which_only_the_poison_waits_is_closed(bench: Bench) -> None:
    ids = bench.open(2)
    close_by_hand(bench.clinic.database, ids[1], Settled.NOT_NEEDED, reason="contoh", by="Sari")
    try_again(bench.clinic.database, WHOLE)
    bench.clinic.claim()
    bench.end(ids[0], POSTPONED, DOWN)
    bench.judge(ACCEPTED)
    assert bench.state() == "closed"


def test_a_held_jenis_is_tried_soon_with_another_job_each_time(bench: Bench) -> None:
    """Bad visits that come first, each in its own way, hold up the good ones behind them for moments only."""
    bad, _ = bench.fail(3, "tambah-kunjungan")
    bench.judge(ACCEPTED)
    fresh = [bench.clinic.hand_over("tambah-kunjungan", f"RM-f{number}") for number in range(4)]
    waited, tried = [], []
    for heard in (REFUSED, DOWN, REFUSED, DOWN):
        bench.clinic.clock.advance(minutes=30)  # what failed is due again
        before = bench.row(VISITS).probe_at
        assert before is not None
        assert take_probe(bench.clinic.database) == VISITS
        try_again(bench.clinic.database, VISITS)
        (job_id,) = bench.clinic.claim()
        tried.append(job_id)
        bench.end(job_id, ALONE if heard is REFUSED else POSTPONED, heard)
        after = bench.row(VISITS).probe_at
        assert after is not None
        waited.append((after - bench.clinic.clock.now).total_seconds() + 1)  # `end` takes a second
    assert tried == fresh
    assert set(tried).isdisjoint(bad)
    assert waited == [0.5, 1, 2, 4]


def test_a_held_jenis_is_tried_by_one_job_at_a_time_and_never_the_last_that_failed(bench: Bench) -> None:
    ids, _ = bench.fail(3, "tambah-kunjungan")
    bench.judge(ACCEPTED)
    fresh = [bench.clinic.hand_over("tambah-kunjungan", f"RM-f{number}") for number in range(2)]
    bench.clinic.clock.advance(seconds=5)
    assert take_probe(bench.clinic.database) == VISITS
    try_again(bench.clinic.database, VISITS)
    assert bench.clinic.claim() == fresh[:1]
    registration = bench.clinic.hand_over("tambah-pendaftaran", "RM-r")
    assert bench.clinic.claim() == [registration]
    bench.end(fresh[0], POSTPONED, DOWN)
    assert bench.state(VISITS) == "open"
    bench.clinic.clock.advance(seconds=60)
    assert take_probe(bench.clinic.database) == VISITS
    try_again(bench.clinic.database, VISITS)
    (tried,) = bench.clinic.claim()
    assert tried == fresh[1]
    bench.end(tried, VISITED, UP)
    assert bench.state(VISITS) == "closed"
    assert set(bench.clinic.claim()) <= {*ids, fresh[0]}


def test_what_is_uncertain_is_looked_up_although_its_jenis_is_held(bench: Bench) -> None:
    ids = [bench.take("tambah-kunjungan") for _ in range(3)]
    for job_id in ids:
        number = bench.clinic.leave(job_id)
        bench.clinic.finish(job_id, Verdict(Status.TIDAK_PASTI, Reason.NO_ANSWER, WHY), attempt=number)
    bench.clinic.claim()
    for job_id in ids:
        bench.end(job_id, Verdict(Status.TIDAK_PASTI, Reason.NO_ANSWER, WHY), DOWN)
    bench.judge(ACCEPTED)
    assert bench.state(VISITS) == "open"
    assert sorted(bench.clinic.claim()) == ids


def test_a_call_that_cannot_be_looked_up_waits_for_its_held_jenis(bench: Bench) -> None:
    ids, _ = bench.fail(3, "panggil-antrean")
    judge(bench.clinic.database, "utama", Service.ANTREAN, ACCEPTED, probes=PROBES)
    with bench.clinic.database.write() as session:
        for job in session.query(Job):
            job.due_at = MORNING
    assert bench.clinic.claim() == []
    assert ids


def test_a_jenis_of_a_service_that_is_down_itself_waits_for_that(bench: Bench) -> None:
    bench.fail(3, "tambah-kunjungan")
    bench.judge(ACCEPTED)
    bench.open()
    bench.clinic.clock.advance(minutes=5)
    assert take_probe(bench.clinic.database) == WHOLE
    assert take_probe(bench.clinic.database) is None


def test_two_dispatchers_let_one_job_through_between_them(bench: Bench) -> None:
    bench.open(4)
    try_again(bench.clinic.database, WHOLE)
    taken = [claim(bench.clinic.database, owner=owner, limit=10, lease=LEASE) for owner in (ME, OTHER, ME)]
    assert [len(jobs) for jobs in taken] == [1, 0, 0]


def test_an_answer_that_was_still_on_its_way_closes_it_too(bench: Bench) -> None:
    on_its_way = bench.take()
    bench.open()
    bench.end(on_its_way, SENT, UP)
    assert bench.state() == "closed"


def test_without_waiting_jobs_an_answered_probe_closes_it(bench: Bench) -> None:
    ids = bench.open()
    for job_id in ids:
        close_by_hand(bench.clinic.database, job_id, Settled.NOT_NEEDED, reason="contoh", by="Sari")
    try_again(bench.clinic.database, WHOLE)
    assert bench.state() == "closed"


def test_a_pause_is_not_lifted_by_answers_nor_deepened_by_failures(bench: Bench) -> None:
    on_their_way = [bench.take() for _ in range(5)]
    pause(bench.clinic.database, *PCARE, "Login PCare ditolak.", mark="tanda")
    for job_id, heard in zip(on_their_way, (UP, DOWN, DOWN, DOWN, UP), strict=True):
        assert not bench.end(job_id, POSTPONED, heard)
    assert (bench.state(), bench.row().reason) == ("paused", "Login PCare ditolak.")
    assert resume(bench.clinic.database, *PCARE)
    assert bench.fail(1)[1] == [False]
    assert stopped_services(bench.clinic.database) == []


def test_a_service_that_is_down_can_be_paused(bench: Bench) -> None:
    bench.open()
    pause(bench.clinic.database, *PCARE, "Login PCare ditolak.", mark="tanda")
    bench.clinic.clock.advance(hours=1)
    assert bench.state() == "paused"
    assert take_probe(bench.clinic.database) is None


def test_what_bpjs_itself_put_off_is_not_brought_forward(bench: Bench) -> None:
    asked_to_wait = bench.take()
    later = Verdict(Status.MENUNGGU, Reason.BUSY, "sibuk", due_in=timedelta(minutes=10))
    bench.end(asked_to_wait, later, UP)
    ids = bench.open(3)
    try_again(bench.clinic.database, WHOLE)
    bench.end(bench.clinic.claim()[0], SENT, UP)
    assert bench.clinic.claim() == ids[1:]


def test_failures_noted_at_once_by_two_dispatchers_all_count(database: Database) -> None:
    """Two first failures both want to make the row; one of them asks."""
    clinic = Clinic(database)
    ids = [clinic.take(clinic.hand_over("tambah-pendaftaran", f"RM-{at}")) for at in range(3)]
    together = threading.Barrier(3)
    asked: list[bool] = []

    def end_one(job_id: int) -> None:
        together.wait()
        asked.append(move(clinic.database, clinic.held(job_id), POSTPONED, heard=DOWN))

    threads = [threading.Thread(target=end_one, args=(job_id,)) for job_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(asked) == [False, False, True]


ALLOWED = sorted((move, before) for move, step in MOVES.items() for before in step.before)
FORBIDDEN = sorted((move, state) for move in Move for state in State if state not in MOVES[move].before)
CALLS: dict[Move, Callable[[Bench], object]] = {
    Move.OPENED: lambda bench: bench.judge(FAILS),
    Move.PAUSED: lambda bench: bench.judge(Reading(Answer.REFUSED, "contoh")),
    Move.HALF_OPENED: lambda bench: try_again(bench.clinic.database, WHOLE),
    Move.REOPENED: lambda bench: bench.judge(FAILS),
    Move.CLOSED: lambda bench: hear(bench.clinic.database, WHOLE, 1, UP),
    Move.RESUMED: lambda bench: resume(bench.clinic.database, *PCARE),
}
# A harmless read that fails opens a service that flows, and opens one again that is tried again.
OPENS = {(Move.OPENED, State.HALF_OPEN), (Move.REOPENED, State.CLOSED)}


def put(bench: Bench, state: State) -> None:
    reason = None if state is State.CLOSED else "sebelumnya"
    row = ServiceState(faskes="utama", service="pcare", state=state.value, since=MORNING, reason=reason)
    with bench.clinic.database.write() as session:
        session.add(row)


@pytest.mark.parametrize(("move", "before"), ALLOWED)
def test_each_move_of_the_table_is_made(bench: Bench, move: Move, before: State) -> None:
    bench.clinic.hand_over("tambah-pendaftaran")
    put(bench, before)
    CALLS[move](bench)
    assert bench.state() == MOVES[move].after


@pytest.mark.parametrize(("move", "before"), FORBIDDEN)
def test_no_other_move_is_made(bench: Bench, move: Move, before: State) -> None:
    bench.clinic.hand_over("tambah-pendaftaran")
    put(bench, before)
    CALLS[move](bench)
    assert bench.state() == (State.OPEN if (move, before) in OPENS else before)


def test_a_form_takes_no_second_job_while_a_service_is_tried_again(clinic: Clinic) -> None:
    bench = Bench(clinic)
    bench.open()
    first, second = (clinic.hand_over("tambah-pendaftaran", norm) for norm in ("RM-1", "RM-2"))
    try_again(clinic.database, WHOLE)
    clinic.take(first)
    refused = claim_one(clinic.database, second, owner=OTHER, lease=LEASE)
    assert isinstance(refused, Waiting)
    assert "dicoba lagi" in refused.why
    bench.end(first, SENT, UP)
    clinic.take(second)


def test_a_form_takes_no_more_than_the_clinic_may_have_at_once(clinic: Clinic) -> None:
    first, second = (clinic.hand_over("tambah-pendaftaran", norm) for norm in ("RM-1", "RM-2"))
    clinic.take(first)
    one_at_a_time = {"room": lambda _service, in_hand: 1 - in_hand}
    refused = claim_one(clinic.database, second, owner=OTHER, lease=LEASE, **one_at_a_time)
    assert isinstance(refused, Waiting)
    clinic.finish(first, SENT)
    assert isinstance(
        claim_one(clinic.database, second, owner=OTHER, lease=LEASE, **one_at_a_time), ClaimedJob
    )


def test_a_service_that_nobody_tries_after_all_flows_at_the_next_probe(clinic: Clinic) -> None:
    """Half-open, and what was to try it is gone or cannot go: it does not stay so."""
    bench = Bench(clinic)
    waiting = bench.open()
    try_again(clinic.database, WHOLE)
    assert bench.state(WHOLE) == State.HALF_OPEN
    for job_id in waiting:
        close_by_hand(clinic.database, job_id, Settled.NOT_NEEDED, reason="x", by="Rina")
    assert take_probe(clinic.database) is None
    clinic.clock.advance(seconds=91)
    assert take_probe(clinic.database) == WHOLE
    try_again(clinic.database, WHOLE)
    assert bench.state(WHOLE) == State.CLOSED


def test_a_half_open_service_does_not_wait_for_what_its_half_open_jenis_passes_by(clinic: Clinic) -> None:
    job_id = clinic.hand_over("tambah-kunjungan", "RM-1")
    with clinic.database.write() as session:
        for who, failed in ((WHOLE, None), (VISITS, [job_id])):
            state = {"state": State.HALF_OPEN.value, "since": MORNING, "reason": WHY, "probe_at": MORNING}
            session.add(ServiceState(**who._asdict(), **state, failed_jobs=failed))
    taken: list[int] = []
    for _ in range(4):
        taken += clinic.claim()
        if (due := take_probe(clinic.database)) is not None:
            try_again(clinic.database, due)
        clinic.clock.advance(seconds=91)
    assert taken == [job_id]
