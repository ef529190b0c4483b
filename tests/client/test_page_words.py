"""A page that comes instead of an answer is read for its words, whatever it is made of."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpjs_client.errors import BpjsError
from bpjs_client.jenis import Jenis
from bpjs_client.page_words import MOST_WORDS, has_markup, page_words

from .samples import BODIES, CARD, answering, clinic

FIREWALL = (
    "<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. "
    "Please consult with your administrator.<br><br>Your support ID is: 7<br></body></html>"
)
FIREWALL_SAYS = (
    "Request Rejected The requested URL was rejected. Please consult with your administrator. "
    "Your support ID is: 7"
)
RUNTIME_ERROR = """<!DOCTYPE html>
<html>
    <head>
        <title>Runtime Error</title>
        <meta name="viewport" content="width=device-width" />
        <style>body {font-family:"Verdana";} p {color: black;}</style>
        <script type="text/javascript">if (1 < 2) { document.write("<b>tersembunyi</b>"); }</script>
    </head>
    <body bgcolor="white">
        <span><H1>Server Error in '/pcare-rest' Application.<hr width=100% size=1></H1></span>
        <!-- [HttpException]: <b>rahasia</b> at System.Web -->
        <h2> <i>Runtime&nbsp;Error</i> </h2>
    </body>
</html>"""

PAGES = [
    (FIREWALL, FIREWALL_SAYS),
    (RUNTIME_ERROR, "Runtime Error Server Error in '/pcare-rest' Application. Runtime Error"),
    ("No Mapping Rule matched", "No Mapping Rule matched"),
    ("  dua\r\n\tbaris \x1b[31m\u200bmerah ", "dua baris [31m merah"),
    ("1 < 2 & 3 &lt; 4", "1 < 2 & 3 < 4"),
    ("<SCRIPT>tak ditutup <b>Halo</b>", ""),
    ("<style>a</style ><p>Halo</p><style>b", "Halo"),
    ("<p>Halo<!-- tak ditutup <p>dunia", "Halo"),
    ("<p>Halo</p><![rusak[ <p>dunia", "Halo"),
    ("<p>Halo</p>&#" + "9" * 5000 + ";", "Halo \ufffd"),
    ("<?xml version='1.0'?><fault><faultstring>Unknown host</faultstring></fault>", "Unknown host"),
    ("", ""),
    ("<br>", ""),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "words"), PAGES)
def test_of_a_page_only_what_is_seen_is_read(raw: str, words: str) -> None:
    assert page_words(raw) == words


@pytest.mark.parametrize(
    "broken", ['{"response": {"nama": "Pasien Contoh"', ' [{"nama": "Pasien', '{"a": NaN}', '\n{"response"']
)
def test_json_that_is_broken_is_no_page(broken: str) -> None:
    """Its words would be data of a patient, not what a gateway says."""
    assert page_words(broken) == ""


def test_long_styles_in_front_hide_no_words() -> None:
    page = f"<html><style>{'p { margin: 0 } ' * 1000}</style><p>Halo</p>"

    assert page_words(page) == "Halo"


def test_no_more_than_the_first_words_are_kept() -> None:
    page = "<p>" + "kata " * 1000

    assert page_words(page) == ("kata " * 1000)[:MOST_WORDS].strip()
    assert MOST_WORDS == 300


def test_a_tag_that_was_cut_off_is_not_shown() -> None:
    page = "<p>Halo</p>" + "<i></i>" * 560 + '<a href="' + "x" * 5000

    assert page_words(page) == "Halo"


@pytest.mark.parametrize("unit", ["<", "<a ", "<a b=", "<a '", "<!--", "<![", "</a", "<?", "&#x", "<script>"])
def test_nonsense_of_any_length_costs_little(unit: str) -> None:
    started = time.process_time()

    page_words(unit * (2**24 // len(unit)))

    assert time.process_time() - started < 5  # of this process's own: whatever else the machine does


@given(st.text(alphabet=st.sampled_from("<>!-/[]&#;x9=\"' aZ\x00\ud800?") | st.characters()))
def test_no_text_is_too_odd_to_be_read(raw: str) -> None:
    words = page_words(raw)

    assert words == " ".join(words.split())
    assert len(words) <= MOST_WORDS


@pytest.mark.parametrize(
    ("raw", "markup"),
    [
        (FIREWALL, True),
        ("<br/>", True),
        ("<!DOCTYPE html>", True),
        ("halaman</P>", True),
        ("No Mapping Rule matched", False),
        ("1 < 2", False),
        ("", False),
    ],
)
def test_a_page_is_told_from_a_plain_sentence(raw: str, markup: bool) -> None:
    assert has_markup(raw) is markup


@pytest.mark.parametrize(("status", "outcome"), [(200, "unknown"), (403, "unauthorized"), (502, "unknown")])
def test_the_words_of_a_page_are_those_of_the_exchange(status: int, outcome: str) -> None:
    with pytest.raises(BpjsError) as caught:
        clinic(answering(status, FIREWALL)).send(Jenis.TAMBAH_KUNJUNGAN, BODIES[Jenis.TAMBAH_KUNJUNGAN])

    assert (caught.value.outcome, caught.value.exchange.message) == (outcome, FIREWALL_SAYS)


def test_a_page_that_quotes_a_patient_stays_out_of_every_text_of_the_error() -> None:
    page = f"<p>The requested URL /pendaftaran/peserta/noKartu/{CARD} was rejected.</p>"
    with pytest.raises(BpjsError) as caught:
        clinic(answering(403, page)).send(Jenis.HAPUS_PENDAFTARAN, BODIES[Jenis.HAPUS_PENDAFTARAN])

    assert CARD in caught.value.exchange.message
    assert CARD not in f"{caught.value!r} {caught.value} {caught.value.reason}"
