"""Finds out whether BPJS already has a registration or a visit, and under which number."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bpjs_client.bodies import VisitKey
from bpjs_client.endpoints import kunjungan_history, pendaftaran_page
from bpjs_client.errors import NotFound, Temporary
from bpjs_client.exchange import JSON, Exchange
from bpjs_client.numbers import same_number, shaped_number
from bpjs_client.paging import KeepsChanging, Row, whole_list, whole_row
from bpjs_client.wire_fields import read_pcare_date

Read = Callable[[str], Exchange]

UNREADABLE_LIST = "Daftar dari BPJS tidak dapat dibaca."

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
    raise Temporary(UNREADABLE_LIST, exchange)


@dataclass(frozen=True)
class Seen:
    """A row of a list of BPJS's that shows a registration or visit; its repr names nobody.

    `number` is None when no row is of this clinic, day, poli and card; `content` holds what the row shows of
    the body, by the body's names, "" for what it shows to be empty; `elsewhere` says in Indonesian where else
    that day the card stands.
    """

    number: str | None = field(default=None, repr=False)
    content: Mapping[str, str | bool] = field(default_factory=dict, repr=False)
    elsewhere: str = field(default="", repr=False)


def see_pendaftaran(read: Read, key: VisitKey) -> Seen:
    """A registration by card and poli, from all registrations of the day (contract 3.1).

    Raises BpjsError, also for one without its number.
    """
    mine = [row for row in _registrations(read, key) if _text_at(row, "peserta", "noKartu") == key.no_kartu]
    path = pendaftaran_page(key.tanggal, 0, PAGE_SIZE)
    return _seen("noUrut", [row for row in mine if _is_poli(row, key)], mine, path)


def see_kunjungan(read: Read, key: VisitKey, kd_provider: str) -> Seen:
    """A visit by own provider, date and poli, from the card's history (contract 3.1).

    Raises BpjsError, also for one without its number.
    """
    path = kunjungan_history(key.no_kartu)
    mine = [row for row in rows_there(read, path) if _is_day(row, key)]
    fitting = [row for row in mine if same_number(provider_of(row), kd_provider) and _is_poli(row, key)]
    return _seen("noKunjungan", fitting, mine, path)


def see_kunjungan_numbered(read: Read, no_kartu: str, no_kunjungan: str) -> Seen:
    """The visit of this number, from the card's history, whatever its day and poli. Raises BpjsError."""
    rows = rows_there(read, kunjungan_history(no_kartu))
    fitting = (row for row in rows if same_number(_text_at(row, "noKunjungan"), no_kunjungan))
    return next((Seen(no_kunjungan, _content_of_visit(row)) for row in fitting), Seen())


def find_pendaftaran(read: Read, key: VisitKey) -> str | None:
    """The noUrut of a registration; None: no row fits. Raises BpjsError."""
    return see_pendaftaran(read, key).number


def find_kunjungan(read: Read, key: VisitKey, kd_provider: str) -> str | None:
    """The noKunjungan of a visit; None: no row fits. Raises BpjsError."""
    return see_kunjungan(read, key, kd_provider).number


def holds_pendaftaran(read: Read, key: VisitKey, no_urut: str) -> bool:
    """Whether any row of the day has this number and card, whatever else it shows. Raises BpjsError."""
    return any(
        same_number(_text_at(row, "noUrut"), no_urut)
        and _text_at(row, "peserta", "noKartu") in {key.no_kartu, None}
        for row in _registrations(read, key)
    )


def own_provider(read: Read, day: date) -> str | None:
    """The provider code under which PCare keeps this clinic's registrations of a day; None: it shows none.

    Raises BpjsError.
    """
    rows = rows_there(read, pendaftaran_page(day, 0, 2))  # one would be none where rows begin with 1
    return next(filter(None, map(provider_of, rows)), None)


def holds_kunjungan(read: Read, no_kartu: str, no_kunjungan: str) -> bool:
    """Whether any row of the card's history has this number, whatever else it shows. Raises BpjsError."""
    rows = rows_there(read, kunjungan_history(no_kartu))
    return any(same_number(_text_at(row, "noKunjungan"), no_kunjungan) for row in rows)


def _seen(name: str, fitting: Sequence[Row], mine: Sequence[Row], path: str) -> Seen:
    """Raises Temporary when what fits has no number: it is there, and must not pass for "nothing there"."""
    if not fitting:
        return Seen(elsewhere="; ".join(dict.fromkeys(map(_where, mine))))
    for row in fitting:
        number = shaped_number(name, _text_at(row, name))
        if number:
            return Seen(number, _CONTENTS[name](row))
    raise Temporary("Ada di daftar BPJS, tetapi tanpa nomor.", Exchange("GET", path))


# The history shows this of a visit, here by the names of its body (contract 3.1).
_SHOWN: Mapping[str, tuple[str, str]] = {
    "kdDiag1": ("diagnosa1", "kdDiag"),
    "kdDiag2": ("diagnosa2", "kdDiag"),
    "kdDiag3": ("diagnosa3", "kdDiag"),
    "kdDokter": ("dokter", "kdDokter"),
    "kdStatusPulang": ("statusPulang", "kdStatusPulang"),
}


def _content_of_visit(row: Row) -> dict[str, str | bool]:
    """A row that shows the first diagnosis shows by an empty second or third that there is none."""
    shown = {name: _text_at(row, *where) for name, where in _SHOWN.items()}
    shows_diagnoses = shown["kdDiag1"] is not None
    return {
        name: value or ""
        for name, value in shown.items()
        if value or (shows_diagnoses and name.startswith("kdDiag") and _SHOWN[name][0] in row)
    }


def _content_of_registration(row: Row) -> dict[str, str | bool]:
    """What tells one kind of contact from another; the list shows more, in words of PCare's own."""
    sick, kd_tkp = row.get("kunjSakit"), _text_at(row, "tkp", "kdTkp")
    content: dict[str, str | bool] = {"kunjSakit": sick} if isinstance(sick, bool) else {}
    return {**content, "kdTkp": kd_tkp} if kd_tkp else content


_CONTENTS: Mapping[str, Callable[[Row], dict[str, str | bool]]] = {
    "noUrut": _content_of_registration,
    "noKunjungan": _content_of_visit,
}


def _where(row: Row) -> str:
    provider = provider_of(row)
    return f"poli {_text_at(row, 'poli', 'kdPoli') or 'tanpa kode'}" + (f" di {provider}" if provider else "")


def provider_of(row: Row) -> str | None:
    """The code of the clinic that a row is of; None: it shows none."""
    return _text_at(row, "providerPelayanan", "kdProvider")


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
