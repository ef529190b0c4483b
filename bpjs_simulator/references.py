"""Invented reference data of a clinic: realistic in form and number, real in nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Any

Row = dict[str, Any]

_SITES = [
    "kepala",
    "mata",
    "telinga",
    "hidung",
    "mulut",
    "leher",
    "dada",
    "jantung",
    "paru",
    "lambung",
    "usus",
    "hati",
    "ginjal",
    "kulit",
    "sendi",
]
_FORMS = ["akut", "kronis", "ringan", "sedang", "berat", "berulang"]
_KINDS = {
    "A": "Infeksi usus", "B": "Infeksi virus", "C": "Tumor", "D": "Kelainan darah", "E": "Gangguan metabolik",
    "F": "Gangguan perilaku", "G": "Gangguan saraf", "H": "Gangguan indera", "I": "Gangguan sirkulasi",
    "J": "Infeksi saluran napas", "K": "Gangguan cerna", "L": "Radang kulit", "M": "Nyeri gerak",
    "N": "Gangguan kemih", "O": "Keadaan kehamilan", "P": "Keadaan bayi baru lahir", "Q": "Kelainan bawaan",
    "R": "Demam dan gejala umum", "S": "Cedera", "T": "Luka bakar", "V": "Kecelakaan", "Z": "Pemeriksaan",
}  # fmt: skip
_DRUGS = [
    "Parasetamex",
    "Amoksilan",
    "Antasidin",
    "Ibuprofenin",
    "Setirizal",
    "Metforal",
    "Amlodepin",
    "Kaptoprin",
    "Salbutan",
    "Omeprazin",
]
_DRUGS += [
    "Vitamex",
    "Ferosulin",
    "Klorfenam",
    "Deksametin",
    "Gliben",
    "Simvastol",
    "Loratan",
    "Ambroksin",
    "Domperin",
    "Ranitin",
]
_DOSES = ["tablet 250 mg", "tablet 500 mg", "kapsul 250 mg", "kapsul 500 mg", "sirup 60 ml"]
_ACTS = [
    "Pemeriksaan",
    "Perawatan",
    "Pembersihan",
    "Penjahitan",
    "Pemasangan",
    "Pelepasan",
    "Suntikan",
    "Pencabutan",
]
_GIVEN = ["Sari", "Bima", "Tirta", "Laksmi", "Wira", "Ratna"]
_FAMILY = ["Contohwati", "Percobaan", "Misalnya", "Andaian", "Ibaratno", "Umpama"]

_WHOLE_WEEK = range(7)
_DETAILED = 10  # one in so many diagnoses has finer ones, with a dot in their code


class WrongReference(LookupError):
    """There is no such reference, or a row that it cannot hold."""


@dataclass
class References:
    """The rows that the read endpoints answer; `edit` changes them, for tests of synchronisation."""

    lists: dict[str, list[Row]] = field(default_factory=lambda: dict(_make()))
    _codes: dict[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._fields = {name: tuple(rows[0]) for name, rows in self.lists.items()}

    def rows(self, name: str) -> list[Row]:
        """The rows of a reference. Raises WrongReference."""
        if name not in self.lists:
            raise WrongReference(f"tidak ada referensi '{name}'; yang ada: {', '.join(self.lists)}")
        return self.lists[name]

    def knows(self, name: str, code: str) -> bool:
        """Whether a reference holds this code; a diagnosis may be written with its dot or without."""
        if name not in self._codes:
            self._codes[name] = frozenset(_plain(name, _code(row)) for row in self.lists[name])
        return _plain(name, code) in self._codes[name]

    def edit(
        self,
        name: str,
        *,
        rows: Sequence[Row] | None = None,
        add: Sequence[Row] = (),
        remove: Sequence[str] = (),
    ) -> None:
        """Replace a reference's rows, take codes out of it, put rows into it (or over the same code).

        A row of `sesi` goes by `poli/doctor/hours`. Raises WrongReference, and then changes nothing.
        """
        held = self.rows(name)
        kept = held if rows is None else self._checked(name, rows)
        added = self._checked(name, add)
        code = _session if name == "sesi" else _code
        gone = {*map(str, remove), *map(code, added)}
        self.lists[name] = [*(row for row in kept if code(row) not in gone), *added]
        self._codes.pop(name, None)

    def _checked(self, name: str, rows: Sequence[Row]) -> list[Row]:
        """The rows with code and name first: later answers rely on these, and on all that a session has."""
        fields = self._fields[name] if name == "sesi" else self._fields[name][:2]
        if not all(isinstance(row, dict) and set(fields) <= set(row) for row in rows):
            raise WrongReference(f"baris '{name}' harus objek dengan {', '.join(fields)}")
        if not all(isinstance(row.get("hari", []), list | tuple) for row in rows):
            raise WrongReference("'hari' harus daftar angka, 0 untuk Senin")
        if not all(isinstance(row.get("kecuali", []), list | tuple) for row in rows):
            raise WrongReference("'kecuali' harus daftar tanggal yyyy-MM-dd")
        return [{field: row[field] for field in fields} | row for row in rows]

    def sessions(self, kodepoli: str, day: date) -> list[Row]:
        """The doctors of a poli on a day, a row per session; `kecuali` lists days on which there is none."""
        return [
            {name: row[name] for name in ("kodedokter", "namadokter", "jampraktek", "kapasitas")}
            for row in self.lists["sesi"]
            if row["kodepoli"] == kodepoli
            and day.weekday() in row["hari"]
            and day.isoformat() not in row.get("kecuali", ())
        ]


def _code(row: Row) -> str:
    return str(next(iter(row.values())))  # the first field of every reference is its code


def _session(row: Row) -> str:
    """`001/200101/07:00-12:00`: neither poli nor doctor alone names a session."""
    return "/".join(str(row[field]) for field in ("kodepoli", "kodedokter", "jampraktek"))


def _plain(name: str, code: str) -> str:
    return code.replace(".", "") if name == "diagnosa" else code


def _make() -> dict[str, list[Row]]:
    doctors = [
        {"kdDokter": str(200101 + at), "nmDokter": f"dr. {given} {family}"}
        for at, (given, family) in enumerate(zip(_GIVEN, _FAMILY, strict=True))
    ]
    return {
        "diagnosa": _diagnoses(),
        "dokter": doctors,
        "kesadaran": _pairs("kdSadar nmSadar", "01 Compos mentis|02 Somnolence|03 Sopor|04 Coma"),
        "poli": _polis(),
        "provider": _pairs("kdProvider nmProvider", "01234567 Klinik Contoh Sehat|01234568 Klinik Misal"),
        "spesialis": _pairs("kdSpesialis nmSpesialis", "INT Penyakit Dalam|ANA Anak|BED Bedah|MAT Mata"),
        "subspesialis/INT": _subs("3 Penyakit Dalam INT|8 Hematologi Onkologi Medik 008"),
        "subspesialis/ANA": _subs("26 Anak ANA|30 Hematologi Onkologi Anak 030"),
        "subspesialis/BED": _subs("31 Bedah BED"),
        "subspesialis/MAT": _subs("42 Mata MAT"),
        "sarana": _pairs("kdSarana nmSarana", "1 Rekam Medik|2 Rontgen|3 Ultrasonografi|4 Laboratorium"),
        "khusus": _pairs(
            "kdKhusus nmKhusus",
            "HDL Hemodialisa|THA Thalasemia|HEM Hemofili|IGD Alih rawat|JIW Jiwa|KLT Kusta|PAR TB-MDR|"
            "KEM Kemoterapi|RAT Radioterapi|HIV HIV-ODHA",
        ),
        "statuspulang/false": _pairs(
            "kdStatusPulang nmStatusPulang", "3 Berobat Jalan|4 Rujuk Lanjut|5 Rujuk Internal"
        ),
        "statuspulang/true": _pairs(
            "kdStatusPulang nmStatusPulang", "0 Sembuh|1 Meninggal|2 Pulang Paksa|4 Rujuk Lanjut|9 Lain-lain"
        ),
        **{f"tindakan/{kind}": _treatments(kind) for kind in ("10", "20", "50")},
        "obat": _drugs(),
        "alergi/01": _pairs(
            "kdAlergi nmAlergi",
            "00 Tidak Ada|01 Seafood|02 Gandum|03 Susu Sapi|04 Kacang-Kacangan|05 Makanan Lain",
        ),
        "alergi/02": _pairs("kdAlergi nmAlergi", "00 Tidak Ada|01 Udara Panas|02 Udara Dingin|03 Debu"),
        "alergi/03": _pairs("kdAlergi nmAlergi", "00 Tidak Ada|01 Antibiotik|02 Antiinflamasi|03 Obat Lain"),
        "prognosa": _pairs(
            "kdPrognosa nmPrognosa",
            "01 Sanam|02 Bonam|03 Malam|04 Dubia ad Sanam/Bonam|05 Dubia ad Malam",
        ),
        "club/01": [_club(11, "01", "Diabetes Mellitus")],
        "club/02": [_club(12, "02", "Hipertensi")],
        "kegiatan": [_activity()],
        "faskes-rujukan": [_hospital(number) for number in range(1, 4)],
        "stok": [{"kdObat": "000000001", "nmObat": "Parasetamex", "sediaan": "tablet", "stok": 500}],
        "rekap-skrining": [{"nama_penyakit": "Diabetes Mellitus", "beresiko": 4, "tidak_beresiko": 96}],
        "sesi": list(_sessions(doctors)),
    }  # fmt: skip


def _pairs(names: str, rows: str) -> list[Row]:
    code, name = names.split()
    return [dict(zip((code, name), row.split(" ", 1), strict=True)) for row in rows.split("|")]


def _subs(rows: str) -> list[Row]:
    made = []
    for row in rows.split("|"):
        code, rest = row.split(" ", 1)
        name, referral = rest.rsplit(" ", 1)
        made.append({"kdSubSpesialis": code, "nmSubSpesialis": name, "kdPoliRujuk": referral})
    return made


def _diagnoses() -> list[Row]:
    rows = []
    for letter, kind in _KINDS.items():
        for number in range(100):
            site, form = _SITES[number % len(_SITES)], _FORMS[number % len(_FORMS)]
            code = f"{letter}{number:02d}"
            name = f"{kind}, {site}, {form} ({number})"
            rows.append({"kdDiag": code, "nmDiag": name, "nonSpesialis": number % 3 == 0})
            if number % _DETAILED == 1:
                for detail in (0, 9):
                    finer = f"{name}, {'dengan' if detail == 0 else 'tanpa'} penyulit"
                    rows.append({"kdDiag": f"{code}.{detail}", "nmDiag": finer, "nonSpesialis": False})
    return rows


def _polis() -> list[Row]:
    names = "001 POLI UMUM|002 POLI GIGI & MULUT|003 POLI KIA|004 LABORATORIUM|008 KB|021 KONSELING"
    names += "|998 IMUNISASI"
    return [
        {**row, "poliSakit": row["kdPoli"] not in {"021", "998"}} for row in _pairs("kdPoli nmPoli", names)
    ]


def _treatments(kind: str) -> list[Row]:
    made = []
    for number, (act, site, form) in enumerate(product(_ACTS, _SITES, _FORMS[:3])):
        # Some of BPJS's names hold line ends.
        name = f"{act} {site}\r\n{form}" if number % 37 == 0 else f"{act} {site} {form}"
        code, tariff = f"{kind}{number:03d}", 5000 + 500 * (number % 40)
        made.append(
            {
                "kdTindakan": code,
                "nmTindakan": name,
                "maxTarif": tariff,
                "withValue": False,
            }
        )
    return made


def _drugs() -> list[Row]:
    names = product(_DRUGS, _DOSES, ("generik", "paten", "merek A", "merek B", "merek C"))
    return [
        {"kdObat": f"{number:09d}", "nmObat": f"{drug} {dose} {brand}", "sedia": number * 7 % 200}
        for number, (drug, dose, brand) in enumerate(names, start=1)
    ]


def _club(number: int, kind: str, name: str) -> Row:
    return {
        "clubId": number, "jnsKelompok": {"kdProgram": kind, "nmProgram": name}, "tglMulai": "01-01-2020",
        "tglAkhir": None, "nama": f"Club {name} Contoh", "alamat": "Jalan Contoh 1",
        "ketua_nama": "Ketua Contoh", "ketua_noHP": "080000000000",
    }  # fmt: skip


def _activity() -> Row:
    return {
        "eduId": "2609000001", "clubProl": _club(11, "01", "Diabetes Mellitus"), "tglPelayanan": "01-09-2026",
        "kegiatan": {"kode": "01", "nama": "Senam"}, "kelompok": {"kode": "01", "nama": "Diabetes Mellitus"},
        "materi": "Senam bersama", "pembicara": "Pembicara Contoh", "lokasi": "Halaman klinik",
        "keterangan": "", "biaya": 0,
    }  # fmt: skip


def _hospital(number: int) -> Row:
    return {
        "kdppk": f"0000R{number:03d}", "nmppk": f"RS Contoh {number}", "alamatPpk": f"Jalan Misal {number}",
        "telpPpk": "0800000000", "kelas": "C", "nmkc": "CONTOH", "distance": 1500.5 * number,
        "jadwal": "Senin : 08:00-14:00", "jmlRujuk": 10 * number, "kapasitas": 60,
        "persentase": 16.7 * number,
    }  # fmt: skip


def _sessions(doctors: list[Row]) -> list[Row]:
    """Every poli that sees patients has a doctor on every day of the week; some doctors have two sessions."""
    made = []
    for at, doctor in enumerate(doctors):
        poli = ("001", "001", "002", "003", "001", "008")[at]
        hours = ("07:00-12:00", "13:00-20:00") if at % 2 == 0 else ("08:00-14:00",)
        for hour in hours:
            made.append(
                {
                    "kodepoli": poli,
                    "kodedokter": int(doctor["kdDokter"]),
                    "namadokter": doctor["nmDokter"],
                    "jampraktek": hour,
                    "kapasitas": 60,
                    "hari": tuple(_WHOLE_WEEK),
                }
            )
    return made
