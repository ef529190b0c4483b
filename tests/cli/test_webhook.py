"""`bpjs webhook`: made, listed, resumed and removed; its secret is shown once, and each act is in the log."""

import re

import pytest

from database import Database
from database.people.acts import last_acts
from database.people.webhooks import all_webhooks, hold_webhook, note_failed
from tests.cli.here import bpjs
from tests.cli.terminal import Ran, Terminal

URL = "https://klinik.example/bpjs?kunci=rahasia"


@pytest.fixture
def environ(terminal: Terminal) -> dict[str, str]:
    return {**terminal.environ, "BPJS_WEB_WEBHOOK_HOSTS": "klinik.example, 10.0.0.5", "COLUMNS": "200"}


def run(environ: dict[str, str], *words: str, typed: str = "") -> Ran:
    return bpjs("webhook", *words, environ=environ, typed=typed)


def test_the_secret_is_shown_once(environ: dict[str, str], kept: Database) -> None:
    ran = run(environ, "buat", "--url", "-", typed=f"{URL}\n")
    assert ran.out.startswith("Webhook 1: faskes utama, https://klinik.example/bpjs. bpjs web mengirimnya.\n")
    secret = ran.out.splitlines()[-1]
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret)
    assert [each.url for each in all_webhooks(kept)] == [URL]
    listed = run(environ, "daftar").out
    assert re.search(r"1\W+utama\W+https://klinik.example/bpjs\s.*–.*0.*jalan", listed)
    assert secret not in listed
    assert "rahasia" not in ran.out.splitlines()[0] + listed


def test_one_that_was_paused_says_why_goes_on_and_is_removed(environ: dict[str, str], kept: Database) -> None:
    assert "Belum ada webhook: bpjs webhook buat" in run(environ, "daftar").out
    run(environ, "buat", "--url", URL)
    held = hold_webhook(kept, 1, "a")
    assert held
    note_failed(kept, held, "a", "menjawab HTTP 410", wait=kept.clock() - kept.clock(), is_over=True)
    assert re.search(r"dijeda sejak [-0-9]{10} [:0-9]{5}: menjawab HTTP 410", run(environ, "daftar").out)
    assert run(environ, "lanjutkan", "1").out == "Webhook 1 (faskes utama) dilanjutkan.\n"
    assert "jalan" in run(environ, "daftar").out
    assert run(environ, "hapus", "1").out == "Webhook 1 (faskes utama) dihapus.\n"
    assert all_webhooks(kept) == []
    acts = [(act.act, act.about, act.faskes, act.address) for act in reversed(last_acts(kept, limit=9))]
    assert acts == [
        ("buat-webhook", "1", "utama", None),
        ("lanjutkan-webhook", "1", "utama", None),
        ("hapus-webhook", "1", "utama", None),
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("buat",), "Sebutkan --url"),
        (("buat", "--url", "http://klinik.example/"), "Alamat webhook harus https://"),
        (("buat", "--url", "https://lain.example/"), "tidak terdaftar di BPJS_WEB_WEBHOOK_HOSTS"),
        (("buat", "--url", "https://budi:x@klinik.example/"), "tanpa nama pengguna"),
        (("buat", "--url", "bukan alamat"), "Alamat webhook"),
        (("buat", "--url", URL, "--faskes", "siapa"), "Tidak ada faskes siapa di sini"),
        (("hapus",), "Sebutkan ID webhooknya"),
        (("hapus", "7"), "Tidak ada webhook dengan ID itu."),
        (("lanjutkan", "7"), "Tidak ada webhook dengan ID itu."),
        (("hapus", "9" * 30), "ID: paling besar"),
        (("hapus", "satu"), "ID: "),
        (("cuci",), "AKSI: 'cuci' bukan salah satu dari"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    environ: dict[str, str], kept: Database, words: tuple[str, ...], said: str
) -> None:
    assert said in run(environ, *words).complaint
    assert all_webhooks(kept) == []
    assert last_acts(kept, limit=9) == []


def test_nobody_is_told_anything_where_no_host_is_listed(terminal: Terminal) -> None:
    assert "BPJS_WEB_WEBHOOK_HOSTS" in run(terminal.environ, "buat", "--url", URL).complaint
