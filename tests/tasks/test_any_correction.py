"""Whatever is handed over, corrected, deleted, lost or typed by hand: `terkirim` is what BPJS holds.

The simulator is the truth. Two patients share norm, service date and poli, and at times the clinic hands
the same visit over under another norm, or in a chain that it names.
"""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from pydantic import SecretStr

from bpjs_client.jenis import DELETIONS, Jenis
from bpjs_simulator.web_app import WebAppRefusal
from database import enqueue, open_database
from database.errors import MoveRefused
from database.jobs.by_hand import Settled, close_by_hand
from database.jobs.chain import waits_for
from database.jobs.resend import Resend, ask_again
from database.settings import DatabaseSettings
from database.status import UNFINISHED, Status
from database.storage.models import Attempt, Job
from database.vocabulary import Reason
from tests.database.clinic import FakeClock
from tests.tasks.bodies import BODIES
from tests.tasks.day import Day
from tests.tasks.simulated import AFTER, BEFORE, SimulatedBpjs

CARDS = ("0001000000001", "0001000000002")
DAY, POLI, PROVIDER = "14-09-2026", "001", "01234567"
VISIT = {**BODIES["tambah-kunjungan"], "kdDokter": "200101"}
# Of a content what the history shows, and what it does not.
CONTENTS: tuple[dict[str, Any], ...] = ({}, {"kdDiag1": "A01"}, {"keluhan": "demam"}, {"kdDiag1": "J01"})
REGISTERED: tuple[dict[str, Any], ...] = ({}, {"kunjSakit": False}, {"keluhan": "demam"})
SHOWN = ("kdDiag1", "kdDiag2", "kdDiag3", "kdDokter", "kdStatusPulang")
SHOWN_OF_REGISTRATION = ("kunjSakit", "kdTkp")
FRAMES: tuple[dict[str, str], ...] = ({}, {}, {"norm": "RM-1"}, {"rantai": "keluarga-7"})
CREATIONS = {"tambah-kunjungan": CONTENTS, "tambah-pendaftaran": REGISTERED}
HOUR = 3600

patients = st.sampled_from(CARDS)
contents = st.sampled_from(CONTENTS)
frames = st.sampled_from(FRAMES)


