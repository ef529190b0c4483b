"""The read endpoints: references, look-ups and read-backs (contract 3 and 4)."""

import re
from collections.abc import Callable
from typing import Any

from bpjs_simulator.antrean_day import WRONG_DAY, antrean_day
from bpjs_simulator.clinic import Clinic
from bpjs_simulator.envelope import Answer
from bpjs_simulator.holdings import Holdings, Row
from bpjs_simulator.options import Options, is_unknown
from bpjs_simulator.references import References

_EMPTY = "-"  # nothing was ever written there
# Path (relative to the service) -> the reference it lists; `{s}` and `{l}` are start and limit.
_PAGED = {
    r"dokter": "dokter",
    r"poli/fktp": "poli",
    r"provider": "provider",
    r"tindakan/kdTkp/(?P<part>10|20|50)": "tindakan",
}
_SEARCHED = {
    r"diagnosa": "diagnosa",
    r"obat/dpho": "obat",
    r"dpho/kdppk/[^/]+": "stok",
    r"skrinning/peserta": _EMPTY,
    r"skrinning/prolanis/(?:dm|ht)": _EMPTY,
}
_REFERRAL_DAY = r"/tglEstRujuk/\d\d-\d\d-\d{4}"
_WHOLE = {
    r"kesadaran": "kesadaran",
    r"spesialis": "spesialis",
    r"spesialis/sarana": "sarana",
    r"spesialis/khusus": "khusus",
    r"spesialis/(?P<part>[^/]+)/subspesialis": "subspesialis",
    r"statuspulang/rawatInap/(?P<part>true|false)": "statuspulang",
    r"kelompok/club/(?P<part>01|02)": "club",
    r"kelompok/kegiatan/\d\d-\d\d-\d{4}": "kegiatan",
    r"kelompok/peserta/[^/]+": _EMPTY,
    r"MCU/kunjungan/[^/]+": _EMPTY,
    r"obat/kunjungan/[^/]+": _EMPTY,
    r"tindakan/kunjungan/[^/]+": _EMPTY,
    rf"spesialis/rujuk/subspesialis/[^/]+/sarana/[^/]+{_REFERRAL_DAY}": "faskes-rujukan",
    rf"spesialis/rujuk/khusus/(?!THA|HEM)[^/]+/noKartu/[^/]+{_REFERRAL_DAY}": "faskes-rujukan",
    rf"spesialis/rujuk/khusus/(?:THA|HEM)/subspesialis/(?:3|8|26|30)/noKartu/[^/]+{_REFERRAL_DAY}":
        "faskes-rujukan",
}  # fmt: skip
# These carry no count.
_BARE = {
    r"alergi/jenis/(?P<part>01|02|03)": "alergi",
    r"prognosa": "prognosa",
    r"skrinning/rekap": "rekap-skrining",
}
_ANTREAN_REFERENCE = re.compile(r"ref/(?:poli|dokter/kodepoli/(?P<poli>[^/]+))/tanggal/(?P<day>[^/]+)")


