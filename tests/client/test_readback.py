"""Looking up what PCare already holds never mistakes "unreadable" or "one page more" for "not there"."""

from datetime import date
from typing import Any

import httpx
import pytest

from bpjs_client.bodies import VisitKey
from bpjs_client.errors import BpjsError, NotFound, Temporary, Unauthorized
from bpjs_client.jenis import Service

from .samples import CARD, answering, clinic, encrypted, envelope

KEY = VisitKey(CARD, date(2026, 9, 14), "001")
OTHER_CARD = "0009999999999"


def registration(number: Any, card: str | None = CARD, poli: str = "001") -> dict[str, Any]:
    return {"noUrut": number, "peserta": {"noKartu": card}, "poli": {"kdPoli": poli}, "status": "Baru"}


def visit(
    number: Any, day: str | None = "14-09-2026", poli: str = "001", provider: str = "01234567"
) -> dict[str, Any]:
    return {
        "noKunjungan": number,
        "tglKunjungan": day,
        "poli": {"kdPoli": poli},
        "providerPelayanan": {"kdProvider": provider},
    }


class Day:
    """A PCare that serves one day's registrations in pages of at most `cap` rows."""

    def __init__(
        self, rows: list[dict[str, Any]], cap: int = 1000, count: str = "total", base: int = 0
    ) -> None:
        self.rows, self.cap, self.count, self.base = rows, cap, count, base
        self.asked: list[tuple[str, int]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        *_, day, start, limit = request.url.path.split("/")
        self.asked.append((day, int(start)))
        begin = max(int(start) - self.base, 0)
        page = self.rows[begin : begin + min(int(limit), self.cap)]
        content = {"count": len(page if self.count == "page" else self.rows), "list": page}
        return httpx.Response(200, json=envelope(Service.PCARE, 200, "OK", encrypted(content, request)))


OTHERS = [registration(f"A{number}", OTHER_CARD) for number in range(230)]


@pytest.mark.parametrize("cap", [2, 7, 100, 1000])
@pytest.mark.parametrize("count", ["page", "total"])
@pytest.mark.parametrize("base", [0, 1])
def test_a_registration_on_the_last_page_is_found(cap: int, count: str, base: int) -> None:
    handler = Day([*OTHERS, registration("B12")], cap, count, base)

    assert clinic(handler).find_pendaftaran(KEY) == "B12"
    assert handler.asked[0] == ("14-09-2026", 0)


@pytest.mark.parametrize("rows", [[], OTHERS, [registration("B1", poli="002")], [registration("B1", None)]])
def test_a_registration_that_is_not_there_is_none(rows: list[dict[str, Any]]) -> None:
    assert clinic(Day(rows)).find_pendaftaran(KEY) is None


def test_a_server_that_ignores_paging_does_not_hold_us_for_ever() -> None:
    handler = answering(200, envelope(Service.PCARE, 200, "OK", {"count": 9000, "list": OTHERS[:5]}))

    assert clinic(handler).find_pendaftaran(KEY) is None


BEFORE, FOUND = "012345670926Y000122", "012345670926Y000123"
VISITS = [
    ([visit(FOUND)], FOUND),
    ([visit(BEFORE, day="13-09-2026"), visit(FOUND)], FOUND),
    ([visit(FOUND, day="14-09-2026 08:15:00")], FOUND),
    ([visit("null"), visit(FOUND)], FOUND),
    ([visit(FOUND, provider="99999999")], None),
    ([visit(FOUND, poli="002")], None),
    ([visit(FOUND, day=None)], None),
    ([], None),
]


@pytest.mark.parametrize(("rows", "number"), VISITS)
def test_a_visit_is_found_by_own_provider_day_and_poli(
    rows: list[dict[str, Any]], number: str | None
) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        assert request.url.path == f"/pcare-rest/kunjungan/peserta/{CARD}"
        return httpx.Response(
            200, json=envelope(Service.PCARE, 200, "OK", {"count": len(rows), "list": rows})
        )

    assert clinic(handle).find_kunjungan(KEY) == number


@pytest.mark.parametrize("number", [None, "", "-", 0, "0", "null", "Anull", "A 1", {"nomor": "A1"}])
def test_a_registration_whose_number_is_no_number_is_there_all_the_same(number: Any) -> None:
    with pytest.raises(Temporary, match="Ada di daftar BPJS, tetapi tanpa nomor"):
        clinic(Day([*OTHERS, registration(number)])).find_pendaftaran(KEY)


@pytest.mark.parametrize("number", [None, "", "-", 0, "null", "B12", "0099B0011126Ynull", "0099B0011126Y"])
def test_a_visit_whose_number_is_no_number_is_there_all_the_same(number: Any) -> None:
    page = envelope(Service.PCARE, 200, "OK", {"count": 1, "list": [visit(number)]})

    with pytest.raises(Temporary, match="Ada di daftar BPJS, tetapi tanpa nomor"):
        clinic(answering(200, page)).find_kunjungan(KEY)


@pytest.mark.parametrize("look", ["find_pendaftaran", "find_kunjungan"])
@pytest.mark.parametrize("response", [{"a": 1}, {"list": "x"}, [1], 7, "rusak", [["baris"]]])
def test_a_list_that_cannot_be_read_is_not_taken_for_nothing_there(look: str, response: Any) -> None:
    bpjs = clinic(answering(200, envelope(Service.PCARE, 200, "OK", response)))

    with pytest.raises(Temporary):
        getattr(bpjs, look)(KEY)


@pytest.mark.parametrize("look", ["find_pendaftaran", "find_kunjungan"])
def test_bpjs_own_404_is_nothing_there(look: str) -> None:
    bpjs = clinic(answering(404, envelope(Service.PCARE, 404, "Data tidak ditemukan")))

    assert getattr(bpjs, look)(KEY) is None


@pytest.mark.parametrize("look", ["find_pendaftaran", "find_kunjungan"])
@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (404, "<html>", Unauthorized),
        (404, None, Unauthorized),
        (404, {"message": "no Route matched"}, Unauthorized),
        (404, envelope(Service.PCARE, None, "Not Found"), NotFound),  # without BPJS's own code
        (503, None, Temporary),
        (200, "<html>", Temporary),
    ],
)
def test_a_gateways_answer_says_nothing_about_patients(
    look: str, status: int, content: Any, kind: type[BpjsError]
) -> None:
    with pytest.raises(BpjsError) as caught:
        getattr(clinic(answering(status, content)), look)(KEY)

    assert type(caught.value) is kind
