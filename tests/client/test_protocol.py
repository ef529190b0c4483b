"""The inquiry finds each variant of BPJS that the simulator can be, by reads alone, and tells no data."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from bpjs_client.jenis import Service
from bpjs_client.protocol.asking import STOPPED, Asker
from bpjs_client.protocol.questions import Settled, inquire, most_requests
from bpjs_client.protocol.shapes import shape
from bpjs_client.settings import BpjsSettings
from bpjs_simulator.server import Simulator
from tests.leaks import leaks
from tests.tasks.bodies import CARD, NIK, PHONE

Found = dict[str, Settled]
TODAY = datetime.now(UTC).astimezone(timezone(timedelta(hours=7))).date()


class Inquiries:
    """Inquires of the simulator, and keeps the shapes and the number of requests of the last time."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.shapes: list[dict[str, Any]] = []
        self.sent = 0

    def __call__(self, *, ahead: float = 0.0, most: int = 1_000, **settings: Any) -> Found:
        with self.asker(ahead=ahead, most=most, **settings) as asker:
            found = {each.question: each for each in inquire(asker)}
            self.shapes, self.sent = asker.shapes, asker.sent
        return found

    def asker(self, *, ahead: float = 0.0, most: int = 1_000, **settings: Any) -> Asker:
        bpjs = {"pcare_base_url": self.simulator.pcare_url, "antrean_base_url": self.simulator.antrean_url}
        return Asker(BpjsSettings(**bpjs | settings), most, clock=lambda: time.time() + ahead)

    def option(self, **changes: Any) -> None:
        self.simulator.set_options(**changes)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture
def inquiry(simulator: Simulator) -> Inquiries:
    return Inquiries(simulator)


# Options of the simulator -> question, and what is found.
VARIANTS: list[tuple[dict[str, Any], str, str]] = [
    ({}, "Nomor baris pertama (start)", "0"),
    ({"page_base": 1}, "Nomor baris pertama (start)", "1; start 0 memberi satu baris lebih sedikit"),
    ({}, "Arti count", "jumlah seluruh baris"),
    ({"count_is_total": False}, "Arti count", "jumlah baris di halaman itu"),
    ({"count_is_total": False, "page_base": 1}, "Arti count", "jumlah baris di halaman itu"),
    *(
        ({"no_data": form}, f"Bentuk “tidak ada data” ({what})", found)
        for what in ("pencarian tanpa hasil", "halaman di luar daftar", "hari tanpa pendaftaran")
        for form, found in (
            ("null", "HTTP 200, kode 200, response null"),
            ("empty", 'HTTP 200, kode 200, response ""'),
            ("list", "HTTP 200, kode 200, response {count, list kosong}"),
            ("204-code", "HTTP 200, kode 204, response null"),
            ("204-http", "HTTP 204 tanpa isi"),
        )
    ),
    ({}, "Kode status pulang rawat inap", "0, 1, 2, 4, 9"),
    ({}, "Referensi poli antrean", "kode 1, objek {list}"),
    ({}, "Referensi dokter antrean", "kode 200, larik langsung"),
    ({"antrean_reference": "list-1"}, "Referensi dokter antrean", "kode 1, objek {list}"),
    ({"antrean_reference": "list-200"}, "Referensi poli antrean", "kode 200, objek {list}"),
    ({"antrean_reference": "bare-1"}, "Referensi poli antrean", "kode 1, larik langsung"),
    ({"antrean_reference": "bare-200"}, "Referensi poli antrean", "kode 200, larik langsung"),
    ({}, "Antrean dan X-authorization", "boleh dikirim, boleh tidak"),
    ({"antrean_login": "required"}, "Antrean dan X-authorization", "wajib dikirim"),
    ({"antrean_login": "refused"}, "Antrean dan X-authorization", "ditolak bila dikirim"),
    ({"clock_tolerance_seconds": 600}, "Toleransi jam", "terlambat: diterima sampai 300, ditolak pada 900 detik; lebih cepat: diterima sampai 300, ditolak pada 900 detik"),
    ({"clock_tolerance_seconds": 30}, "Toleransi jam", "terlambat: diterima sampai 0, ditolak pada 60 detik; lebih cepat: diterima sampai 0, ditolak pada 60 detik"),
    ({"clock_tolerance_seconds": 90_000}, "Toleransi jam", "terlambat: masih diterima pada 3600 detik; lebih cepat: masih diterima pada 3600 detik"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "question", "found"), VARIANTS)
