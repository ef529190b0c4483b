"""Which lines are errors, and that nothing a file may hold stops the others."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bpjs_client.jenis import Jenis
from database import Database, LineRefused, enqueue, enqueue_lines
from database.status import Status
from database.storage.models import Job
from tests.database.clinic import Clinic, body_of

GOOD: dict[str, Any] = {
    "jenis": "tambah-antrean",
    "norm": "RM-1",
    "nama_pasien": "Pasien Contoh",
    "body": body_of("tambah-antrean"),
}
MISSING = object()


def frame(**changes: Any) -> str:
    line = {name: value for name, value in {**GOOD, **changes}.items() if value is not MISSING}
    return json.dumps(line)


NO_JSON = "baris ini bukan JSON yang sah"
# a line, and a word of the sentence that refuses it
REFUSED = (
    ("{", NO_JSON),
    ("bukan json", NO_JSON),
    ("\x00", NO_JSON),
    ("\ud800", NO_JSON),
    (frame()[:-1], NO_JSON),
    ('{"a": NaN}', NO_JSON),
    (frame(body={"x": float("nan")}), NO_JSON),
    (frame(body={"x": float("-inf")}), NO_JSON),
    ("[" * 100_000, NO_JSON),
    ("[]", "objek JSON"),
    ("null", "objek JSON"),
    ("17", "objek JSON"),
    ('"teks"', "objek JSON"),
    (frame(jenis=MISSING), "jenis tidak dikenal"),
    (frame(jenis=None), "jenis tidak dikenal"),
    (frame(jenis="tambah"), "jenis tidak dikenal"),
    (frame(jenis=["tambah-antrean"]), "jenis tidak dikenal"),
    (frame(jenis={"tambah-antrean": 1}), "jenis tidak dikenal"),
    (frame(norm=MISSING), "norm wajib diisi"),
    (frame(norm=None), "norm wajib diisi"),
    (frame(norm=""), "norm wajib diisi"),
    (frame(norm="   "), "norm"),
    (frame(norm=["RM-1"]), "norm harus teks"),
    (frame(norm=True), "norm harus teks"),
    (frame(norm="9" * 65), "norm paling panjang"),
    (frame(nama_pasien=MISSING), "nama_pasien wajib diisi"),
    (frame(kunci="k" * 201), "kunci paling panjang"),
    (frame(tanggal="20260914"), "tanggal harus"),
    (frame(tanggal={"a": 1}), "tanggal harus"),
    (frame(tanggal="\ud800"), "tanggal harus"),
    (frame(body=MISSING), "body harus objek"),
    (frame(body=None), "body harus objek"),
    (frame(body=[]), "body harus objek"),
    (frame(body="{}"), "body harus objek"),
)


@pytest.mark.parametrize(("line", "word"), REFUSED, ids=range(len(REFUSED)))
def test_a_line_that_cannot_be_stored_is_refused_alone(clinic: Clinic, line: str, word: str) -> None:
    answers = list(enqueue_lines([line, frame()], database=clinic.database))
    assert word in str(answers[0]["error"])
    assert answers[1]["new"] is True
    assert clinic.count() == 1


def nested(depth: int) -> object:
    value: object = "dalam"
    for _ in range(depth):
        value = [value]
    return value


HUGE = frame(body={**GOOD["body"], "angkaantrean": "HUGE"})
# a line whose body is odd, and the status it is stored with
ODD_BODIES = (
    (frame(body={}), "gagal"),
    (frame(body={"": None}), "gagal"),
    (frame(body={**GOOD["body"], "kodepoli": "\x00"}), None),
    (frame(body={**GOOD["body"], "kodepoli": "\ud800"}), "gagal"),
    (frame(body={**GOOD["body"], "kodepoli": "x" * 5000}), None),
    (frame(body={**GOOD["body"], "kodepoli": {"a": [1]}}), "gagal"),
    (frame(body={**GOOD["body"], "keterangan": "\x00"}), None),
    (frame(body={**GOOD["body"], "keterangan": "\ud800"}), "gagal"),
    (frame(body={**GOOD["body"], "\x00": "\ud800"}), "gagal"),
    (frame(body={**GOOD["body"], "\ud800": 1}), "gagal"),
    (frame(body={**GOOD["body"], "keterangan": "😀 \u202e \n\t"}), None),
    (frame(body={**GOOD["body"], "lain": 10**30}), None),
    (frame(body={**GOOD["body"], "lain": -1.5e300}), None),
    (HUGE.replace('"HUGE"', "1e999"), "gagal"),
    (HUGE.replace('"HUGE"', "-1e999"), "gagal"),
    (HUGE.replace('"HUGE"', "9" * 6000), "gagal"),
    (frame(body={**GOOD["body"], "lain": nested(30)}), None),
    (frame(jenis="hapus-kunjungan", body={"noKunjungan": "\x00"}), None),
    (frame(jenis="hapus-kunjungan", body={"noKunjungan": "\ud800"}), "gagal"),
    (frame(jenis="hapus-kunjungan", body={"noKunjungan": "7" * 9000}), None),
)


@pytest.mark.parametrize(("line", "status"), ODD_BODIES, ids=range(len(ODD_BODIES)))
def test_an_odd_body_is_stored_all_the_same(clinic: Clinic, line: str, status: str | None) -> None:
    answer, again, other = enqueue_lines([line, line, frame(norm="RM-2")], database=clinic.database)
    assert status is None or answer["status"] == status
    assert (answer["new"], again["new"], other["new"]) == (True, False, True)
    job = clinic.job(int(str(answer["id"])))
    assert job.status in {Status.MENUNGGU, Status.GAGAL}
    assert (job.status == Status.GAGAL) == bool(job.message)


@pytest.mark.parametrize("depth", [100, 300, 700, 900, 950, 990, 2000])
def test_a_body_nested_too_deep_never_stops_the_file(clinic: Clinic, depth: int) -> None:
    line = frame(body={"x": "DEEP"}).replace('"DEEP"', "[" * depth + "]" * depth)
    answers = list(enqueue_lines([line, frame()], database=clinic.database))
    assert "error" in answers[0]
    assert answers[1]["status"] == Status.MENUNGGU


CHARACTERS = st.text(
    st.characters()
    | st.sampled_from("\x00\ud800\udfff\x1b\u202e\u200d😀|")
    | st.characters(categories=["Cs"]),
    max_size=8,
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | CHARACTERS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(CHARACTERS, inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("kodepoli", "tanggalperiksa", "kdPoli", "tglDaftar", "noKunjungan", "noKartu", "rujukLanjut")
ODD_LINES = st.fixed_dictionaries(
    {
        "jenis": st.sampled_from([jenis.value for jenis in Jenis]) | VALUES,
        "norm": st.just("RM-1") | VALUES,
        "nama_pasien": st.just("P") | VALUES,
        "body": st.dictionaries(st.sampled_from(FIELDS) | CHARACTERS, VALUES, max_size=5) | VALUES,
    },
    optional=dict.fromkeys(("faskes", "kunci", "rantai", "tanggal"), VALUES),
)


@pytest.mark.long
@settings(
    max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(ODD_LINES, min_size=1, max_size=12))
def test_no_line_whatever_raises_or_stops_a_good_one(database: Database, odd: list[dict[str, Any]]) -> None:
    answers = list(enqueue_lines([*map(json.dumps, odd), frame()], database=database))
    assert len(answers) == len(odd) + 1
    assert answers[-1]["status"] == Status.MENUNGGU
    assert all(("error" in answer) != ("id" in answer) for answer in answers)


def in_itself() -> dict[str, Any]:
    body: dict[str, Any] = {}
    body["x"] = body
    return body


# what Python code may hand over by mistake
NO_JSON_BODIES: tuple[Callable[[], Any], ...] = (
    lambda: {"x": object()},
    lambda: {"x": {1, 2}},
    lambda: {"x": b"teks"},
    lambda: {1: "a", "b": 2},
    lambda: {"x": nested(900)},
    in_itself,
)


@pytest.mark.parametrize("make", NO_JSON_BODIES)
def test_a_body_that_is_no_json_is_refused_with_a_sentence(clinic: Clinic, make: Callable[[], Any]) -> None:
    with pytest.raises(LineRefused, match="body"):
        enqueue("tambah-antrean", "RM-1", "P", make(), database=clinic.database)
    assert clinic.count() == 0


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 10**6000], ids=["nan", "inf", "huge"])
def test_a_number_that_json_cannot_hold_is_stored_as_gagal(clinic: Clinic, number: float) -> None:
    body = body_of("tambah-antrean", angkaantrean=number)
    assert enqueue("tambah-antrean", "RM-1", "P", body, database=clinic.database).status == Status.GAGAL


TAMED = [
    (17, "17"),
    ("RM\x001", "RM 1"),
    ("RM\ud8001", "RM 1"),
    ("RM\n 1 ", "RM 1"),
    ("\x1b[31mmerah", "[31mmerah"),
    ("Siti\u00a0Contoh", "Siti Contoh"),
]


@pytest.mark.parametrize(("given", "kept"), TAMED)
def test_odd_but_readable_names_are_accepted_in_plain_letters(
    database: Database, given: object, kept: str
) -> None:
    (answer,) = enqueue_lines([frame(norm=given, nama_pasien=given)], database=database)
    assert answer["new"]
    with database.read() as session:
        job = session.get_one(Job, answer["id"])
        assert (job.norm, job.nama_pasien) == (kept, kept)
