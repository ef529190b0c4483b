"""Clinics are named in sentences: as they are when the configuration knows them, else as harmless words."""

from collections.abc import Collection, Sequence
from string import digits
from typing import TypeAlias

UTAMA = "utama"  # the clinic of the `BPJS_…` variables

# The clinics in BPJS_FASKES_FILE; None without a file.
Known: TypeAlias = Collection[str] | None

NAMED = 3  # clinics that a sentence names; of more it says how many
UNREADABLE = "…"
_LONGEST = 24  # characters of a name that nobody configured
_LONG_NUMBER = 9  # digits: a phone, a card or a NIK, which somebody wrote into the wrong field


LONGEST_NAME = 64  # characters that the tables hold


def can_be_a_clinic(name: str) -> bool:
    """Whether a job can be of a clinic of this name: one line, spaced as a hand-over keeps it, not long."""
    return 0 < len(name) <= LONGEST_NAME and name.isprintable() and name == " ".join(name.split())


def is_stranger(faskes: str, known: Known) -> bool:
    """Whether nobody gave us a credential for this clinic."""
    return known is not None and faskes not in known


def no_credential(faskes: str, *, from_file: bool) -> str:
    """In Indonesian, that nobody gave us a credential for it, and what to do."""
    return f"faskes {foreign_name(faskes)} {_NOT_IN_FILE if from_file else _NOT_SHARED}"


_NOT_IN_FILE = "tidak ada di BPJS_FASKES_FILE"
_NOT_SHARED = (
    "tidak dikenal: daftarkan di BPJS_FASKES_FILE,"
    " atau isi BPJS_SHARE_CREDENTIAL=true bila cabang memakai kredensial yang sama"
)


def said_name(faskes: str, known: Known) -> str:
    """A clinic's name for a sentence; what stands in `jobs.faskes` is any text, unless it is configured."""
    configured = (UTAMA,) if known is None else known
    return shortened(faskes, 64) if faskes in configured else foreign_name(faskes)


def some_names(faskes: Sequence[str], known: Known) -> str:
    """The first few, as `klinik-a, klinik-b, klinik-c, …`."""
    named = [said_name(each, known) for each in faskes[:NAMED]]
    return ", ".join([*named, *(["…"] if len(faskes) > NAMED else [])])


def foreign_name(faskes: str) -> str:
    """A text that a clinic's system wrote as faskes: short, one line, only letters, digits, `-` and `_`.

    So it is no link, no markup and no control code, whoever shows it. Where it may hold a patient's number no
    digit is left; `…` when nothing is.
    """
    harmless = "".join(letter if _is_harmless(letter) else " " for letter in faskes)
    if sum(letter in digits for letter in harmless) >= _LONG_NUMBER:
        harmless = "".join(" " if letter in digits else letter for letter in harmless)
    return shortened(harmless, _LONGEST) or UNREADABLE


def _is_harmless(letter: str) -> bool:
    return letter.isalpha() or letter in digits or letter in "-_"


def shortened(text: str, longest: int) -> str:
    """The text on one line of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
