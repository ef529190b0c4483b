"""Asks BPJS about one member, visit or referral: kept for minutes at most, never copied in bulk."""

import re
import time
from collections.abc import Callable, Mapping
from datetime import date
from threading import Lock

from cachetools import TTLCache

from bpjs_client.endpoints import kunjungan_history, path_of
from bpjs_client.errors import NotFound, Temporary
from bpjs_client.exchange import Exchange
from bpjs_client.jenis import Service
from bpjs_client.jobs import Bpjs
from bpjs_client.paging import Row
from bpjs_client.readback import rows_there
from bpjs_client.wire_fields import write_pcare_date

KEPT_SECONDS = 120.0
_MOST_KEPT = 1_000
_CARD, _NIK = re.compile(r"[0-9]{13}"), re.compile(r"[0-9]{16}")
_WHICH_NUMBER = "Nomor harus nomor kartu BPJS (13 angka) atau NIK (16 angka)."
_NO_SARANA = "0"  # what clients send in the path when no sarana is chosen (contract 3, mark C)
# Thalassaemia and haemophilia are treated by certain subspecialties only (contract 3, mark A).
_NEED_SUBSPESIALIS = frozenset({"THA", "HEM"})
_FOR_THA_AND_HEM = ("3", "8", "26", "30")


class Lookups:
    """Thread-safe. ``clock`` tells seconds and decides how long an answer is kept; failures are not kept."""

    def __init__(
        self, bpjs: Bpjs, *, kept_seconds: float = KEPT_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._bpjs = bpjs
        self._kept: TTLCache[str, list[Row]] = TTLCache(_MOST_KEPT, kept_seconds, clock)
        self._lock = Lock()

    def peserta(self, nomor: str) -> Row | None:
        """A member by card (13 digits) or NIK (16 digits); None when BPJS knows nobody.

        Raises ValueError for another number, in words that do not quote it, and BpjsError.
        """
        if _CARD.fullmatch(nomor):
            return self._one(path_of("peserta", nomor))
        if _NIK.fullmatch(nomor):
            return self._one(path_of("peserta", "nik", nomor))
        raise ValueError(_WHICH_NUMBER)

    def riwayat_kunjungan(self, no_kartu: str) -> list[Row]:
        """A member's visits at all clinics, newest first as BPJS gives them. Raises ValueError, BpjsError."""
        return self._rows(kunjungan_history(_card(no_kartu)))

    def rujukan(self, no_kunjungan: str) -> Row | None:
        """The referral that a visit ended in; None when BPJS has no such visit.

        Raises ValueError for an empty number, and BpjsError; Rejected, in BPJS's own words, for a visit
        without a referral.
        """
        return self._one(path_of("kunjungan", "rujukan", _written(no_kunjungan)))

    def faskes_subspesialis(
        self, kd_subspesialis: str, tanggal: date, kd_sarana: str | None = None
    ) -> list[Row]:
        """The hospitals with a subspecialty on a day. Raises ValueError for an empty code, and BpjsError."""
        sarana = _NO_SARANA if kd_sarana is None else _written(kd_sarana)
        what = ("subspesialis", _written(kd_subspesialis), "sarana", sarana)
        return self._rows(_faskes_path(*what, tanggal=tanggal))

    def faskes_khusus(
        self, kd_khusus: str, no_kartu: str, tanggal: date, kd_subspesialis: str | None = None
    ) -> list[Row]:
        """The hospitals with a special service for a member on a day.

        THA and HEM need a subspecialty (3, 8, 26 or 30), the others have none. Raises ValueError, BpjsError.
        """
        kd_khusus = _written(kd_khusus).upper()  # all of BPJS's codes are
        needs = kd_khusus in _NEED_SUBSPESIALIS
        if needs and kd_subspesialis not in _FOR_THA_AND_HEM:
            raise ValueError(f"THA dan HEM memerlukan subspesialis: {', '.join(_FOR_THA_AND_HEM)}.")
        if not needs and kd_subspesialis:
            raise ValueError("Subspesialis hanya untuk THA dan HEM.")
        what = ("khusus", kd_khusus, *(("subspesialis", kd_subspesialis) if needs else ()))
        return self._rows(_faskes_path(*what, "noKartu", _card(no_kartu), tanggal=tanggal))

    def _one(self, path: str) -> Row | None:
        rows = self._remembered(path, lambda: self._object(path))
        return rows[0] if rows else None

    def _rows(self, path: str) -> list[Row]:
        # A list of the caller's own: what it does to it must not reach the kept one.
        return list(self._remembered(path, lambda: rows_there(self._read, path)))

    def _read(self, path: str) -> Exchange:
        return self._bpjs.read(Service.PCARE, path)

    def _object(self, path: str) -> list[Row]:
        try:
            exchange = self._read(path)
        except NotFound as missing:
            if missing.exchange.meta_code is None:  # a gateway's 404 says nothing about members
                raise
            return []
        if exchange.response in (None, [], {}):
            return []
        if isinstance(exchange.response, Mapping):
            return [exchange.response]
        # An answer that cannot be read must not pass for "nobody".
        raise Temporary("Jawaban BPJS tidak dapat dibaca.", exchange)

    def _remembered(self, path: str, ask: Callable[[], list[Row]]) -> list[Row]:
        with self._lock:
            rows = self._kept.get(path)
        if rows is None:
            rows = ask()
            with self._lock:
                self._kept[path] = rows
        return rows


def _faskes_path(*what: object, tanggal: date) -> str:
    return path_of("spesialis", "rujuk", *what, "tglEstRujuk", write_pcare_date(tanggal))


def _written(value: str) -> str:
    """A code or number as it stands; an empty one would make another path of it."""
    if not value.strip() or not value.isprintable():
        raise ValueError("Kode atau nomor tidak boleh kosong, dan hanya huruf dan angka yang terbaca.")
    return value


def _card(no_kartu: str) -> str:
    if not _CARD.fullmatch(no_kartu):
        raise ValueError("Nomor kartu BPJS harus 13 angka.")
    return no_kartu