def test_each_variant_is_found(
    inquiry: Inquiries, options: dict[str, Any], question: str, found: str
) -> None:
    inquiry.option(**options)
    said = inquiry()[question]
    assert (said.found, said.known) == (found, True)


def test_it_keeps_what_it_said_of_its_number_and_writes_nothing(inquiry: Inquiries) -> None:
    before = inquiry.simulator.ledger()
    inquiry.option(clock_tolerance_seconds=90_000)
    inquiry()
    after = inquiry.simulator.ledger()
    assert after["writes"] == before["writes"] == []
    assert inquiry.sent == len(inquiry.shapes) == most_requests() < 50


def test_it_sends_no_more_than_it_may(inquiry: Inquiries) -> None:
    found = inquiry(most=3)
    assert inquiry.sent == 3
    assert "sudah habis" in found["Kode faskes sendiri"].found


def test_a_refused_login_is_tried_once_and_never_sent_to_antrean(inquiry: Inquiries) -> None:
    found = inquiry(pcare_password="salah")
    first, *others = [said for said in inquiry.shapes if said["layanan"] == "pcare"]
    assert (first["diterima"], others) == (False, [])
    assert "Login PCare ditolak" in found["PCare menerima kredensial"].found
    assert found["Arti count"].found == STOPPED
    assert not found["Antrean dan X-authorization"].known
    assert inquiry.sent < 8


def test_where_antrean_wants_the_login_timestamps_are_not_tried(inquiry: Inquiries) -> None:
    inquiry.option(antrean_login="required")
    found = inquiry()
    assert "tidak dicoba" in found["Toleransi jam"].found
    assert not any("digeser" in said["tanya"] for said in inquiry.shapes)


def test_only_an_answer_that_changes_something_becomes_a_setting(inquiry: Inquiries) -> None:
    assert [said.settings for said in inquiry().values() if said.settings] == []
    inquiry.option(antrean_login="refused")
    assert inquiry()["Antrean dan X-authorization"].settings == {"BPJS_ANTREAN_LOGIN": "false"}
    again = inquiry(antrean_login=False)
    assert again["Antrean dan X-authorization"].settings == {}
    assert again["Referensi poli antrean"].known


def test_the_setting_makes_antrean_answer(inquiry: Inquiries) -> None:
    inquiry.option(antrean_login="required")
    said = inquiry(antrean_login=False)["Antrean dan X-authorization"]
    assert said.settings == {"BPJS_ANTREAN_LOGIN": "true"}


@pytest.mark.parametrize(
    ("provider", "found", "settings"),
    [
        ("01234567", "sama dengan BPJS_KD_PROVIDER", {}),
        ("76543210", "berbeda", {"BPJS_KD_PROVIDER": "01234567"}),
    ],
)
@pytest.mark.parametrize("base", [0, 1])
def test_the_own_provider_code_is_compared(
    inquiry: Inquiries, provider: str, found: str, settings: dict[str, str], base: int
) -> None:
    inquiry.option(page_base=base)
    inquiry.simulator.hold_pendaftaran(CARD, f"{TODAY:%d-%m-%Y}", "001")
    said = inquiry(kd_provider=provider)["Kode faskes sendiri"]
    assert (said.found, said.settings) == (found, settings)


def test_without_a_registration_today_the_provider_stays_open(inquiry: Inquiries) -> None:
    assert not inquiry()["Kode faskes sendiri"].known


@pytest.mark.parametrize(
    ("ahead", "found"), [(0, "kurang dari 2 detik"), (90, "lebih cepat"), (-90, "lebih lambat")]
)
def test_the_clock_is_measured_by_the_date_header(inquiry: Inquiries, ahead: float, found: str) -> None:
    said = inquiry(ahead=ahead)
    for service in ("PCare", "Antrean"):
        clock = said[f"Selisih jam dengan {service}"]
        assert found in clock.found
        assert ("NTP" in clock.means) is bool(ahead)


def test_references_that_are_not_granted_are_named_with_bpjs_words(inquiry: Inquiries) -> None:
    inquiry.simulator.script_answer("not-registered", endpoint="kelompok/club", method="GET")
    said = inquiry()["Referensi PCare yang terbuka"]
    assert "club-prolanis (" in said.found
    assert "You are not registered for this service" in said.found
    assert "Minta BPJS" in said.means