class Reads:
    """Answers every GET of both services; knows the state but never changes it."""

    def __init__(self, holdings: Holdings, references: References, options: Options) -> None:
        self._holdings = holdings
        self._references = references
        self._options = options
        page = r"/(?P<start>\d{1,9})/(?P<limit>\d{1,9})"
        search = r"/(?P<search>[^/]+)"
        self._routes: list[tuple[re.Pattern[str], Callable[[dict[str, str], Clinic], Answer]]] = [
            *((_route(path + page), self._lister(name)) for path, name in _PAGED.items()),
            *((_route(path + search + page), self._lister(name)) for path, name in _SEARCHED.items()),
            *((_route(path), self._lister(name)) for path, name in _WHOLE.items()),
            *((_route(path), self._lister(name, counted=False)) for path, name in _BARE.items()),
            (_route(r"pendaftaran/tglDaftar/(?P<day>[^/]+)" + page), self._registrations),
            (_route(r"pendaftaran/noUrut/(?P<number>[^/]+)/tglDaftar/(?P<day>[^/]+)"), self._registration),
            (_route(r"kunjungan/peserta/(?P<card>[^/]+)"), self._visits),
            (_route(r"kunjungan/rujukan/(?P<number>[^/]+)"), self._referral),
            (_route(r"peserta/(?:noka/)?(?P<card>\d{13})"), self._member),
            (_route(r"peserta/nik/(?P<nik>\d{16})"), self._member_by_nik),
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
        asked = _ANTREAN_REFERENCE.fullmatch(path)
        if asked is None:
            return None
        day = antrean_day(asked["day"])
        if day is None:
            return Answer(201, WRONG_DAY)
        if asked["poli"] is None:
            return self._antrean_rows(self._polis(), "list-1")
        rows = self._references.sessions(asked["poli"], day)
        return self._antrean_rows(rows, "bare-200") if rows else Answer(201, "No Content")

    def _antrean_rows(self, rows: list[Row], usual: str) -> Answer:
        chosen = self._options.antrean_reference
        form, _, code = (usual if chosen == "mixed" else chosen).partition("-")
        return Answer(
            int(code), "Ok" if code == "1" else "OK", {"list": rows} if form == "list" else rows, sealed=True
        )

    def _polis(self) -> list[Row]:
        rows = self._references.lists["poli"]
        return [{"kodepoli": row["kdPoli"], "namapoli": row["nmPoli"]} for row in rows]

    def _lister(self, name: str, *, counted: bool = True) -> Callable[[dict[str, str], Clinic], Answer]:
        def answer(asked: dict[str, str], _clinic: Clinic) -> Answer:
            part = asked.get("part")
            rows = self._references.lists.get(f"{name}/{part}" if part else name, [])
            return self._page(_matching(name, rows, asked.get("search")), asked, counted=counted)

        return answer

    def _page(self, rows: list[Row], asked: dict[str, str], *, counted: bool = True) -> Answer:
        if "limit" in asked:
            limit = min(int(asked["limit"]), self._options.page_cap or int(asked["limit"]))
            # As BETWEEN start AND start + limit - 1: with base 1 there is no row 0.
            first = int(asked["start"]) - self._options.page_base
            page = rows[max(first, 0) : max(first + limit, 0)]
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
        held = self._holdings.pendaftaran.first(**key)
        return Answer(200, "OK", _registration(held, clinic), sealed=True) if held else self._nothing()

    def _visits(self, asked: dict[str, str], _clinic: Clinic) -> Answer:
        """Newest first, of all clinics: the history of a member does not stop at ours."""
        visits = reversed(self._holdings.kunjungan.where(noKartu=asked["card"]))
        hides_poli = asked["card"] in self._options.no_poli
        return self._page([_visit(held, hides_poli=hides_poli) for held in visits], {})

    def _referral(self, asked: dict[str, str], clinic: Clinic) -> Answer:
        held = self._holdings.kunjungan.first(noKunjungan=asked["number"], kdProvider=clinic.kd_provider)
        if held is None or not isinstance(held["body"].get("rujukLanjut"), dict):
            return Answer(412, "Data rujukan tidak ditemukan")
        return Answer(200, "OK", _referral(held), sealed=True)

    def _member_by_nik(self, asked: dict[str, str], clinic: Clinic) -> Answer:
        return self._member({"card": asked["nik"][-_CARD_DIGITS:]}, clinic)

    def _member(self, asked: dict[str, str], clinic: Clinic) -> Answer:
        if is_unknown(self._options, asked["card"]):
            return self._nothing()
        return Answer(200, "OK", _member(asked["card"], clinic), sealed=True)


_CARD_DIGITS = 13  # by convention here, a member's card is the end of the NIK


def _route(path: str) -> re.Pattern[str]:
    return re.compile(path, re.IGNORECASE)


def _matching(name: str, rows: list[Row], search: str | None) -> list[Row]:
    """By the beginning of the code or by part of the name; one letter alone is a code of a diagnosis."""
    if search is None:
        return rows
    wanted = search.lower()
    by_name = name != "diagnosa" or len(wanted) > 1

    def matches(row: Row) -> bool:
        code, label = (str(value).lower() for value in list(row.values())[:2])
        return code.startswith(wanted) or (by_name and wanted in label)

    return [row for row in rows if matches(row)]


_VITALS = (
    "sistole", "diastole", "beratBadan", "tinggiBadan", "respRate", "heartRate", "lingkarPerut"
)  # fmt: skip


def _registration(held: Row, clinic: Clinic) -> Row:
    body = held["body"]
    return {
        "noUrut": held["noUrut"],
        "tgldaftar": held["tglDaftar"],
        "providerPelayanan": {"kdProvider": clinic.kd_provider, "nmProvider": "Klinik Contoh Sehat"},
        "peserta": _member(held["noKartu"], clinic),
        "poli": {"kdPoli": held["kdPoli"], "nmPoli": "POLI"},
        **{name: body.get(name) for name in ("keluhan", "kunjSakit", *_VITALS)},
        "tkp": {"kdTkp": body.get("kdTkp"), "nmTkp": ""},
        "status": held["status"],
    }


def _visit(held: Row, *, hides_poli: bool) -> Row:
    body = held["body"]
    shows_poli = held.get("shows_poli", True) and not hides_poli
    return {
        "noKunjungan": held["noKunjungan"],
        "tglKunjungan": held["tglDaftar"],
        "providerPelayanan": {"kdProvider": held["kdProvider"], "nmProvider": "Klinik Contoh Sehat"},
        "poli": {"kdPoli": held["kdPoli"], "nmPoli": "POLI"} if shows_poli else None,
        **{f"diagnosa{at}": {"kdDiag": body.get(f"kdDiag{at}"), "nmDiag": ""} for at in (1, 2, 3)},
        "statusPulang": {"kdStatusPulang": body.get("kdStatusPulang"), "nmStatusPulang": ""},
        "tglPulang": body.get("tglPulang"),
        "dokter": {"kdDokter": body.get("kdDokter"), "nmDokter": ""},
        **{name: body.get(name) for name in ("keluhan", *_VITALS)},
    }


def _referral(held: Row) -> Row:
    referral = held["body"]["rujukLanjut"]
    return {
        "noRujukan": held["noKunjungan"],
        "ppk": {"kdPPK": held["kdProvider"], "nmPPK": "Klinik Contoh Sehat"},
        "tglKunjungan": held["tglDaftar"],
        "poli": {"kdPoli": held["kdPoli"], "nmPoli": "POLI"},
        "diag1": {"kdDiag": held["body"].get("kdDiag1"), "nmDiag": ""},
        "dokter": {"kdDokter": held["body"].get("kdDokter"), "nmDokter": ""},
        "ppkRujuk": {"kdPPK": referral.get("kdppk"), "nmPPK": ""},
        "tglEstRujuk": referral.get("tglEstRujuk"),
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
