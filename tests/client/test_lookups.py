"""Questions about one member, visit or referral: asked of BPJS, kept for a short while."""

from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import pytest

from bpjs_client.errors import BpjsError, NotFound, Rejected, Temporary, Unauthorized
from bpjs_client.jobs import Bpjs
from bpjs_client.lookups import Lookups
from bpjs_client.settings import BpjsSettings

CARD, NIK, DAY = "0001234567890", "3200000000000001", date(2026, 9, 14)


class Server:
    """Answers everything with one answer, and keeps what it was asked."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.raw_path.decode().partition("/pcare-rest/")[2])
        return self.answer


def pcare(code: int | None, response: Any, message: str = "OK", http: int | None = None) -> httpx.Response:
    return httpx.Response(
        http or code or 200, json={"response": response, "metaData": {"code": code, "message": message}}
    )


def lookups(server: Server, clock: Callable[[], float] = lambda: 0.0) -> Lookups:
    return Lookups(Bpjs(BpjsSettings(_env_file=None), transport=httpx.MockTransport(server)), clock=clock)


Question = Callable[[Lookups], object]

REFERRED = "spesialis/rujuk"
QUESTIONS: list[tuple[Question, str]] = [
    (lambda ask: ask.peserta(CARD), f"peserta/{CARD}"),
    (lambda ask: ask.peserta(NIK), f"peserta/nik/{NIK}"),
    (lambda ask: ask.riwayat_kunjungan(CARD), f"kunjungan/peserta/{CARD}"),
    (lambda ask: ask.rujukan("0123/../x"), "kunjungan/rujukan/0123%2F..%2Fx"),
    (lambda ask: ask.faskes_subspesialis("3", DAY), f"{REFERRED}/subspesialis/3/sarana/0/tglEstRujuk/14-09-2026"),
    (lambda ask: ask.faskes_subspesialis("3", DAY, "1"), f"{REFERRED}/subspesialis/3/sarana/1/tglEstRujuk/14-09-2026"),
    (lambda ask: ask.faskes_khusus("HDL", CARD, DAY), f"{REFERRED}/khusus/HDL/noKartu/{CARD}/tglEstRujuk/14-09-2026"),
    (lambda ask: ask.faskes_khusus("hem", CARD, DAY, "3"), f"{REFERRED}/khusus/HEM/subspesialis/3/noKartu/{CARD}/tglEstRujuk/14-09-2026"),
    (lambda ask: ask.faskes_khusus("THA", CARD, DAY, "26"), f"{REFERRED}/khusus/THA/subspesialis/26/noKartu/{CARD}/tglEstRujuk/14-09-2026"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "path"), QUESTIONS)
def test_each_question_has_its_path(question: Question, path: str) -> None:
    server = Server(pcare(200, {"list": [{"a": 1}]}))

    question(lookups(server))

    assert server.asked == [path]


REFUSED: list[Question] = [
    lambda ask: ask.peserta("123"),
    lambda ask: ask.peserta(f"{CARD}/x"),
    lambda ask: ask.peserta("\N{ARABIC-INDIC DIGIT ONE}" * 13),
    lambda ask: ask.riwayat_kunjungan(NIK),
    lambda ask: ask.faskes_khusus("THA", CARD, DAY),
    lambda ask: ask.faskes_khusus("hem", CARD, DAY, "4"),
    lambda ask: ask.faskes_khusus("HDL", CARD, DAY, "3"),
    lambda ask: ask.faskes_khusus("HDL", "1", DAY),
    lambda ask: ask.faskes_khusus("", CARD, DAY),
    lambda ask: ask.faskes_subspesialis(" ", DAY),
    lambda ask: ask.faskes_subspesialis("3", DAY, " "),
    lambda ask: ask.faskes_subspesialis("3", DAY, ""),
    lambda ask: ask.rujukan(""),
    lambda ask: ask.rujukan("\udcff"),
]


@pytest.mark.parametrize("question", REFUSED)
def test_what_cannot_be_asked_is_refused_without_asking_and_without_quoting(question: Question) -> None:
    server = Server(pcare(200, None))

    with pytest.raises(ValueError, match=r"^[A-Z]") as refusal:
        question(lookups(server))
    assert server.asked == []
    assert not any(number in str(refusal.value) for number in (CARD, NIK, "123"))


NOBODY = [
    pcare(200, None),
    pcare(200, ""),
    pcare(200, []),
    pcare(204, None, http=200),
    httpx.Response(204),
    httpx.Response(200),
    pcare(404, None, "Peserta tidak ditemukan"),
]


@pytest.mark.parametrize("answer", NOBODY)
def test_every_form_of_no_data_is_nobody(answer: httpx.Response) -> None:
    assert lookups(Server(answer)).peserta(CARD) is None
    assert lookups(Server(answer)).riwayat_kunjungan(CARD) == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(404, text="<html>"), Unauthorized),
        (httpx.Response(404), Unauthorized),
        (httpx.Response(404, json={"message": "no Route matched"}), Unauthorized),
        (pcare(None, None, "Not Found", http=404), NotFound),  # without BPJS's own code
    ],
)
def test_a_gateways_404_is_not_nobody(answer: httpx.Response, kind: type[BpjsError]) -> None:
    for ask in ("peserta", "riwayat_kunjungan"):
        with pytest.raises(kind):
            getattr(lookups(Server(answer)), ask)(CARD)


@pytest.mark.parametrize("response", [["x"], [{"noKartu": CARD}], 5, True, 0, False])
def test_what_cannot_be_read_is_not_nobody(response: Any) -> None:
    with pytest.raises(Temporary) as failure:
        lookups(Server(pcare(200, response))).peserta(CARD)
    assert CARD not in f"{failure.value!r} {failure.value}"


def test_a_visit_without_a_referral_is_said_in_bpjs_words() -> None:
    with pytest.raises(Rejected, match="Data rujukan tidak ditemukan"):
        lookups(Server(pcare(412, None, "Data rujukan tidak ditemukan"))).rujukan("1")


def test_an_answer_is_kept_for_two_minutes() -> None:
    now = [0.0]
    server = Server(pcare(200, {"noKartu": CARD}))
    ask = lookups(server, clock=lambda: now[0])

    assert ask.peserta(CARD) == ask.peserta(CARD) == {"noKartu": CARD}
    assert len(server.asked) == 1
    now[0] = 121.0
    ask.peserta(CARD)
    assert len(server.asked) == 2


def test_what_a_caller_does_to_its_list_does_not_reach_the_kept_one() -> None:
    ask = lookups(Server(pcare(200, {"count": 1, "list": [{"noKunjungan": "1"}]})))

    ask.riwayat_kunjungan(CARD).clear()

    assert ask.riwayat_kunjungan(CARD) == [{"noKunjungan": "1"}]


def test_a_failure_is_not_kept() -> None:
    server = Server(httpx.Response(503, text="<html>"))
    ask = lookups(server)
    with pytest.raises(Temporary):
        ask.peserta(CARD)
    server.answer = pcare(200, {"noKartu": CARD})

    assert ask.peserta(CARD) == {"noKartu": CARD}