class AnyCorrection(RuleBasedStateMachine):
    """A clinic, its BPJS, and people who type into PCare's own page."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="bpjs-")
        clock, url = FakeClock(), SecretStr(f"sqlite:///{Path(self.folder.name) / 'bpjs.db'}")
        self.database = open_database(DatabaseSettings(database_url=url), clock=clock)
        self.bpjs = SimulatedBpjs()
        self.day = Day(self.database, clock, self.bpjs)
        self.by_hand: set[str] = set()  # numbers that somebody typed or removed in PCare itself

    @initialize(frame=frames, is_there=st.booleans())
    def begin(self, frame: dict[str, str], is_there: bool) -> None:
        """On most days both have been there already, and at times in one named chain."""
        if is_there:
            for card in CARDS:
                for jenis in ("tambah-pendaftaran", "tambah-kunjungan"):
                    self.create(card, jenis, 0, frame)
            self.day.pass_time(5)

    @rule(card=patients, jenis=st.sampled_from([*CREATIONS]), pick=st.integers(0, 3), frame=frames)
    def create(self, card: str, jenis: str, pick: int, frame: dict[str, str]) -> None:
        body = VISIT if jenis == "tambah-kunjungan" else BODIES[jenis]
        content = CREATIONS[jenis][pick % len(CREATIONS[jenis])]
        self._hand_over(jenis, {**body, "noKartu": card, **content}, frame)

    @rule(card=patients, jenis=st.sampled_from(["hapus-kunjungan", "hapus-pendaftaran"]), frame=frames)
    def delete(self, card: str, jenis: str, frame: dict[str, str]) -> None:
        self._hand_over(jenis, {"noKartu": card, "tglDaftar": DAY, "kdPoli": POLI}, frame)

    @rule(card=patients, pick=st.integers(0, 5), spelt=st.sampled_from([str, str.lower, str.strip]))
    def delete_a_number(self, card: str, pick: int, spelt: Callable[[str], str]) -> None:
        """Perhaps gone since, and whosever it is; of what was typed by hand only the card's own."""
        numbers = [*self.bpjs.owners]
        if numbers:
            number = numbers[pick % len(numbers)]
            named = self.bpjs.owners[number] if number in self.by_hand else card
            self._hand_over("hapus-kunjungan", {"noKunjungan": spelt(number), "noKartu": named}, {})

    @rule(pick=st.integers(0, 30), patch=st.sampled_from([*CONTENTS, *REGISTERED, {"noKartu": CARDS[0]}]))
    def correct(self, pick: int, patch: dict[str, Any]) -> None:
        """A number that was typed by hand stays with its card: nobody here knows whose it is."""
        jobs = [job for job in self._jobs() if "noKartu" not in patch or job.jenis in CREATIONS]
        if jobs:
            with suppress(MoveRefused):
                ask_again(self.database, jobs[pick % len(jobs)].id, Resend(patch=patch, by="Rina"))

    @rule(pick=st.integers(0, 30))
    def send_again_with_many(self, pick: int) -> None:
        jobs = self._jobs()
        if jobs:
            with suppress(MoveRefused):
                asked = Resend(by="Rina", may_replace=False)
                ask_again(self.database, jobs[pick % len(jobs)].id, asked)

    @rule(pick=st.integers(0, 30), how=st.sampled_from(Settled))
    def close(self, pick: int, how: Settled) -> None:
        """Rightly or not."""
        jobs = self._jobs()
        if jobs:
            with suppress(MoveRefused):
                close_by_hand(self.database, jobs[pick % len(jobs)].id, how, reason="dicek", by="Rina")

    @rule(lost=st.lists(st.sampled_from(["", BEFORE, AFTER]), min_size=1, max_size=4))
    def lose(self, lost: list[str]) -> None:
        self.bpjs.lose.extend(lost)

    @rule(seconds=st.sampled_from([1, 10, 120, HOUR]))
    def time_passes(self, seconds: int) -> None:
        self.day.pass_time(seconds)

    @rule(card=patients, content=contents)
    def type_visit(self, card: str, content: dict[str, Any]) -> None:
        typed = {**VISIT, "noKartu": card, **content}
        with suppress(WebAppRefusal):
            number = self.bpjs.double.web_app.hold_kunjungan(typed, PROVIDER)
            self.by_hand.add(number)
            self.bpjs.owners[number] = card

    @rule(card=patients, content=st.sampled_from(REGISTERED))
    def type_registration(self, card: str, content: dict[str, Any]) -> None:
        typed = {**BODIES["tambah-pendaftaran"], "noKartu": card, **content}
        with suppress(WebAppRefusal):
            self.by_hand.add(self.bpjs.double.web_app.hold_pendaftaran(typed, PROVIDER))

    @rule(pick=st.integers(0, 5))
    def remove_visit(self, pick: int) -> None:
        numbers = list(self.bpjs.held_visits())
        if numbers:
            number = numbers[pick % len(numbers)]
            self.by_hand.add(number)
            self.bpjs.double.web_app.remove_kunjungan(number)

    def teardown(self) -> None:
        try:
            self.bpjs.lose.clear()
            self.day.pass_time(2 * HOUR)
            for job in self._jobs():
                self._judge(job)
        finally:
            self.database.close()
            self.folder.cleanup()

    def _judge(self, job: Job) -> None:
        if job.status in UNFINISHED:
            assert job.reason or self._waits(job), (job.id, job.jenis, job.status)
            return
        if job.status != Status.TERKIRIM:
            return
        if job.jenis == Jenis.TAMBAH_KUNJUNGAN and job.reason != Reason.REPLACED:
            self._judge_visit(job)
        if job.jenis == Jenis.TAMBAH_PENDAFTARAN and job.reason != Reason.REPLACED:
            self._judge_registration(job)
        if job.jenis == Jenis.HAPUS_KUNJUNGAN:
            number = self._sent(job).get("noKunjungan", "").upper()
            assert number not in self.bpjs.held_visits()
            assert self.bpjs.owners.get(number, job.body["noKartu"]) == job.body["noKartu"]

    def _waits(self, job: Job) -> bool:
        with self.database.read() as session:
            return waits_for(session, job.id) is not None

    def _judge_visit(self, job: Job) -> None:
        number = (job.result or {})["noKunjungan"]
        assert self.bpjs.owners[number] == job.body["noKartu"]
        held = self.bpjs.held_visits().get(number)
        if held is None:
            assert number in self.by_hand or self._is_deleted(number), "what is terkirim is not there"
            return
        assert held["noKartu"] == job.body["noKartu"]
        # Of what somebody typed in PCare, and never came from here, only what is shown can be compared.
        names = SHOWN if number in self.by_hand else held.keys() - {"noKunjungan"}
        assert {name: held.get(name) for name in names} == {name: job.body.get(name) for name in names}

    def _judge_registration(self, job: Job) -> None:
        number = (job.result or {})["noUrut"]
        rows = {row["noUrut"]: row["body"] for row in self.bpjs.double.ledger()["pendaftaran"]}
        held = rows.get(number)
        if held is None:
            assert self._is_deleted(number), "what is terkirim is not there"
            return
        names = SHOWN_OF_REGISTRATION if number in self.by_hand else held.keys()
        names = {"noKartu", *names}
        assert {name: held.get(name) for name in names} == {name: job.body.get(name) for name in names}

    def _is_deleted(self, number: str) -> bool:
        removals = (job for job in self._jobs() if job.jenis in DELETIONS)
        return any(number in self._sent(job).values() for job in removals)

    def _sent(self, job: Job) -> dict[str, Any]:
        with self.database.read() as session:
            rows = session.query(Attempt).filter_by(job_id=job.id).order_by(Attempt.number.desc())
            return next((dict(row.request) for row in rows if row.request), {})

    def _hand_over(self, jenis: str, body: dict[str, Any], frame: dict[str, str]) -> None:
        kunci, norm = f"{jenis}-{len(self._jobs())}", frame.get("norm", "-")
        chain = frame.get("rantai")
        enqueue(jenis, norm, "Pasien Contoh", body, database=self.database, kunci=kunci, rantai=chain)

    def _jobs(self) -> list[Job]:
        with self.database.read() as session:
            return list(session.query(Job).order_by(Job.id))


TestAnyCorrection = AnyCorrection.TestCase
TestAnyCorrection.settings = settings(
    max_examples=12,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
