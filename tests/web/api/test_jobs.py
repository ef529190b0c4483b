"""Jobs are handed over once, checked, and read back by whoever they belong to."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from bpjs_client.jenis import Jenis
from database import Database
from database.belonging import note_clinics
from database.jobs.verdict import Verdict
from database.status import Status
from database.storage.models import Job
from database.storage.retention import delete_settled
from database.vocabulary import Reason
from tests.database.clinic import Clinic, FakeClock
from tests.leaks import leaks
from tests.tasks.bodies import BODIES, CARD
from tests.web.api.served import Served, line, problem

JOB = {
    "id": 1,
    "kunci": "kunjungan-1",
    "jenis": "tambah-antrean",
    "status": "menunggu",
    "tanggal": "2026-09-14",
    "alasan": None,
    "pesan": None,
    "artinya": None,
    "yang_perlu_dilakukan": None,
    "http": None,
    "kode": None,
    "percobaan": 0,
    "no_urut": None,
    "no_kunjungan": None,
    "errors": {},
    "dibuat_pada": "2026-09-14T01:00:00Z",
    "diubah_pada": "2026-09-14T01:00:00Z",
    "terkirim_pada": None,
}


def stored(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Job)) or 0


def test_a_new_job_is_201_and_the_same_again_200(caller: httpx.Client, database: Database) -> None:
    sent = line(kunci="kunjungan-1")
    first = caller.post("/pekerjaan", json=sent)
    assert (first.status_code, first.json()) == (201, {**JOB, "baru": True, "catatan": None})
    assert first.headers["location"] == "/api/v1/pekerjaan/1"
    again = caller.post("/pekerjaan", json=sent)
    assert (again.status_code, again.json()) == (200, {**JOB, "baru": False, "catatan": None})
    assert stored(database) == 1


def test_whoever_hands_over_at_the_same_moment_makes_one_job(
    caller: httpx.Client, database: Database
) -> None:
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: caller.post("/pekerjaan", json=line(kunci="K")), range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.json()["id"] for answer in answers}) == stored(database) == 1


@pytest.mark.parametrize("jenis", Jenis)
def test_every_job_type_is_taken(caller: httpx.Client, jenis: Jenis) -> None:
    taken = caller.post("/pekerjaan", json=line(jenis.value))
    assert (taken.status_code, taken.json()["status"]) == (201, "menunggu")


def test_what_bpjs_said_is_read_back(caller: httpx.Client, database: Database, clock: FakeClock) -> None:
    clinic = Clinic(database, clock)
    job_id = caller.post("/pekerjaan", json=line("tambah-pendaftaran", kunci="daftar")).json()["id"]
    clock.advance(minutes=1)
    clinic.bring_to(job_id, Status.TERKIRIM)
    by_id, by_kunci = caller.get(f"/pekerjaan/{job_id}"), caller.get("/pekerjaan", params={"kunci": "daftar"})
    assert by_id.status_code == by_kunci.status_code == 200
    assert by_id.json() == by_kunci.json()
    told = by_id.json()
    assert (told["status"], told["no_urut"], told["terkirim_pada"]) == (
        "terkirim",
        "A12",
        "2026-09-14T01:01:00Z",
    )
    again = caller.post("/pekerjaan", json=line("tambah-pendaftaran", kunci="daftar"))
    assert (again.status_code, again.json()["status"], again.json()["no_urut"]) == (200, "terkirim", "A12")


def test_a_message_that_needs_somebody_comes_with_its_meaning(
    caller: httpx.Client, database: Database, clock: FakeClock
) -> None:
    clinic = Clinic(database, clock)
    clinic.take(job_id := caller.post("/pekerjaan", json=line("panggil-antrean")).json()["id"])
    clinic.finish(job_id, Verdict(Status.GAGAL, Reason.REFUSED, "Waktu tidak valid"))
    told = caller.get(f"/pekerjaan/{job_id}").json()
    assert told["artinya"].startswith("BPJS menolak waktu panggilnya")
    assert told["yang_perlu_dilakukan"].startswith("Periksa jam komputer")


def test_a_kunci_is_found_however_it_was_spaced(caller: httpx.Client) -> None:
    caller.post("/pekerjaan", json=line(kunci=" kunjungan \t 1 "))
    assert caller.get("/pekerjaan", params={"kunci": "kunjungan 1"}).status_code == 200
    assert caller.get("/pekerjaan", params={"kunci": "  kunjungan\n1"}).status_code == 200
    assert problem(caller.get("/pekerjaan", params={"kunci": "lain"}))["status"] == 404


def test_wrong_fields_are_accepted_as_gagal_and_named(caller: httpx.Client) -> None:
    sent = line("tambah-kunjungan", {"kdSadar": "99", "kdStatusPulang": "4"}, kunci="K")
    taken = caller.post("/pekerjaan", json=sent)
    assert (taken.status_code, taken.json()["status"]) == (201, "gagal")
    assert set(taken.json()["errors"]) == {"body.kdSadar", "body.rujukLanjut"}
    assert caller.post("/pekerjaan", json=sent).json()["errors"] == taken.json()["errors"]
    assert caller.get("/pekerjaan", params={"kunci": "K"}).json()["errors"] == taken.json()["errors"]


FRAMES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "nothing": ({"jenis": None, "norm": None, "nama_pasien": None, "body": None}, {"jenis", "norm", "nama_pasien", "body"}),
    "an unknown job type": ({"jenis": "kirim-semua"}, {"jenis"}),
    "a job type that is no text": ({"jenis": ["tambah-antrean"]}, {"jenis"}),
    "a body that is no object": ({"body": [1]}, {"body"}),
    "too long": ({"norm": "x" * 65, "nama_pasien": "x" * 201, "kunci": "x" * 201, "rantai": "x" * 301}, {"norm", "nama_pasien", "kunci", "rantai"}),
    "objects for texts": ({"norm": {}, "kunci": [], "faskes": {}}, {"norm", "kunci", "faskes"}),
    "a day that is none": ({"tanggal": "31-02-2026"}, {"tanggal"}),
    "a part that nobody knows": ({"nama": "x", CARD: CARD}, {"pekerjaan"}),
    "another clinic": ({"faskes": "klinik-b"}, {"faskes"}),
}  # fmt: skip


@pytest.mark.parametrize("frame", FRAMES)
def test_a_frame_that_cannot_be_read_is_422_with_every_field(
    caller: httpx.Client, database: Database, frame: str
) -> None:
    changes, wrong = FRAMES[frame]
    sent = {**line(), **changes}
    if frame == "nothing":
        sent = {}
    refused = problem(caller.post("/pekerjaan", json=sent))
    assert (refused["status"], set(refused["errors"])) == (422, wrong)
    assert refused["type"] == "urn:bpjs-fktp:isian-salah"
    assert leaks(str(refused)) == set()
    checked = caller.post("/pemeriksaan", json=sent)
    told = checked.json()
    assert (checked.status_code, told["sah"], told["errors"]) == (200, False, refused["errors"])
    assert {each["bobot"] for each in told["temuan"]} == {"pasti ditolak"}
    assert stored(database) == 0


def test_other_content_under_a_known_kunci_is_422(caller: httpx.Client, database: Database) -> None:
    caller.post("/pekerjaan", json=line(kunci="K"))
    for other in (line(body={"keterangan": "lain"}, kunci="K"), line(kunci="K", norm="RM-2")):
        refused = problem(caller.post("/pekerjaan", json=other))
        assert (refused["status"], refused["type"]) == (422, "urn:bpjs-fktp:kunci-dipakai")
        assert "isinya lain" in refused["errors"]["kunci"][0]
    assert caller.post("/pekerjaan", json=line(kunci="K", nama_pasien="Nama Lain")).status_code == 200
    assert stored(database) == 1


# The header, the kunci in the job -> the kunci that the job gets; None: refused.
KEYS: list[tuple[str, object, str | None]] = [
    ("K-1", None, "K-1"),
    ("K-1", "", "K-1"),
    ("K-1", "K-1", "K-1"),
    ("K-1", " K-1 ", "K-1"),
    ('"K-1"', "K-1", "K-1"),
    ("4711", 4711, "4711"),
    ("K-1", "K-2", None),
    ("K-1", ["K-1"], None),
    ("x" * 201, None, None),
    ("", None, None),
    ("kunci-é", None, None),
]


@pytest.mark.parametrize(("header", "kunci", "got"), KEYS)
def test_idempotency_key_is_another_name_of_kunci(
    caller: httpx.Client, header: str, kunci: object, got: str | None
) -> None:
    headers = [(b"Idempotency-Key", header.encode("latin-1"))]
    answer = caller.post("/pekerjaan", json=line(kunci=kunci), headers=headers)
    if got is None:
        assert set(problem(answer)["errors"]) == {"kunci"}
        assert answer.status_code == 422
    else:
        assert (answer.status_code, answer.json()["kunci"]) == (201, got)


def test_two_idempotency_keys_or_one_for_many_jobs_are_refused(caller: httpx.Client) -> None:
    twice = caller.post(
        "/pekerjaan", json=line(), headers=[("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    )
    many = caller.post("/pekerjaan/banyak", json={"pekerjaan": [line()]}, headers={"Idempotency-Key": "a"})
    for answer in (twice, many):
        assert answer.status_code == 422
        assert set(problem(answer)["errors"]) == {"kunci"}


def test_many_jobs_get_an_answer_each_in_their_places(caller: httpx.Client, database: Database) -> None:
    caller.post("/pekerjaan", json=line(kunci="lama"))
    sent = [
        line(kunci="a"),
        {"jenis": "cuci-piring"},
        line(kunci="lama"),
        line(kunci="lama", norm="RM-9"),
        "bukan objek",
        line(kunci="b", body={"nik": "1"}),
        line(kunci="a"),
        line(kunci="a", norm="RM-9"),
        line(kunci="c", faskes="klinik-b"),
    ]
    answer = caller.post("/pekerjaan/banyak", json={"pekerjaan": sent})
    assert answer.status_code == 200
    results = answer.json()["hasil"]
    assert [each["status"] for each in results] == [201, 422, 200, 422, 422, 201, 200, 422, 422]
    assert [bool(each["pekerjaan"]) for each in results] == [each["status"] < 300 for each in results]
    assert [bool(each["masalah"]) for each in results] == [each["status"] > 300 for each in results]
    assert set(results[5]["pekerjaan"]["errors"]) == {"body.nik"}
    assert results[6]["pekerjaan"]["id"] == results[0]["pekerjaan"]["id"]
    assert set(results[8]["masalah"]["errors"]) == {"faskes"}
    assert stored(database) == 3


@pytest.mark.parametrize(
    "sent",
    [{}, {"pekerjaan": []}, {"pekerjaan": {}}, {"pekerjaan": [line()], "lain": 1}, {"pekerjaan": [{}] * 501}],
)
def test_many_are_a_list_of_1_to_500(caller: httpx.Client, sent: dict[str, Any]) -> None:
    refused = problem(caller.post("/pekerjaan/banyak", json=sent))
    assert (refused["status"], set(refused["errors"])) == (422, {"pekerjaan"})


def test_500_are_taken_at_once(caller: httpx.Client, database: Database) -> None:
    sent = [line("panggil-antrean", kunci=f"k-{number}", rantai=f"r-{number}") for number in range(500)]
    answer = caller.post("/pekerjaan/banyak", json={"pekerjaan": sent})
    assert {each["status"] for each in answer.json()["hasil"]} == {201}
    assert stored(database) == 500


def test_a_check_says_what_is_wrong_and_stores_nothing(caller: httpx.Client, database: Database) -> None:
    assert checked(caller, line())["sah"] is True
    wrong = caller.post("/pemeriksaan", json=line(body={"nik": "1"})).json()
    assert (wrong["sah"], set(wrong["errors"])) == (False, {"body.nik"})
    assert stored(database) == 0


def checked(caller: httpx.Client, sent: Any) -> dict[str, Any]:
    answer = caller.post("/pemeriksaan", json=sent)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def rules(told: dict[str, Any]) -> set[str]:
    return {each["aturan"] for each in told["temuan"]}


def test_a_check_of_one_says_what_its_visit_lacks(caller: httpx.Client, database: Database) -> None:
    told = checked(caller, line("tambah-kunjungan", body={"suhu": "panas", "sistole": "x"}))
    assert (told["sah"], set(told["errors"])) == (False, {"body.suhu", "body.sistole"})
    assert rules(told) == {"isian-salah", "tanpa-pendahulu", "belum-dapat-dinilai"}
    (hint,) = [each for each in told["temuan"] if each["aturan"] == "tanpa-pendahulu"]
    assert set(hint) == {"aturan", "isian", "kalimat", "tindakan", "bobot"}
    assert hint["bobot"] == "mungkin"
    assert leaks(str(told)) == set()


def test_many_are_checked_as_one_list(caller: httpx.Client, database: Database) -> None:
    visit, registration = line("tambah-kunjungan"), line("tambah-pendaftaran")
    told = checked(caller, {"pekerjaan": [visit, registration, {**registration, "kunci": "x"}, "apa"]})
    whole, first, second, none = told["hasil"]
    assert (whole["sah"], first["sah"], second["sah"], none["sah"]) == (True, True, False, False)
    assert "tanpa-pendahulu" not in rules(whole)
    assert "sudah-ada" in rules(second)
    assert none["temuan"][0]["kalimat"] == "Pekerjaan harus objek JSON."
    assert stored(database) == 0


@pytest.mark.parametrize("sent", [{"pekerjaan": []}, {"pekerjaan": {}}, {"pekerjaan": [line()] * 501}])
def test_no_more_than_500_are_checked(caller: httpx.Client, sent: dict[str, Any]) -> None:
    refused = problem(caller.post("/pemeriksaan", json=sent))
    assert (refused["status"], set(refused["errors"])) == (422, {"pekerjaan"})


def test_a_check_sees_only_the_jobs_of_its_clinic(served: Served, caller: httpx.Client) -> None:
    with served.caller(served.token("klinik-b")) as other:
        other.post("/pekerjaan", json=line("tambah-pendaftaran", kunci="K"))
        assert "sudah-ada" in rules(checked(other, line("tambah-pendaftaran", kunci="L")))
    for kunci in ("K", "L"):
        assert rules(checked(caller, line("tambah-pendaftaran", kunci=kunci))) == {"belum-dapat-dinilai"}


def test_a_kunci_of_other_content_is_named_without_a_body(caller: httpx.Client) -> None:
    caller.post("/pekerjaan", json=line("tambah-pendaftaran", kunci="K"))
    told = checked(caller, line("tambah-pendaftaran", norm="RM-2", kunci="K"))
    assert set(told["errors"]) == {"kunci"}


def test_a_deleted_job_is_still_known(caller: httpx.Client, database: Database, clock: FakeClock) -> None:
    job_id = caller.post("/pekerjaan", json=line(kunci="K")).json()["id"]
    Clinic(database, clock).bring_to(job_id, Status.TERKIRIM)
    clock.advance(days=20)
    delete_settled(database, timedelta(days=19))
    for answer in (
        caller.get(f"/pekerjaan/{job_id}"),
        caller.get("/pekerjaan", params={"kunci": "K"}),
        caller.post("/pekerjaan", json=line(kunci="K")),
    ):
        assert (answer.status_code, answer.json()["status"], answer.json()["id"]) == (200, "terkirim", job_id)
        assert "sudah dihapus" in answer.json()["pesan"]


def test_one_clinic_never_meets_the_jobs_of_another(
    served: Served, caller: httpx.Client, database: Database, clock: FakeClock
) -> None:
    note_clinics(database, ["utama", "klinik-b"])
    theirs = served.caller(served.token("klinik-b"))
    job_id = theirs.post("/pekerjaan", json=line(kunci="K", faskes="klinik-b")).json()["id"]
    mine = caller.post("/pekerjaan", json=line(kunci="K")).json()
    assert mine["baru"]
    assert mine["id"] != job_id
    clock.advance(minutes=2)

    assert problem(caller.get(f"/pekerjaan/{job_id}"))["status"] == 404
    assert caller.get("/pekerjaan", params={"kunci": "K"}).json()["id"] == mine["id"]
    assert [each["id"] for each in caller.get("/perubahan").json()["pekerjaan"]] == [mine["id"]]
    assert [each["id"] for each in theirs.get("/perubahan").json()["pekerjaan"]] == [job_id]
    with database.read() as session:
        assert session.get_one(Job, job_id).faskes == "klinik-b"
    for unknown in (999, 2**63 - 1):
        other = problem(caller.get(f"/pekerjaan/{unknown}"))
        assert {**other, "request_id": ""} == {
            **problem(caller.get(f"/pekerjaan/{job_id}")),
            "request_id": "",
        }
    theirs.close()


def test_a_clinic_without_a_credential_is_told_so(served: Served, database: Database) -> None:
    database.only_utama = True
    with served.caller(served.token("klinik-x")) as stranger:
        refused = problem(stranger.post("/pekerjaan", json=line()))
    assert (refused["status"], set(refused["errors"])) == (422, {"faskes"})


ODD: list[Any] = [
    "",
    " ",
    "x",
    None,
    True,
    -1,
    1.5,
    [],
    {"a": 1},
    "99-99-2026",
    "2026-09-14",
    "\x00",
    "4",
    "-1",
]


def any_job(number: int, chance: Random) -> dict[str, Any]:
    """A job of which some fields are odd or left out."""
    jenis = chance.choice(list(BODIES))
    body = dict(BODIES[jenis])
    for name in chance.sample(list(body), chance.randint(0, min(3, len(body)))):
        body[name] = chance.choice(ODD)
        if chance.random() < 0.3:
            del body[name]
    return {**line(jenis, norm=f"RM-{number}", kunci=f"K-{number}"), "body": body}


def test_the_check_names_the_fields_that_hand_over_names(caller: httpx.Client) -> None:
    chance = Random(20261127)
    sent = {"pekerjaan": [any_job(number, chance) for number in range(200)]}
    told = checked(caller, sent)["hasil"]
    done = caller.post("/pekerjaan/banyak", json=sent).json()["hasil"]
    for before, after in zip(told, done, strict=True):
        wrong = {each["isian"] for each in before["temuan"] if each["aturan"] == "isian-salah"}
        assert {f"body.{name}" for name in wrong} == set(after["pekerjaan"]["errors"])
        assert (after["pekerjaan"]["status"] == "gagal") == bool(wrong)
    assert {each["pekerjaan"]["status"] for each in done} == {"menunggu", "gagal"}
