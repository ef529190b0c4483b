"""References and read-backs: paths, fields, paging, and the forms in which nothing is answered."""

from typing import Any

import pytest

from tests.simulator.caller import CARD, DAY, Caller, kunjungan
from tests.simulator.conftest import Running

# path -> (fields of a row, at least so many rows, is there a count?)
REFERENCES: dict[str, tuple[str, int, bool]] = {
    "diagnosa/J/0/10000": ("kdDiag nmDiag nonSpesialis", 100, True),
    "dokter/0/100": ("kdDokter nmDokter", 6, True),
    "kesadaran": ("kdSadar nmSadar", 4, True),
    "poli/fktp/0/100": ("kdPoli nmPoli poliSakit", 5, True),
    "provider/0/100": ("kdProvider nmProvider", 1, True),
    "spesialis": ("kdSpesialis nmSpesialis", 3, True),
    "spesialis/INT/subspesialis": ("kdSubSpesialis nmSubSpesialis kdPoliRujuk", 1, True),
    "spesialis/sarana": ("kdSarana nmSarana", 3, True),
    "spesialis/khusus": ("kdKhusus nmKhusus", 10, True),
    "statuspulang/rawatInap/false": ("kdStatusPulang nmStatusPulang", 3, True),
    "statuspulang/rawatInap/true": ("kdStatusPulang nmStatusPulang", 5, True),
    "tindakan/kdTkp/10/0/10000": ("kdTindakan nmTindakan maxTarif withValue", 300, True),
    "tindakan/kdTkp/20/0/10000": ("kdTindakan nmTindakan maxTarif withValue", 300, True),
    "tindakan/kdTkp/50/0/10000": ("kdTindakan nmTindakan maxTarif withValue", 300, True),
    "obat/dpho/a/0/10000": ("kdObat nmObat sedia", 400, True),
    "alergi/jenis/01": ("kdAlergi nmAlergi", 6, False),
    "alergi/jenis/02": ("kdAlergi nmAlergi", 2, False),
    "alergi/jenis/03": ("kdAlergi nmAlergi", 2, False),
    "prognosa": ("kdPrognosa nmPrognosa", 5, False),
    "kelompok/club/01": (
        "clubId jnsKelompok tglMulai tglAkhir nama alamat ketua_nama ketua_noHP", 1, True
    ),
    "kelompok/kegiatan/01-09-2026": (
        "eduId clubProl tglPelayanan kegiatan kelompok materi pembicara lokasi keterangan biaya", 1, True
    ),
    "dpho/kdppk/01234567/para/0/10": ("kdObat nmObat sediaan stok", 1, True),
    "skrinning/rekap": ("nama_penyakit beresiko tidak_beresiko", 1, False),
    "spesialis/rujuk/subspesialis/3/sarana/0/tglEstRujuk/15-09-2026": (
        "kdppk nmppk alamatPpk telpPpk kelas nmkc distance jadwal jmlRujuk kapasitas persentase", 1, True
    ),
    "spesialis/rujuk/khusus/HIV/noKartu/0001234567890/tglEstRujuk/15-09-2026": (  # pragma: allowlist secret
        "kdppk nmppk alamatPpk telpPpk kelas nmkc distance jadwal jmlRujuk kapasitas persentase", 1, True
    ),
    "spesialis/rujuk/khusus/THA/subspesialis/3/noKartu/0001234567890/tglEstRujuk/15-09-2026": (  # pragma: allowlist secret
        "kdppk nmppk alamatPpk telpPpk kelas nmkc distance jadwal jmlRujuk kapasitas persentase", 1, True
    ),
}  # fmt: skip
EMPTY = [
    "obat/kunjungan/X", "tindakan/kunjungan/X", "MCU/kunjungan/X", "kelompok/peserta/X",
    "skrinning/peserta/sari/0/10", "skrinning/prolanis/dm/sari/0/10", "pendaftaran/tglDaftar/14-09-2026/0/10",
    "pendaftaran/noUrut/A1/tglDaftar/14-09-2026", "kunjungan/peserta/0001234567890", "peserta/8000000000001",
    "diagnosa/tidak-ada-yang-begini/0/10", "dokter/500/10", "spesialis/XXX/subspesialis",
]  # fmt: skip
NO_DATA = {
    "null": (200, {"response": None, "metaData": {"message": "OK", "code": 200}}),
    "empty": (200, {"response": "", "metaData": {"message": "OK", "code": 200}}),
    "204-code": (200, {"response": None, "metaData": {"message": "NO_CONTENT", "code": 204}}),
    "204-http": (204, None),
}


def rows(clinic: Caller, path: str) -> list[dict[str, Any]]:
    reply = clinic.pcare("GET", path)
    assert (reply.http, reply.code, reply.sealed) == (200, 200, True)
    listed: list[dict[str, Any]] = reply.response["list"]
    return listed


@pytest.mark.parametrize("path", REFERENCES)
def test_a_reference_has_the_fields_that_bpjs_names(clinic: Caller, path: str) -> None:
    fields, least, counted = REFERENCES[path]

    reply = clinic.pcare("GET", path)

    assert (reply.http, reply.code, reply.sealed) == (200, 200, True)
    assert len(reply.response["list"]) >= least
    assert list(reply.response["list"][0]) == fields.split()
    assert ("count" in reply.response) == counted


