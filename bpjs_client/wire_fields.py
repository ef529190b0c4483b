"""The types of single fields as BPJS writes them, each with the rule a value must keep.

A refusal's text never contains the value: it ends up in logs and on screens.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StrictInt, StrictStr
from pydantic_core import PydanticCustomError

RULE = "aturan"  # the error type of every sentence written here

_PCARE_DATE = re.compile(r"([0-9]{2})-([0-9]{2})-([0-9]{4})")
_ANTREAN_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MOST_PHONE_DIGITS = 15  # the longest number that the telephone network knows (E.164)
_TWO_NUMBERS = re.compile(r"[0-9][^0-9]*(?:[/;,|&\n]|\b(?:atau|dan)\b)[^0-9]*[0-9]", re.IGNORECASE)
# Other software writes these where it has no number (contract 9, row 13).
_PLACEHOLDERS = frozenset({"-", "--", "null", "nil", "none", "undefined", "nan"})


def refusal(sentence: str) -> PydanticCustomError:
    """A rule that was not kept, as an Indonesian sentence without the value."""
    return PydanticCustomError(RULE, sentence)


def read_pcare_date(value: object) -> date | None:
    """The calendar date written as PCare does (``dd-MM-yyyy``), or None when it is not one."""
    found = _PCARE_DATE.fullmatch(value) if isinstance(value, str) else None
    return _calendar_date(found[3], found[2], found[1]) if found else None


def read_antrean_date(value: object) -> date | None:
    """The calendar date written as Antrean does (``yyyy-MM-dd``), or None when it is not one."""
    found = _ANTREAN_DATE.fullmatch(value) if isinstance(value, str) else None
    return _calendar_date(found[1], found[2], found[3]) if found else None


def write_pcare_date(value: date) -> str:
    """A date in PCare's spelling, ``dd-MM-yyyy``."""
    return f"{value.day:02d}-{value.month:02d}-{value.year:04d}"


def _calendar_date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _written_as(read: Callable[[object], date | None], sentence: str) -> AfterValidator:
    def check(value: str) -> str:
        if read(value) is None:
            raise refusal(sentence)
        return value

    return AfterValidator(check)


def _shaped(pattern: str, sentence: str) -> AfterValidator:
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if compiled.fullmatch(value) is None:
            raise refusal(sentence)
        return value

    return AfterValidator(check)


def _digits_to_int(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,15}", value):
        return int(value)
    return value


def _count(value: object) -> object:
    number = _digits_to_int(value)
    if isinstance(number, str):
        raise refusal("Harus bilangan bulat, tanpa koma dan tanpa satuan.")
    return number


def _measure(value: object) -> object:
    if not isinstance(value, str):
        return value
    if re.fullmatch(r"-?[0-9]{1,6}([.,][0-9]{1,6})?", value) is None:
        raise refusal("Harus berupa angka, tanpa satuan.")
    return float(value.replace(",", "."))


def _at_least_zero(value: float) -> float:
    if value < 0:
        raise refusal("Tidak boleh kurang dari nol.")
    return value


def _doctor(value: int) -> int:
    if value <= 0:
        raise refusal("Harus kode dokter dari BPJS, lebih dari nol.")
    return value


def _one_phone(value: str) -> str:
    digits = re.findall("[0-9]", value)
    if not digits:
        raise refusal("Harus nomor HP, bukan tanda atau kata.")
    if len(digits) > _MOST_PHONE_DIGITS or _TWO_NUMBERS.search(value):
        raise refusal("Isi satu nomor HP saja.")
    return value


def _no_placeholder(value: str) -> str:
    if value.strip().casefold() in _PLACEHOLDERS:
        raise refusal("Harus nomor dari BPJS, atau kosong bila belum diketahui.")
    if value.strip() and any(letter.isspace() or not letter.isprintable() for letter in value):
        raise refusal("Tulis nomor dari BPJS tanpa spasi.")
    return value


