"""The read endpoints: references, look-ups and read-backs (contract 3 and 4)."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from bpjs_simulator.clinic import Clinic
from bpjs_simulator.envelope import Answer
from bpjs_simulator.holdings import Holdings, Row, find
from bpjs_simulator.options import Options, is_unknown
from bpjs_simulator.references import References

# Path (relative to the service) -> the reference it lists; `{s}` and `{l}` are start and limit.
_PAGED = {
    r"dokter": "dokter",
    r"poli/fktp": "poli",
    r"provider": "provider",
    r"tindakan/kdTkp/(?P<part>10|20|50)": "tindakan",
}
_SEARCHED = {r"diagnosa": "diagnosa", r"obat/dpho": "obat"}
_WHOLE = {
    r"kesadaran": "kesadaran",
    r"spesialis": "spesialis",
    r"spesialis/sarana": "sarana",
    r"spesialis/khusus": "khusus",
    r"spesialis/(?P<part>[^/]+)/subspesialis": "subspesialis",
    r"statuspulang/rawatInap/(?P<part>true|false)": "statuspulang",
    r"kelompok/club/(?P<part>01|02)": "club",
}
# These two carry no count.
_BARE = {r"alergi/jenis/(?P<part>01|02|03)": "alergi", r"prognosa": "prognosa"}


class Reads:
    """Answers every GET of both services; knows the state but never changes it."""

    def __init__(self, holdings: Holdings, references: References, options: Options) -> None:
        self._holdings = holdings
        self._references = references
        self._options = options
        page = r"/(?P<start>\d+)/(?P<limit>\d+)"
        search = r"/(?P<search>[^/]+)"
        self._routes: list[tuple[re.Pattern[str], Callable[[dict[str, str], Clinic], Answer]]] = [
            *((_route(path + page), self._lister(name)) for path, name in _PAGED.items()),
            *((_route(path + search + page), self._lister(name)) for path, name in _SEARCHED.items()),
            *((_route(path), self._lister(name)) for path, name in _WHOLE.items()),
            *((_route(path), self._lister(name, counted=False)) for path, name in _BARE.items()),
            (_route(r"pendaftaran/tglDaftar/(?P<day>[^/]+)" + page), self._registrations),
            (_route(r"pendaftaran/noUrut/(?P<number>[^/]+)/tglDaftar/(?P<day>[^/]+)"), self._registration),
            (_route(r"kunjungan/peserta/(?P<card>[^/]+)"), self._visits),
            (_route(r"peserta/(?:noka/)?(?P<card>\d{13})"), self._member),
        ]  # fmt: skip

    def pcare(self, path: str, clinic: Clinic) -> Answer | None:
        """The answer to a PCare GET; None for a path that PCare does not know."""
        for pattern, answer in self._routes:
            found = pattern.fullmatch(path)
            if found:
                return answer(found.groupdict(), clinic)
        return None

    def antrean(self, path: str) -> Answer | None:
        """The answer to an Antrean GET: poli as a list with code 1, dokter bare with 200; both are seen."""
        polis = re.fullmatch(r"ref/poli/tanggal/([^/]+)", path)
        if polis:
            rows = [
                {"kodepoli": row["kdPoli"], "namapoli": row["nmPoli"]}
                for row in self._references.lists["poli"]
            ]
            return Answer(1, "Ok", {"list": rows}, sealed=True)
        doctors = re.fullmatch(r"ref/dokter/kodepoli/([^/]+)/tanggal/(\d{4}-\d\d-\d\d)", path)
        if not doctors:
            return None
        rows = self._references.sessions(doctors[1], date.fromisoformat(doctors[2]))
        return Answer(200, "OK", rows, sealed=True) if rows else Answer(201, "No Content")

    def _lister(self, name: str, *, counted: bool = True) -> Callable[[dict[str, str], Clinic], Answer]:
        def answer(asked: dict[str, str], _clinic: Clinic) -> Answer:
            part = asked.get("part")
            rows = self._references.lists.get(f"{name}/{part}" if part else name, [])
            return self._page(_matching(rows, asked.get("search")), asked, counted=counted)

        return answer

    def _page(self, rows: list[Row], asked: dict[str, str], *, counted: bool = True) -> Answer:
        if "limit" in asked:
            limit = min(int(asked["limit"]), self._options.page_cap or int(asked["limit"]))
            page = rows[int(asked["start"]) :][:limit]
        else:
            page = rows
        if not page:
            return self._nothing()
        count = len(rows) if self._options.count_is_total else len(page)
        return Answer(200, "OK", {"count": count, "list": page} if counted else {"list": page}, sealed=True)

    def _nothing(self) -> Answer:
        forms: dict[str, Answer] = {
            "null": Answer(200, "OK", None),
            "empty": Answer(200, "OK", ""),
            "list": Answer(200, "OK", {"count": 0, "list": []}, sealed=True),
            "204-code": Answer(204, "NO_CONTENT", None, http=200),
            "204-http": Answer(204, "NO_CONTENT", None, http=204),
        }
        return forms[self._options.no_data]

    def _registrations(self, asked: dict[str, str], clinic: Clinic) -> Answer:
        rows = [
            _registration(held, clinic)
            for held in self._holdings.pendaftaran
            if held["tglDaftar"] == asked["day"] and held["kdProvider"] == clinic.kd_provider
        ]
        return self._page(rows, asked)

    def _registration(self, asked: dict[str, str], clinic: Clinic) -> Answer:
        key = {"noUrut": asked["number"], "tglDaftar": asked["day"], "kdProvider": clinic.kd_provider}
        held = find(self._holdings.pendaftaran, **key)
        return Answer(200, "OK", _registration(held, clinic), sealed=True) if held else self._nothing()

    def _visits(self, asked: dict[str, str], _clinic: Clinic) -> Answer:
        rows = [
            _visit(held) for held in reversed(self._holdings.kunjungan) if held["noKartu"] == asked["card"]
        ]
        return self._page(rows, {})

    def _member(self, asked: dict[str, str], clinic: Clinic) -> Answer:
        if is_unknown(self._options, asked["card"]):
            return self._nothing()
        return Answer(200, "OK", _member(asked["card"], clinic), sealed=True)


def _route(path: str) -> re.Pattern[str]:
    return re.compile(path, re.IGNORECASE)


def _matching(rows: list[Row], search: str | None) -> list[Row]:
    """By code or by part of the name, as PCare searches."""
    if search is None:
        return rows
    wanted = search.lower()
    return [
        row
        for row in rows
        if any(isinstance(value, str) and wanted in value.lower() for value in list(row.values())[:2])
    ]


def _registration(held: Row, clinic: Clinic) -> Row:
    return {
        "noUrut": held["noUrut"],
        "tgldaftar": held["tglDaftar"],
        "providerPelayanan": {"kdProvider": clinic.kd_provider, "nmProvider": "Klinik Contoh Sehat"},
        "peserta": _member(held["noKartu"], clinic),
        "poli": {"kdPoli": held["kdPoli"], "nmPoli": "POLI"},
        "kunjSakit": held["body"].get("kunjSakit"),
        "status": held["status"],
    }


def _visit(held: Row) -> Row:
    return {
        "noKunjungan": held["noKunjungan"],
        "tglKunjungan": held["tglDaftar"],
        "providerPelayanan": {"kdProvider": held["kdProvider"], "nmProvider": "Klinik Contoh Sehat"},
        "poli": {"kdPoli": held["kdPoli"], "nmPoli": "POLI"},
        "diagnosa1": {"kdDiag": held["body"].get("kdDiag1"), "nmDiag": ""},
        "statusPulang": {"kdStatusPulang": held["body"].get("kdStatusPulang"), "nmStatusPulang": ""},
    }


def _member(card: str, clinic: Clinic) -> dict[str, Any]:
    return {
        "noKartu": card,
        "nama": "PESERTA CONTOH",
        "sex": "L",
        "tglLahir": "01-01-1990",
        "kdProviderPst": {"kdProvider": clinic.kd_provider, "nmProvider": "Klinik Contoh Sehat"},
        "jnsPeserta": {"kode": "1", "nama": "PEKERJA CONTOH"},
        "noHP": "080000000000",
        "noKTP": "0000000000000000",
        "aktif": True,
        "ketAktif": "AKTIF",
        "tunggakan": 0,
    }