def test_there_are_enough_diagnoses_and_drugs_each_with_its_own_code(clinic: Caller) -> None:
    diagnoses = [
        row["kdDiag"] for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        for row in (clinic.pcare("GET", f"diagnosa/{letter}/0/10000").response or {"list": []})["list"]
    ]  # fmt: skip
    drugs = [row["kdObat"] for row in clinic.simulator.double.references.lists["obat"]]

    assert len(diagnoses) == len(set(diagnoses)) >= 2000
    assert len(drugs) == len(set(drugs)) >= 500


def test_some_names_of_treatments_hold_line_ends(clinic: Caller) -> None:
    assert any("\r\n" in row["nmTindakan"] for row in rows(clinic, "tindakan/kdTkp/10/0/10000"))


@pytest.mark.parametrize(
    ("search", "fits"),
    [
        ("J0", lambda row: row["kdDiag"].startswith("J0")),
        ("j", lambda row: row["kdDiag"].startswith("J")),
        ("lambung", lambda row: "lambung" in row["nmDiag"]),
        ("saluran napas", lambda row: "saluran napas" in row["nmDiag"]),
    ],
)
def test_a_diagnosis_is_found_by_code_or_name(clinic: Caller, search: str, fits: Any) -> None:
    found = rows(clinic, f"diagnosa/{search}/0/10000")

    every = clinic.simulator.double.references.lists["diagnosa"]
    assert found == [row for row in every if fits(row)]


def test_start_is_the_first_row_counted_from_zero(clinic: Caller) -> None:
    whole = rows(clinic, "poli/fktp/0/100")

    assert rows(clinic, "poli/fktp/2/3") == whole[2:5]
    assert rows(clinic, f"poli/fktp/{len(whole) - 1}/100") == whole[-1:]


def test_a_page_may_be_cut_shorter_than_was_asked_for(running: Running) -> None:
    clinic = running(page_cap=100)

    assert len(rows(clinic, "tindakan/kdTkp/10/0/10000")) == 100
    assert len(rows(clinic, "tindakan/kdTkp/10/300/10000")) == 60


def test_rows_may_begin_with_1(clinic: Caller) -> None:
    whole = rows(clinic, "poli/fktp/0/100")
    clinic.simulator.set_options(page_base=1)

    assert rows(clinic, "poli/fktp/1/3") == whole[:3]
    assert rows(clinic, "poli/fktp/2/3") == whole[1:4]
    assert rows(clinic, "poli/fktp/0/3") == whole[:2]  # there is no row 0


@pytest.mark.parametrize(("is_total", "count"), [(True, 360), (False, 25)])
def test_the_count_is_of_all_rows_or_of_the_page(clinic: Caller, is_total: bool, count: int) -> None:
    clinic.simulator.set_options(count_is_total=is_total)

    assert clinic.pcare("GET", "tindakan/kdTkp/10/0/25").response["count"] == count


@pytest.mark.parametrize("path", EMPTY)
@pytest.mark.parametrize("form", NO_DATA)
def test_nothing_is_answered_in_the_form_asked_for(clinic: Caller, path: str, form: str) -> None:
    clinic.simulator.set_options(no_data=form)

    answer = clinic.raw("pcare", "GET", path)

    http, body = NO_DATA[form]
    assert (answer.status_code, answer.json() if answer.content else None) == (http, body)


def test_nothing_may_be_a_sealed_empty_list(running: Running) -> None:
    reply = running(no_data_form="list").pcare("GET", EMPTY[0])

    assert (reply.sealed, reply.response) == (True, {"count": 0, "list": []})


def test_a_registration_is_read_back_by_day_and_by_number(clinic: Caller) -> None:
    number = clinic.register(keluhan="pusing", sistole=130)
    clinic.register(tglDaftar="15-09-2026")

    (listed,) = rows(clinic, f"pendaftaran/tglDaftar/{DAY}/0/100")
    single = clinic.pcare("GET", f"pendaftaran/noUrut/{number}/tglDaftar/{DAY}").response

    assert listed == single
    assert (listed["noUrut"], listed["tgldaftar"], listed["status"]) == (number, DAY, "Baru")
    assert (listed["peserta"]["noKartu"], listed["poli"]["kdPoli"]) == (CARD, "001")
    assert (listed["keluhan"], listed["sistole"], listed["tkp"]["kdTkp"]) == ("pusing", 130, "10")


def test_a_visit_makes_its_registration_served_until_it_is_deleted(clinic: Caller) -> None:
    clinic.register()
    visit = clinic.visit()
    path = f"pendaftaran/tglDaftar/{DAY}/0/100"

    assert rows(clinic, path)[0]["status"] == "Sudah dilayani"
    clinic.pcare("DELETE", f"kunjungan/{visit}")
    assert rows(clinic, path)[0]["status"] == "Baru"


