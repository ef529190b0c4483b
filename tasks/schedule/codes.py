"""The codes of polis and doctors, and when two spellings are one code. Nothing here knows the database."""

from enum import StrEnum


class What(StrEnum):
    """What a code names."""

    POLI = "poli"
    DOCTOR = "dokter"


def same_code(what: What, code: str) -> str:
    """What two spellings of one code share; a poli's code has one spelling.

    A doctor's code is a number at Antrean and a text at PCare (contract 5a): `00123` is 123.
    """
    is_number = what is What.DOCTOR and code.isascii() and code.isdigit()
    return (code.lstrip("0") or "0") if is_number else code
