"""The dictionary of messages: each row explains its own example, and no text of the contract is without one."""

import re

import pytest

from bpjs_client.code_table import EMPTY_ROWS, GATEWAY_ROWS, PAGE_ROWS, ROWS
from bpjs_client.dictionary import BY_NAME, ENTRIES, OWN, Entry, entries_of, entry_of
from bpjs_client.meanings import known_meaning_of, meaning_of
from bpjs_simulator.named_answers import NAMED
from database.settings import PROJECT
from tests.leaks import leaks

CONTRACT = (PROJECT / "docs" / "bpjs-contract.md").read_text("utf-8")
# In inline code or between quotation marks.
QUOTED = re.compile(r"`([^`\n]+)`|\"([^\"\n]+)\"|“([^”\n]+)”")
# Quoted in 5, 6 and 9, and nothing that BPJS says of a refusal; what has no space, a slash, a brace or an equals
# sign is no sentence anyway.
NO_MESSAGES = {
    "Tidak Ada",  # a value of fields
    "kode - nama diagnosa",  # a form of a field
    "< 3 Hari", ">= 3 - 7 Hari", ">= 7 Hari", "< 1 Bulan", ">= 55 Tahun",  # reasons of TACC
    ">= 1 Bulan s/d < 12 Bulan", ">= 1 Tahun s/d < 5 Tahun",
    ">= 5 Tahun s/d < 12 Tahun", ">= 12 Tahun s/d < 55 Tahun",
    "POST pendaftaran", "POST tindakan", "POST kunjungan",  # requests
    "subSpesialis {kdSubSpesialis1, kdSarana}", "khusus {kdKhusus, kdSubSpesialis, catatan}",  # objects
    'metadata {code:200,message:', "PUT kunjungan/v1",
}  # fmt: skip


def section(number: str) -> str:
    """A part of the contract with all below it, without its examples."""
    (found,) = re.findall(rf"^## {number}\. .*?(?=^## |\Z)", CONTRACT, re.MULTILINE | re.DOTALL)
    return re.sub(r"^```.*?^```", "", found, flags=re.MULTILINE | re.DOTALL)


def quoted(number: str) -> set[str]:
    """The texts that a part quotes and that may be words of BPJS."""
    found = {next(filter(None, groups)) for groups in QUOTED.findall(section(number))}
    return {
        text for text in found if " " in text and not re.match(r"(?:POST|PUT|DELETE|GET) |metadata ", text)
    }


def messages(number: str) -> list[str]:
    return sorted(quoted(number) - NO_MESSAGES)


def the_row(entry: Entry) -> str:
    return entry.name


@pytest.mark.parametrize("entry", ENTRIES, ids=the_row)
def test_its_example_is_explained_by_the_row_and_by_no_other(entry: Entry) -> None:
    assert [other.name for other in ENTRIES if other.says(entry.example)] == [entry.name]
    assert entry_of(entry.example) is entry


@pytest.mark.parametrize("entry", ENTRIES, ids=the_row)
def test_each_of_its_words_leads_to_it(entry: Entry) -> None:
    for words in entry.words:
        assert entry.says(re.sub(r"\{\w+\}", "A-7", words).upper()), words


@pytest.mark.parametrize("entry", ENTRIES, ids=the_row)
def test_our_own_sentence_for_it_leads_back_to_it(entry: Entry) -> None:
    assert entry_of(entry.means) is entry
    assert entry_of(entry.in_short) is entry


@pytest.mark.parametrize("entry", ENTRIES, ids=the_row)
def test_it_is_a_plain_sentence_from_a_place_that_exists_and_names_nobody(entry: Entry) -> None:
    for sentence in (entry.means, entry.todo):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert len(sentence) <= 160
    assert leaks(entry.example) == set()
    place, _, row = entry.source.partition(".") if entry.source.startswith("9.") else (entry.source, "", "")
    assert entry.source == OWN or re.search(rf"^#+ {re.escape(place)}\.? ", CONTRACT, re.MULTILINE)
    assert not row or re.search(rf"^\| {row} \|", section("9"), re.MULTILINE)


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(ENTRIES) > 50