def test_the_history_of_a_member_begins_with_the_newest_visit(clinic: Caller) -> None:
    visits = []
    for day in ("13-09-2026", DAY):
        clinic.register(tglDaftar=day)
        visits.append(clinic.visit(tglDaftar=day, tglPulang=day))

    history = rows(clinic, f"kunjungan/peserta/{CARD}")

    assert [row["noKunjungan"] for row in history] == visits[::-1]
    assert [row["tglKunjungan"] for row in history] == [DAY, "13-09-2026"]
    assert history[0]["providerPelayanan"]["kdProvider"] == "01234567"
    assert (history[0]["poli"]["kdPoli"], history[0]["diagnosa1"]["kdDiag"]) == ("001", "J00")


def test_only_a_visit_with_a_referral_has_one_to_print(clinic: Caller) -> None:
    referral: dict[str, Any] = {
        "tglEstRujuk": "15-09-2026",
        "kdppk": "0000R001",
        "subSpesialis": {},
        "khusus": None,
    }
    clinic.register()
    clinic.register(kdPoli="002")
    referred = clinic.visit(kdStatusPulang="4", rujukLanjut=referral)
    plain = clinic.visit(kdPoli="002")

    printed = clinic.pcare("GET", f"kunjungan/rujukan/{referred}").response

    assert (printed["noRujukan"], printed["tglEstRujuk"]) == (referred, "15-09-2026")
    assert clinic.pcare("GET", f"kunjungan/rujukan/{plain}").http == 412


@pytest.mark.parametrize("path", [CARD, f"noka/{CARD}", f"nik/000{CARD}"])
def test_a_member_is_found_by_card_and_by_nik(clinic: Caller, path: str) -> None:
    member = clinic.pcare("GET", f"peserta/{path}").response

    assert (member["noKartu"], member["aktif"], member["ketAktif"]) == (CARD, True, "AKTIF")


def test_antrean_lists_poli_under_list_with_code_one(clinic: Caller) -> None:
    reply = clinic.antrean("GET", "ref/poli/tanggal/2026-09-14")

    assert (reply.http, reply.code, reply.sealed) == (200, 1, True)
    assert {"kodepoli": "001", "namapoli": "POLI UMUM"} in reply.response["list"]


@pytest.mark.parametrize("day", [f"2026-09-{number}" for number in range(14, 21)])
def test_antrean_lists_doctors_bare_with_code_200_on_every_day_of_the_week(clinic: Caller, day: str) -> None:
    reply = clinic.antrean("GET", f"ref/dokter/kodepoli/001/tanggal/{day}")

    assert (reply.http, reply.code, reply.sealed) == (200, 200, True)
    assert list(reply.response[0]) == ["kodedokter", "namadokter", "jampraktek", "kapasitas"]
    codes = [row["kodedokter"] for row in reply.response]
    assert len(codes) > len(set(codes)), "some doctor has two sessions"


def test_antrean_without_a_schedule_is_a_201(clinic: Caller) -> None:
    reply = clinic.antrean("GET", "ref/dokter/kodepoli/021/tanggal/2026-09-14")

    assert (reply.http, reply.code, reply.message, reply.response) == (200, 201, "No Content", None)


@pytest.mark.parametrize("reference", ["poli", "dokter/kodepoli/001"])
@pytest.mark.parametrize("day", ["14-09-2026", "20260914", "2026-13-45", "2026-9-14", "hari-ini"])
def test_antrean_wants_its_own_form_of_a_date(clinic: Caller, reference: str, day: str) -> None:
    reply = clinic.antrean("GET", f"ref/{reference}/tanggal/{day}")

    assert (reply.http, reply.code, reply.response) == (200, 201, None)
    assert "yyyy-mm-dd" in reply.message


def test_the_doctors_of_both_services_are_the_same(clinic: Caller) -> None:
    known = {row["kdDokter"] for row in rows(clinic, "dokter/0/100")}

    for poli in ("001", "002", "003", "008"):
        for row in clinic.antrean("GET", f"ref/dokter/kodepoli/{poli}/tanggal/2026-09-14").response:
            assert str(row["kodedokter"]) in known


def test_a_search_may_hold_any_character(clinic: Caller) -> None:
    clinic.simulator.edit_reference(
        "obat", add=[{"kdObat": "900", "nmObat": "Campuran 50% A/B & C", "sedia": 1}]
    )

    assert [row["kdObat"] for row in rows(clinic, "obat/dpho/50%25%20a/0/10")] == ["900"]


def test_an_edited_reference_is_what_rules_and_reads_know(clinic: Caller) -> None:
    clinic.register()
    clinic.register(kdPoli="002")
    clinic.visit(kdPoli="002", kdDiag1="J00")
    clinic.simulator.edit_reference(
        "diagnosa", remove=["J00"], add=[{"kdDiag": "U07.1", "nmDiag": "Contoh baru", "nonSpesialis": False}]
    )

    assert clinic.pcare("POST", "kunjungan/v1", kunjungan()).fields == {"kdDiag1"}
    assert [row["kdDiag"] for row in rows(clinic, "diagnosa/U/0/10")] == ["U07.1"]
    assert clinic.visit(kdDiag1="U07.1")
