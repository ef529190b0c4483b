"""From no sequence of answers to one job can another job, which BPJS would take, be kept waiting for long."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bpjs_client.jenis import Jenis
from database import open_database
from database.settings import DatabaseSettings
from tests.database.clinic import FakeClock
from tests.tasks.day import NET_ERROR, Bpjs, Day, card_of, page
from tests.tasks.desk import antrean, pcare

LONGEST_SECONDS = 10
POISON = 1


def cut(kind: type[httpx.TransportError]) -> httpx.TransportError:
    return kind("cut")


ANSWERS: dict[str, httpx.Response | httpx.TransportError | None] = {
    "as BPJS would": None,
    "a .NET error": NET_ERROR,
    "a page with 200": page(200),
    "a page with 400": page(400),
    "a page with 403": page(403),
    "a page with 502": page(502),
    "not granted": pcare(404, "Unauthorized! You are not registered for this service!"),
    "no mapping": pcare(404, "No Mapping Rule matched"),
    "login": pcare(401, "Username atau password PCare salah"),
    "an unknown 401": pcare(401, "Peserta tidak berhak"),
    "antrean's signature": antrean(201, "Signature tidak sesuai"),
    "a gateway's 404": httpx.Response(404, json={"message": "no Route matched with those values"}),
    "forbidden": httpx.Response(403, json={"message": "Forbidden"}),
    "busy": httpx.Response(429, headers={"Retry-After": "3600"}),
    "refused for its data": pcare(412, "PRECONDITION_FAILED", [{"field": "kdPoli", "message": "salah"}]),
    "already there": pcare(401, "Peserta sudah di-entri di poli yang sama pada hari yang sama."),
    "unreadable": httpx.Response(200, text="%%%"),
    "empty": httpx.Response(200),
    "no answer": cut(httpx.ReadTimeout),
    "cut": cut(httpx.RemoteProtocolError),
    "unreachable": cut(httpx.ConnectError),
}


class Poisoned(Bpjs):
    """Answers the requests about one card, reads too, from a list, the last for ever."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(self._next)
        self._names = names

    def _next(self, request: httpx.Request) -> httpx.Response | None:
        if card_of(request) != f"0001{POISON:09}":
            return None
        answer = ANSWERS[self._names.pop(0) if len(self._names) > 1 else self._names[0]]
        if isinstance(answer, httpx.TransportError):
            answer.request = request
            raise answer
        return answer


@contextmanager
def a_day(bpjs: Bpjs, migrated: Path) -> Iterator[Day]:
    clock = FakeClock()
    with tempfile.TemporaryDirectory(prefix="bpjs-") as folder:
        file = shutil.copy(migrated, folder)
        database = open_database(DatabaseSettings(database_url=SecretStr(f"sqlite:///{file}")), clock=clock)
        yield Day(database, clock, bpjs)
        database.close()


GOOD = ("tambah-antrean", "tambah-pendaftaran")


@pytest.mark.long
@given(
    answers=st.lists(st.sampled_from(sorted(ANSWERS)), min_size=1, max_size=6),
    poison=st.sampled_from(sorted(set(Jenis) - {Jenis.HAPUS_KUNJUNGAN, Jenis.HAPUS_PENDAFTARAN})),
    pauses=st.lists(st.sampled_from([0, 1, 7, 61, 1800]), min_size=1, max_size=4),
)
@settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_others_leave_within_seconds_whatever_one_job_is_answered(
    migrated_sqlite: Path, answers: list[str], poison: Jenis, pauses: list[int]
) -> None:
    with a_day(Poisoned(list(answers)), migrated_sqlite) as day:
        day.hand_over(poison.value, POISON)
        for number, pause in enumerate(pauses, start=2):
            day.pass_time(pause)
            good = [day.hand_over(jenis, number) for jenis in GOOD]
            handed_over = day.clock.now
            day.pass_time(LONGEST_SECONDS)
            for job in map(day.job, good):
                assert job.status == "terkirim", (job.jenis, job.message, day.held())
                assert job.sent_at is not None
                assert (job.sent_at - handed_over).total_seconds() <= LONGEST_SECONDS
