"""Reads what people type, for commands, forms and handed-over lines alike.

A refusal is one Indonesian sentence without a period. It begins with the name of the option or field, which
the caller gives, and never quotes what was typed: a patient's number may stand in the wrong field.
"""

import json
import math
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from bpjs_client.dates import DATE_FORMS, read_typed_date
from bpjs_client.jenis import Jenis
from database.errors import LineRefused

ALL_DAYS = "semua"
MOST_DIGITS = 4000  # digits of an integer; Python refuses to write one of more than 4300

# Nine digits: no job has a longer number, and every card and NIK does.
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")


def read_day(typed: object, name: str) -> date:
    """A day. Raises LineRefused."""
    return _day(typed, f"{name} harus {DATE_FORMS}")


def read_day_or_all(typed: str, name: str) -> date | None:
    """A day, or None for `semua`. Raises LineRefused."""
    return None if typed.strip() == ALL_DAYS else _day(typed, f"{name} harus {DATE_FORMS}, atau {ALL_DAYS}")


def _day(typed: object, refusal: str) -> date:
    day = read_typed_date(typed) if isinstance(typed, str) else None
    if day is None:
        raise LineRefused(refusal)
    return day


def read_month(typed: str, name: str) -> date:
    """A month's first day, from `2026-11` or `11-2026`. Raises LineRefused."""
    found = _YEAR_MONTH.fullmatch(typed.strip()) or _MONTH_YEAR.fullmatch(typed.strip())
    year, month = (int(found["year"]), int(found["month"])) if found else (0, 0)
    if not (_FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= _MONTHS):
        raise LineRefused(f"{name} harus bulan yang ada, misalnya 2026-11 atau 11-2026")
    return date(year, month, 1)


_YEAR_MONTH = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})")
_MONTH_YEAR = re.compile(r"(?P<month>[0-9]{1,2})-(?P<year>[0-9]{4})")
_FIRST_YEAR, _LAST_YEAR, _MONTHS = 2014, 2999, 12  # there was no BPJS before 2014


def read_moment(typed: str, name: str, now: datetime) -> datetime:
    """An hour of a day: `16:00` today, `31-12-2026 07:30`, or as a browser's field writes it.

    `now` tells which day is today, and the zone of the clinic's clock. Raises LineRefused.
    """
    day, _, hour = typed.strip().replace("T", " ").rpartition(" ")
    try:
        at = time.fromisoformat(hour.zfill(5)) if _HOUR.fullmatch(hour) else None
    except ValueError:
        at = None
    if at is None:
        raise LineRefused(f"{name} harus jam 16:00, atau tanggal dan jam 31-12-2026 07:30")
    return datetime.combine(read_day(day, name) if day else now.date(), at, tzinfo=now.tzinfo)


_HOUR = re.compile(r"[0-9]{1,2}:[0-9]{2}")


def read_jenis(typed: object, name: str = "jenis") -> Jenis:
    """A job type. Raises LineRefused."""
    if not isinstance(typed, str) or typed not in set(Jenis):
        raise LineRefused(f"{name} tidak dikenal; pilih salah satu: {', '.join(Jenis)}")
    return Jenis(typed)


def read_field(typed: str, name: str) -> tuple[str, str]:
    """A field of the body and its value. Raises LineRefused."""
    field, equals, value = typed.partition("=")
    if not field.strip() or not equals:
        raise LineRefused(f"{name} harus ISIAN=NILAI, misalnya kdPoli=001")
    return field.strip(), value.strip()


def is_number(typed: object) -> bool:
    """Whether it is a whole number that is no card's."""
    return _NUMBER.fullmatch(str(typed).strip()) is not None


def whole_number(typed: object, name: str) -> int:
    """A whole number that is no card's. Raises LineRefused."""
    if not is_number(typed):
        raise LineRefused(f"{name} harus bilangan")
    return int(str(typed).strip())


def read_object(typed: str, name: str) -> Mapping[str, Any]:
    """The object that a JSON text holds. Raises LineRefused."""
    return an_object(read_json(typed, name), name)


def an_object(value: object, name: str) -> Mapping[Any, Any]:
    """The value, when it is an object. Raises LineRefused."""
    if not isinstance(value, Mapping):
        raise LineRefused(f"{name} harus objek JSON")
    return value


def read_json(typed: str, name: str, *, strict: bool = False) -> Any:
    """The value that a JSON text holds. Raises LineRefused.

    `strict` keeps to JSON's own rules, by which systems write: NaN is refused, and an integer too long to be
    written becomes infinity. A person's NaN is read, so that the check of the body names its field.
    """
    rules: dict[str, Any] = {"parse_constant": _refuse_constant, "parse_int": _read_int} if strict else {}
    try:
        return json.loads(typed, **rules)
    except (ValueError, RecursionError):
        raise LineRefused(f"{name} bukan JSON yang sah") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _read_int(digits: str) -> int | float:
    # Python refuses to read a very long integer; as infinity its field is named like any other wrong number.
    return int(digits) if len(digits) <= MOST_DIGITS else math.inf