@pytest.mark.parametrize(
    ("part", "text"), [(part, text) for part in ("5", "6", "9") for text in messages(part)]
)
def test_every_text_that_the_contract_quotes_is_explained(part: str, text: str) -> None:
    assert entry_of(text.replace("{field}", "kdPoli:")) is not None


def test_what_is_left_out_of_that_is_still_quoted() -> None:
    everything = quoted("5") | quoted("6") | quoted("9")
    assert "Service Expired" in everything
    assert {
        text for text in NO_MESSAGES if "POST" not in text and "PUT" not in text and "metadata" not in text
    } <= (everything)


SPOKEN = [
    ("PESERTA SUDAH DIENTRI DI POLI YANG SAMA PADA HARI YANG SAMA", "sudah-dientri"),
    ("noKartu: Peserta sudah di entri pada hari yang sama", "sudah-dientri"),
    ("Nomor antrean B-12 sudah terdaftar atas nama peserta lain", "nomor-antrean-dipakai"),
    ("Peserta sudah terdaftar di poli lain", None),
    ("Kunjungan ke onkologi nuklir tidak dapat disimpan", None),  # holds the letters of "login"
    ("Maaf Cek Kembali Password Pcare Anda", "login-pcare"),
    ("Login failed for user 'sa'.", "gangguan"),
    ("9 kali dicoba tanpa hasil: Layanan BPJS sedang bermasalah.", "tanpa-hasil"),
    ("kdPoli: Tidak sesuai dengan referensi sistem. (tidak dapat dicek otomatis; periksa)", "tidak-dapat-dicek"),
    ("BPJS tidak menjawab dengan jelas apakah data sudah masuk. BPJS: Object reference not set", "belum-pasti"),
    ("Waktu tidak valid", "waktu-tidak-valid"),
    ("Harus sabar", None),
    ("", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name"), SPOKEN)
def test_words_are_known_however_they_are_spelled(text: str, name: str | None) -> None:
    found = entry_of(text)
    assert (found and found.name) == name


def test_a_list_of_fields_is_explained_field_by_field() -> None:
    said = "noKartu: Belum melakukan pendaftaran pada poli tersebut.; kdPoli: Tidak sesuai dengan referensi sistem."
    said += "; kdDiag1: Tidak sesuai dengan referensi sistem.; kdDokter: entah apa"
    assert [entry.name for entry in entries_of(said)] == ["belum-pendaftaran", "referensi-sistem"]
    assert entries_of("entah: apa") == []


def test_every_sentence_of_ours_that_stands_for_bpjs_words_is_one_of_the_dictionary() -> None:
    reasons = {row.reason for row in (*ROWS, *GATEWAY_ROWS, *PAGE_ROWS, *EMPTY_ROWS)} - {None}
    assert len(reasons) > 15
    for reason in reasons:
        assert entry_of(str(reason)), reason


INVENTED = {"msg-only", "keterangan-only", "quotes-card", "null-number", "gateway-409"}


@pytest.mark.parametrize("name", sorted(NAMED.keys() - INVENTED))
def test_what_the_simulator_says_by_name_is_explained(name: str) -> None:
    said = NAMED[name].said
    texts = [said.message, str(said.page or "")]
    texts += [row["message"] for row in said.response or [] if isinstance(row, dict)]
    if isinstance(said.json, dict):
        texts.append(said.json["message"])
    words = [text for text in texts if text and text != "PRECONDITION_FAILED"]
    assert all(map(entry_of, words)), words


def test_unknown_words_have_a_general_meaning_and_none_of_their_own() -> None:
    assert known_meaning_of("Ikan terbang") is None
    assert "alasan di atas" in meaning_of("Ikan terbang").means
    assert "sedang menanyakannya" in meaning_of("Ikan terbang", uncertain=True).means