def _milliseconds(value: int) -> int:
    # Seconds have 10 digits until the year 2286, milliseconds have 13: the two cannot be confused.
    if not 10**12 <= value < 10**13:
        raise refusal("Harus waktu dalam milidetik sejak 1970 (13 angka).")
    return value


def _attendance(value: int) -> int:
    if value not in {1, 2}:
        raise refusal("Harus 1 (hadir) atau 2 (tidak hadir).")
    return value


Text = StrictStr
Filled = Annotated[StrictStr, _shaped(r"(?s).*\S.*", "Wajib diisi.")]
Card = Annotated[StrictStr, _shaped(r"[0-9]{13}", "Nomor kartu harus 13 angka.")]
CardOrNone = Annotated[
    StrictStr, _shaped(r"([0-9]{13})?", "Nomor kartu harus 13 angka, atau kosong untuk pasien non-JKN.")
]
# Some clients send an empty NIK, and BPJS judges it (contract 9, row 13).
Nik = Annotated[StrictStr, _shaped(r"([0-9]{16})?", "NIK harus 16 angka, atau kosong bila belum ada.")]
Phone = Annotated[Filled, AfterValidator(_one_phone)]
# A number that BPJS gave; empty where it is not known yet.
Given = Annotated[StrictStr, AfterValidator(_no_placeholder)]
PCareDate = Annotated[
    StrictStr, _written_as(read_pcare_date, "Harus tanggal yang ada, ditulis hari-bulan-tahun (dd-MM-yyyy).")
]
PCareDateOrNone = Annotated[
    StrictStr,
    _written_as(
        lambda value: date.min if value == "" else read_pcare_date(value),
        "Harus tanggal yang ada, ditulis hari-bulan-tahun (dd-MM-yyyy).",
    ),
]
AntreanDate = Annotated[
    StrictStr,
    _written_as(read_antrean_date, "Harus tanggal yang ada, ditulis tahun-bulan-hari (yyyy-MM-dd)."),
]
# 24:00 is how some schedules write the end of the day.
Session = Annotated[
    StrictStr,
    _shaped(
        r"([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)",
        "Harus jam praktik HH:mm-HH:mm tanpa detik.",
    ),
]
Whole = StrictInt
DoctorCode = Annotated[StrictInt, AfterValidator(_doctor)]
# Working clients send the measurements as text ("120"), and a kdTacc of "-1" (contract 9, row 12, mark C).
Count = Annotated[StrictInt, BeforeValidator(_count), AfterValidator(_at_least_zero)]
Measure = Annotated[
    float,
    Field(strict=True, allow_inf_nan=False),
    BeforeValidator(_measure),
    AfterValidator(_at_least_zero),
]
KdTacc = Annotated[StrictInt, BeforeValidator(_digits_to_int)]
Flag = StrictBool
# Khanza sends the two numbers of panggil as text and is accepted (mark B), so digits in text pass.
Attendance = Annotated[StrictInt, BeforeValidator(_digits_to_int), AfterValidator(_attendance)]
Milliseconds = Annotated[StrictInt, BeforeValidator(_digits_to_int), AfterValidator(_milliseconds)]
KdTkp = Annotated[StrictStr, _shaped(r"10|20|50", "Harus 10 (RJTP), 20 (RITP) atau 50 (promotif).")]
KdSadar = Annotated[StrictStr, _shaped(r"0[1-4]", "Harus kode kesadaran 01 sampai 04.")]
KdPrognosa = Annotated[StrictStr, _shaped(r"0[1-5]", "Harus kode prognosa 01 sampai 05.")]
KdStatusPulang = Annotated[StrictStr, _shaped(r"[0-9]+", "Harus kode status pulang berupa angka dalam teks.")]
Suhu = Annotated[
    StrictStr, _shaped(r"[0-9]{1,3}([.,][0-9]+)?", "Harus suhu sebagai teks, misalnya 36,5 atau 36.5.")
]
