"""What BPJS said is found wherever it stands in an answer, and is shown within limits."""

from typing import Any

import pytest

from bpjs_client.errors import AlreadyThere, BpjsError, NeedsPatient, Rejected
from bpjs_client.jenis import Jenis, Service

from .samples import BODIES, CARD, answering, clinic

ADD, REGISTER = Jenis.TAMBAH_ANTREAN, Jenis.TAMBAH_PENDAFTARAN
TOLD = "Kuota dokter penuh"

ANTREAN = [
    {"metadata": {"code": 201, "message": TOLD}, "response": None},
    {"metadata": {"code": 201, "msg": TOLD}, "response": None},
    {"metadata": {"code": 201, "message": "", "msg": TOLD}, "response": None},
    {"metadata": {"code": 201, "message": None, "Messages": [TOLD]}, "response": None},
    {"metadata": {"code": 201, "Message": TOLD}, "response": None},
    {"metadata": {"code": 201, "error": {"message": TOLD}}, "response": None},
    {"metadata": {"code": 201, "keterangan": TOLD}, "response": None},
    {"metadata": {"code": 201, "message": ""}, "response": {"keterangan": TOLD}},
    {"metadata": {"code": 201, "message": ""}, "response": {"message": TOLD}},
    {"metadata": {"code": 201, "message": ""}, "response": {"msg": TOLD, "status": 3}},
    {"metadata": {"code": 201, "message": ""}, "response": [{"keterangan": TOLD}]},
    {"metadata": {"code": 201, "message": ""}, "response": TOLD},
    {"metadata": {"code": 201, "message": " ", "error": 7}, "response": [TOLD]},
    {"metadata": {"code": 201}, "response": None, "message": TOLD},
    {"metadata": {"code": 201, "message": "PRECONDITION_FAILED"}, "response": {"keterangan": TOLD}},
]
FOREIGN = [
    *({name: TOLD} for name in ("message", "Message", "msg", "messages", "error", "detail", "title")),
    {"error": "", "error_description": TOLD},
    {"error": True, "detail": TOLD},
    {"error": {"code": 404, "message": TOLD}},
    {"errors": [{"detail": TOLD}]},
    {"type": "about:blank", "status": 400, "title": TOLD},
    [{"message": TOLD}],
    TOLD,
]


def refused(jenis: Jenis, status: int, content: object) -> BpjsError:
    told = f'"{content}"' if isinstance(content, str) else content
    with pytest.raises(BpjsError) as caught:
        clinic(answering(status, told)).send(jenis, BODIES[jenis])
    return caught.value


@pytest.mark.parametrize("content", ANTREAN)
def test_bpjs_words_are_found_wherever_they_stand_in_its_envelope(content: Any) -> None:
    error = refused(ADD, 200, content)

    assert (type(error), error.reason, error.words) == (Rejected, TOLD, TOLD)


@pytest.mark.parametrize("content", FOREIGN)
def test_the_words_of_a_gateway_are_found_wherever_they_stand(content: Any) -> None:
    error = refused(REGISTER, 400, content)

    assert error.words == TOLD


@pytest.mark.parametrize(
    "content",
    [
        {"metadata": {"code": 201, "message": ""}, "response": None},
        {"metadata": {"code": 201, "msg": "-", "error": 0}, "response": {"status": 3, "keterangan": "…"}},
        {"metadata": {"code": 201, "error": {"a": {"b": {"message": "terlalu dalam"}}}}, "response": []},
    ],
)
def test_an_answer_without_words_is_said_to_have_none(content: Any) -> None:
    error = refused(ADD, 200, content)

    assert (error.reason, error.words) == ("BPJS menolak dengan kode 201 tanpa penjelasan.", "")


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Peserta sudah terdaftar di poli tersebut pada hari ini", AlreadyThere),
        ("Anda belum melakukan skrining kesehatan.", NeedsPatient),
    ],
)
@pytest.mark.parametrize("place", ["msg", "keterangan"])
def test_what_words_mean_does_not_depend_on_where_they_stand(
    words: str, kind: type[BpjsError], place: str
) -> None:
    metadata = {"code": 201, "message": ""}
    content = {"metadata": metadata | ({place: words} if place == "msg" else {}), "response": {place: words}}

    assert type(refused(ADD, 200, content)) is kind


def test_a_field_keeps_its_name_whatever_its_words_are_called() -> None:
    content = {
        "metaData": {"code": 412, "message": ""},
        "response": [{"field": "kdPoli", "keterangan": TOLD}],
    }

    assert refused(REGISTER, 412, content).reason == f"kdPoli: {TOLD}"


def test_a_number_is_taken_from_nowhere_but_its_message() -> None:
    content = {"metaData": {"code": 201}, "response": {"field": "noUrut", "message": "", "keterangan": "B12"}}

    assert refused(REGISTER, 201, content).outcome == "unknown"


@pytest.mark.parametrize("place", ["message", "keterangan", "field"])
@pytest.mark.parametrize("letter", ["x", "é", "x 1 ", f"kartu {CARD};"])
def test_words_without_end_are_cut_and_show_no_part_of_a_number(place: str, letter: str) -> None:
    endless = letter * 100_000
    response = {
        "message": {},
        "keterangan": {"keterangan": endless},
        "field": [{"field": "a", "message": endless}],
    }
    message = endless if place == "message" else ""
    error = refused(ADD, 200, {"metadata": {"code": 201, "message": message}, "response": response[place]})

    assert 0 < len(error.words) <= 2_000
    assert len(error.reason) <= 2_010
    assert CARD[:8] not in error.words + error.reason
    assert error.exchange.message == message.strip()


def test_a_service_speaks_for_itself_in_its_own_spelling() -> None:
    content = {"metaData": {"code": "424", "Msg": TOLD}, "response": None}
    with pytest.raises(Rejected, match=TOLD):
        clinic(answering(424, content)).read(Service.PCARE, "diagnosa/x/0/10")
