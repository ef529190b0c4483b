"""`bpjs pengguna`: people are made, changed and switched off; what cannot be is one sentence."""

import re

import pytest

from cli.person import whoever_is_here
from database import Database
from database.people.acts import last_acts
from database.people.login import log_in
from database.people.people import all_people
from database.people.totp import confirm_totp, offer_totp
from tests.cli.here import bpjs
from tests.cli.terminal import Ran, Terminal
from tests.database.people import PASSWORD
from tests.database.test_totp import code


@pytest.fixture
def people(terminal: Terminal) -> "People":
    return People(terminal)


class People:
    """`bpjs pengguna` on a database of its own."""

    def __init__(self, terminal: Terminal) -> None:
        self._environ = terminal.environ

    def __call__(self, *words: str, typed: str = "") -> Ran:
        return bpjs("pengguna", *words, typed=typed, environ=self._environ)


def test_the_password_that_is_made_is_shown_once_and_works(people: People, kept: Database) -> None:
    ran = people("tambah", "sari", "--peran", "superadmin")
    assert ran.code == 0
    made = re.search(r"hanya ditampilkan sekali: (\S+)", ran.out)
    assert made
    assert log_in(kept, "sari", made[1], address="192.0.2.1").person
    assert made[1] not in people("daftar").out


def test_a_given_password_is_read_from_standard_input_and_not_shown(people: People, kept: Database) -> None:
    ran = people(
        "tambah", "budi", "--faskes", "klinik-a", "--faskes", "utama", "--kata-sandi", "-", typed=PASSWORD
    )
    assert (ran.code, ran.out) == (0, "budi: admin, faskes klinik-a, utama.\n")
    assert log_in(kept, "budi", PASSWORD, address="192.0.2.1").person


def test_an_admin_without_a_named_clinic_is_of_utama(people: People, kept: Database) -> None:
    people("tambah", "budi", "--tanpa-satusehat")
    (budi,) = all_people(kept)
    assert (budi.clinics, budi.satusehat) == (frozenset({"utama"}), False)


def test_a_change_says_that_sessions_end_and_removing_switches_off(people: People, kept: Database) -> None:
    people("tambah", "budi")
    assert (
        people("ubah", "budi", "--peran", "superadmin").out
        == "budi: superadmin, semua faskes. Sesinya diakhiri.\n"
    )
    assert people("hapus", "budi").out == "budi tidak dapat masuk lagi.\n"
    (budi,) = all_people(kept)
    assert (budi.role, budi.active) == ("superadmin", False)


def test_the_list_shows_everybody_and_says_how_to_begin(people: People) -> None:
    assert "Belum ada pengguna: bpjs pengguna tambah" in people("daftar").out
    people("tambah", "sari", "--peran", "superadmin")
    people("tambah", "budi", "--faskes", "klinik-a")
    shown = people("daftar").out
    assert re.search(r"budi\W+admin\W+klinik-a\W+ya\W+tidak\W+ya", shown)
    assert re.search(r"sari\W+superadmin\W+semua\W+ya\W+tidak\W+ya", shown)


def test_whoever_has_the_machine_switches_a_second_factor_off(people: People, kept: Database) -> None:
    people("tambah", "sari", "--peran", "superadmin", "--kata-sandi", "-", typed=PASSWORD)
    (sari,) = all_people(kept)
    secret = offer_totp(kept, sari)
    assert confirm_totp(kept, sari, code(secret, kept.clock()), spares="")
    assert re.search(r"sari\W+superadmin\W+semua\W+ya\W+ya\W+ya", people("daftar").out)
    assert log_in(kept, "sari", PASSWORD, address="192.0.2.1").person is None

    assert people("ubah", "sari", "--tanpa-totp").out == "sari: superadmin, semua faskes. Sesinya diakhiri.\n"
    assert log_in(kept, "sari", PASSWORD, address="192.0.2.1").person


def test_what_was_done_stands_in_the_log_of_acts_and_what_was_refused_does_not(
    people: People, kept: Database
) -> None:
    made = people("tambah", "sari", "--peran", "superadmin").out.split()[-1]
    people("tambah", "sari")
    people("ubah", "sari", "--peran", "admin", "--kata-sandi", "-", typed=PASSWORD)
    people("hapus", "sari")
    people("daftar")
    acts = list(reversed(last_acts(kept, limit=9)))
    assert [(act.act, act.about, act.result, act.address) for act in acts] == [
        ("tambah-pengguna", "sari", "ok", None),
        ("ubah-pengguna", "sari", "ok", None),
        ("hapus-pengguna", "sari", "ok", None),
    ]
    assert {act.by for act in acts} == {whoever_is_here()}
    assert not {made, PASSWORD} & {text for act in acts for text in (act.by, act.about, act.faskes)}


# What was typed, on standard input too -> a part of what must be said about it.
NONSENSE = [
    (("tambah",), "", "Sebutkan nama penggunanya."),
    (("hapus",), "", "Sebutkan nama penggunanya."),
    (("cuci", "budi"), "", "AKSI: 'cuci' bukan salah satu dari"),
    (("tambah", "Budi"), "", "Nama pengguna: huruf kecil, angka, titik atau garis, 2 sampai 64."),
    (("tambah", "budi\nsantoso"), "", "Nama pengguna: huruf kecil"),
    (("tambah", "sudah-ada"), "", "Pengguna sudah-ada sudah ada."),
    (("tambah", "budi", "--peran", "raja"), "", "--peran: 'raja' bukan salah satu dari"),
    (("tambah", "budi", "--faskes", "x" * 65), "", "Faskes harus 1 sampai 64 huruf"),
    (("tambah", "budi", "--kata-sandi", PASSWORD), "", "--kata-sandi hanya menerima -"),
    (("tambah", "budi", "--kata-sandi", "-"), "", "Kata sandi harus 10 sampai 200 huruf."),
    (("tambah", "budi", "--kata-sandi", "-"), "pendek\n", "Kata sandi harus 10 sampai 200 huruf."),
    (("tambah", "budi", "--kata-sandi", "-"), "aaaaaaaaaaaa\n", "Kata sandi terlalu mudah ditebak."),
    (("ubah", "sudah-ada"), "", "Tidak ada yang diubah"),
    (("ubah", "siapa", "--peran", "admin"), "", "Pengguna siapa tidak ada."),
    (("hapus", "siapa"), "", "Pengguna siapa tidak ada."),
    (("hapus", "bu\x01di\ndi"), "", "tidak ada."),
]


@pytest.mark.parametrize(("words", "typed", "said"), NONSENSE)
def test_what_cannot_be_is_one_sentence(
    people: People, kept: Database, words: tuple[str, ...], typed: str, said: str
) -> None:
    people("tambah", "sudah-ada")
    complaint = people(*words, typed=typed).complaint
    assert said in complaint
    assert PASSWORD not in complaint
    assert [person.name for person in all_people(kept)] == ["sudah-ada"]


def test_a_password_that_is_no_text_is_refused(terminal: Terminal) -> None:
    """Its bytes would be kept as other letters than those that a browser sends."""
    ran = terminal("pengguna", "tambah", "budi", "--kata-sandi", "-", stdin="kopi-tubruk-é".encode("latin-1"))
    assert "bukan teks UTF-8" in ran.complaint
