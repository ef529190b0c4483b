"""Finds out whether BPJS already has a registration or a visit, and under which number."""

from collections.abc import Callable, Mapping, Sequence

from bpjs_client.bodies import VisitKey
from bpjs_client.endpoints import kunjungan_history, pendaftaran_page
from bpjs_client.errors import NotFound, Temporary
from bpjs_client.exchange import JSON, Exchange
from bpjs_client.numbers import shaped_number
from bpjs_client.paging import KeepsChanging, Row, whole_list, whole_row
from bpjs_client.wire_fields import read_pcare_date

Read = Callable[[str], Exchange]

PAGE_SIZE = 100
_DATE_LENGTH = len("dd-MM-yyyy")


def rows_of(exchange: Exchange) -> list[Mapping[str, JSON]]:
    """The rows of a reference or list, whether ``{count, list}``, a bare array or no data at all.

    Raises Temporary for any other shape: an answer that cannot be read must not pass for "nothing there".
    """
    response = exchange.response
    rows = response.get("list") if isinstance(response, Mapping) and "list" in response else response
    if rows is None:
        return []
    if isinstance(rows, list) and all(isinstance(row, Mapping) for row in rows):
        return [row for row in rows if isinstance(row, Mapping)]
    raise Temporary("Daftar dari BPJS tidak dapat dibaca.", exchange)


def find_pendaftaran(read: Read, key: VisitKey) -> str | None:
    """The noUrut of a registration by card and poli, from all registrations of the day (contract 3.1).

    None: it is not there. Raises BpjsError, also for one without its number.
    """
    numbers = [
        shaped_number("noUrut", _text_at(row, "noUrut"))
        for row in _registrations(read, key)
        if _text_at(row, "peserta", "noKartu") == key.no_kartu and _is_poli(row, key)
    ]
    return _known(numbers, pendaftaran_page(key.tanggal, 0, PAGE_SIZE))


def find_kunjungan(read: Read, key: VisitKey, kd_provider: str) -> str | None:
    """The noKunjungan of a visit by own provider, date and poli, from the card's history (contract 3.1).

    None: it is not there. Raises BpjsError, also for one without its number.
    """
    path = kunjungan_history(key.no_kartu)
    numbers = [
        shaped_number("noKunjungan", _text_at(row, "noKunjungan"))
        for row in rows_there(read, path)
        if _text_at(row, "providerPelayanan", "kdProvider") == kd_provider
        and _is_poli(row, key)
        and _is_day(row, key)
    ]
    return _known(numbers, path)


def _known(numbers: Sequence[str | None], path: str) -> str | None:
    """The first number of those rows that fit; None without such a row.

    Raises Temporary when none of them has one: it is there, and must not pass for "nothing there".
    """
    known = next((number for number in numbers if number), None)
    if numbers and known is None:
        raise Temporary("Ada di daftar BPJS, tetapi tanpa nomor.", Exchange("GET", path))
    return known


def _registrations(read: Read, key: VisitKey) -> list[Row]:
    path = pendaftaran_page(key.tanggal, 0, PAGE_SIZE)
    try:
        return whole_list(
            lambda start: rows_there(read, pendaftaran_page(key.tanggal, start, PAGE_SIZE)), whole_row
        )
    except KeepsChanging:
        raise Temporary("Daftar pendaftaran di BPJS terus berubah.", Exchange("GET", path)) from None


def rows_there(read: Read, path: str) -> list[Row]:
    """The rows of a list; BPJS's own "not found" means that there are none. Raises BpjsError."""
    try:
        return rows_of(read(path))
    except NotFound as missing:
        if missing.exchange.meta_code is None:  # a gateway's 404 says nothing about patients
            raise
        return []


def _is_poli(row: Mapping[str, JSON], key: VisitKey) -> bool:
    return _text_at(row, "poli", "kdPoli") == key.kd_poli


def _is_day(row: Mapping[str, JSON], key: VisitKey) -> bool:
    return read_pcare_date((_text_at(row, "tglKunjungan") or "")[:_DATE_LENGTH]) == key.tanggal


def _text_at(row: Mapping[str, JSON], *path: str) -> str | None:
    value: object = row
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return str(value).strip() or None if isinstance(value, str | int) else None