def test_a_bpjs_that_cannot_be_reached_has_refused_nothing(inquiry: Inquiries) -> None:
    nowhere = "http://127.0.0.1:9"  # where nobody listens
    said = inquiry(pcare_base_url=nowhere)["Referensi PCare yang terbuka"]
    assert said.found == "BPJS tidak dapat dihubungi"
    assert "jalankan lagi" in said.means
    assert not said.known


def test_a_reference_that_hiccups_is_not_taken_for_refused_alone(inquiry: Inquiries) -> None:
    inquiry.simulator.script_answer("net-error", endpoint="kesadaran", method="GET")
    said = inquiry()["Referensi PCare yang terbuka"]
    assert said.found.startswith("13 dari 14; tidak: kesadaran (")
    assert said.means.endswith("yang tidak terjawab: jalankan lagi.")


def test_a_day_without_a_schedule_has_its_form(inquiry: Inquiries) -> None:
    inquiry.simulator.edit_reference(
        "sesi",
        rows=[
            row | {"hari": [TODAY.weekday()]} for row in sessions(inquiry.simulator) if TODAY.weekday() != 6
        ],
    )
    said = inquiry()["Bentuk “tidak ada jadwal” (hari Minggu)"]
    assert said.found == "HTTP 200, kode 201, response null"
    assert said.means == "Dibaca sebagai daftar kosong."


def sessions(simulator: Simulator) -> list[dict[str, Any]]:
    return simulator.double.references.rows("sesi")


def test_a_bpjs_that_is_away_leaves_everything_open_and_is_asked_all_the_same(inquiry: Inquiries) -> None:
    inquiry.simulator.outage(on=True)
    assert not any(said.known for said in inquiry().values())


def test_the_shapes_name_no_patient_doctor_or_code(inquiry: Inquiries) -> None:
    inquiry.simulator.hold_pendaftaran(CARD, f"{TODAY:%d-%m-%Y}", "001", keluhan="rahasia batuk")
    inquiry()
    told = json.dumps(inquiry.shapes, ensure_ascii=False)
    assert leaks(told) == set()
    for secret in ("rahasia batuk", "PESERTA CONTOH", "01234567", "POLI UMUM", "Klinik Contoh", "dr."):
        assert secret not in told
    (diagnosa, *_) = (said for said in inquiry.shapes if said["tanya"].startswith("diagnosa"))
    assert diagnosa["http"] == 200
    assert (diagnosa["kode"], diagnosa["jenis_kode"], diagnosa["kunci_metadata"]) == (
        "200",
        "bilangan",
        "metaData",
    )
    assert diagnosa["disegel"] is True
    rows = diagnosa["data"]["list"]
    assert (rows["daftar"], rows["baris"]["kdDiag"]) == (2, "teks 3")
    assert rows["baris"]["nonSpesialis"] == "true/false"


SHAPES: list[tuple[Any, Any]] = [
    (None, "null"),
    ("", "teks 0"),
    (CARD, "teks 13"),
    (7, "bilangan"),
    (1.5, "pecahan"),
    (True, "true/false"),
    ([], {"daftar": 0, "baris": None}),
    ([1, "ab", None], {"daftar": 3, "baris": "bilangan atau null atau teks 2"}),
    ([{"a": "x"}, {"a": "xyz", "b": None}], {"daftar": 2, "baris": {"a": "teks 1–3", "b": "null atau tidak ada"}}),
    ([{"a": {"b": 1}}, {"a": None}], {"daftar": 2, "baris": {"a": "null atau objek"}}),
    ({NIK: PHONE}, {"•••": "teks 12"}),
]  # fmt: skip


@pytest.mark.parametrize(("value", "told"), SHAPES)
def test_a_shape_has_types_and_lengths_and_no_value(value: Any, told: Any) -> None:
    assert shape(value) == told


def test_a_list_in_a_list_ends_somewhere() -> None:
    deep: Any = "x"
    for _ in range(20):
        deep = [deep]
    assert "terlalu dalam" in str(shape(deep))


def test_antrean_without_the_setting_gets_no_login(inquiry: Inquiries) -> None:
    inquiry.option(antrean_login="refused")
    with inquiry.asker(antrean_login=False) as asker:
        assert asker.ask(Service.ANTREAN, "ref", "poli", "tanggal", TODAY.isoformat(), called="x").accepted
        assert asker.ask(Service.PCARE, "kesadaran", called="x").accepted
