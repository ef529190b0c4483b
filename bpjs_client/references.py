"""BPJS's reference data: which there are, where each is read, and what names a row (contract 3, 4)."""

import string
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from bpjs_client.exchange import JSON
from bpjs_client.jenis import Service
from bpjs_client.paging import Identity, Row, whole_row

PCARE, ANTREAN = Service.PCARE, Service.ANTREAN


@dataclass(frozen=True)
class Listing:
    """One list to read: the path's segments, whether start and limit follow, and what its rows do not say.

    ``varian`` tells lists of one reference apart whose codes repeat: kdTkp, the kind of allergy, the date.
    ``shared``: a reading asks for it once, however many references or tries want it; never a paged one.
    """

    path: tuple[str, ...]
    varian: str = ""
    paged: bool = False
    adds: Mapping[str, JSON] = field(default_factory=dict)
    shared: bool = False


class Reading(Protocol):
    """A way to read lists; `each` reads several side by side and gives their rows in the order asked for."""

    days: Sequence[date]

    def each(
        self, service: Service, listings: Sequence[Listing], identity: Identity = whole_row
    ) -> list[list[Row]]:
        """The rows of each list, one for each identity. Raises BpjsError when one of them cannot be had."""


Plan = Callable[[Reading], Sequence[Listing]]


@dataclass(frozen=True)
class Reference:
    """A reference: its fields of code and name in BPJS's spelling, and the lists that make it up.

    ``volatile`` fields are kept but are no change of the row; a ``dated`` row belongs to the day that is its
    variant.
    """

    service: Service
    jenis: str
    kode: tuple[str, ...]
    nama: str
    plan: Plan
    volatile: frozenset[str] = frozenset()
    dated: bool = False

    @property
    def name(self) -> str:
        """`layanan/jenis`, which is unique: both services have a poli and a dokter."""
        return f"{self.service.value}/{self.jenis}"

    def kode_of(self, row: Row) -> str:
        """The code by which a row goes; empty when it has none."""
        parts = [one_line(entry(row, name)) for name in self.kode]
        return "/".join(parts) if all(parts) else ""


@dataclass(frozen=True)
class Item:
    """A row of a reference: its code within the variant, a name on one line, and the row as BPJS gave it."""

    varian: str
    kode: str
    nama: str
    data: Mapping[str, JSON]


def read_reference(reference: Reference, reading: Reading) -> list[Item]:
    """All rows of a reference, each code of a variant once. Raises BpjsError.

    A row without a code can neither be kept nor used, and is left out.
    """
    listings = reference.plan(reading)
    lists = reading.each(reference.service, listings, lambda row: reference.kode_of(row) or whole_row(row))
    items: dict[tuple[str, str], Item] = {}
    for listing, rows in zip(listings, lists, strict=True):
        for item in items_of(reference, listing, rows):
            items[item.varian, item.kode] = item
    return list(items.values())


def variants(reference: Reference, reading: Reading) -> list[str] | None:
    """The variants that a reading covers, even those that turn out empty; None: all that there are."""
    return [day.isoformat() for day in reading.days] if reference.dated else None


def entry(row: Mapping[str, JSON], name: str) -> JSON:
    """A field of a row, in whatever case BPJS spells it today."""
    wanted = name.casefold()
    return next((value for key, value in row.items() if key.casefold() == wanted), None)


def items_of(reference: Reference, listing: Listing, rows: Sequence[Row]) -> Iterator[Item]:
    """The rows of one list as a reference keeps them, without those that have no code."""
    for row in rows:
        data = {**row, **listing.adds}
        kode = reference.kode_of(data)
        if kode:
            yield Item(listing.varian, kode, one_line(entry(data, reference.nama)), data)


def one_line(value: JSON) -> str:
    """A code or name on one line: BPJS's own may hold line ends."""
    return "" if value is None or isinstance(value, bool | dict | list) else " ".join(str(value).split())


def _whole(*path: str) -> Plan:
    return lambda _reading: [Listing(path)]


def _paged(*path: str) -> Plan:
    return lambda _reading: [Listing(path, paged=True)]


def _in_variants(path: tuple[str, ...], names: Sequence[str], *, paged: bool = False) -> Plan:
    return lambda _reading: [Listing((*path, name), name, paged) for name in names]


def _searched(path: str, keywords: str) -> Plan:
    """BPJS asks for a search text here; together these texts meet every code or name there can be."""
    return lambda _reading: [Listing((*path.split("/"), keyword), paged=True) for keyword in keywords]


_SPESIALIS = Listing(("spesialis",))


def _subspesialis(reading: Reading) -> Sequence[Listing]:
    (rows,) = reading.each(PCARE, [_SPESIALIS])
    codes = filter(None, (one_line(entry(row, "kdSpesialis")) for row in rows))
    return [
        Listing(("spesialis", code, "subspesialis"), adds={"kdSpesialis": code})
        for code in dict.fromkeys(codes)
    ]


def polis_of(days: Sequence[date]) -> list[Listing]:
    """The polis of each day at Antrean (contract 4)."""
    return [
        Listing(("ref", "poli", "tanggal", day.isoformat()), varian=day.isoformat(), shared=True)
        for day in days
    ]


def doctors_of(varian: str, polis: Iterable[Row]) -> list[Listing]:
    """The doctors of each of these polis on the day that is their variant, a poli once (contract 4)."""
    codes = dict.fromkeys(filter(None, (one_line(entry(row, "kodepoli")) for row in polis)))
    return [
        Listing(
            ("ref", "dokter", "kodepoli", code, "tanggal", varian),
            varian=varian,
            adds={"kodepoli": code},
            shared=True,
        )
        for code in codes
    ]


def _antrean_poli(reading: Reading) -> Sequence[Listing]:
    return polis_of(reading.days)


def _antrean_dokter(reading: Reading) -> Sequence[Listing]:
    """The doctors of each poli on each day; a poli without a schedule that day has none."""
    days = polis_of(reading.days)
    return [
        listing
        for day, rows in zip(days, reading.each(ANTREAN, days), strict=True)
        for listing in doctors_of(day.varian, rows)
    ]


# ICD-10 codes begin with a letter; the code of a drug with a digit, its name with either.
_LETTERS, _LETTERS_AND_DIGITS = string.ascii_uppercase, string.ascii_uppercase + string.digits
RAWAT_JALAN, RAWAT_INAP = "false", "true"

REFERENCES: tuple[Reference, ...] = (
    Reference(PCARE, "diagnosa", ("kdDiag",), "nmDiag", _searched("diagnosa", _LETTERS)),
    Reference(PCARE, "dokter", ("kdDokter",), "nmDokter", _paged("dokter")),
    Reference(PCARE, "kesadaran", ("kdSadar",), "nmSadar", _whole("kesadaran")),
    Reference(PCARE, "poli", ("kdPoli",), "nmPoli", _paged("poli", "fktp")),
    Reference(PCARE, "provider", ("kdProvider",), "nmProvider", _paged("provider")),
    Reference(PCARE, "spesialis", ("kdSpesialis",), "nmSpesialis", _whole("spesialis")),
    Reference(PCARE, "subspesialis", ("kdSubSpesialis",), "nmSubSpesialis", _subspesialis),
    Reference(PCARE, "sarana", ("kdSarana",), "nmSarana", _whole("spesialis", "sarana")),
    Reference(PCARE, "khusus", ("kdKhusus",), "nmKhusus", _whole("spesialis", "khusus")),
    Reference(
        PCARE,
        "status-pulang",
        ("kdStatusPulang",),
        "nmStatusPulang",
        _in_variants(("statuspulang", "rawatInap"), (RAWAT_JALAN, RAWAT_INAP)),
    ),
    Reference(
        PCARE,
        "tindakan",
        ("kdTindakan",),
        "nmTindakan",
        _in_variants(("tindakan", "kdTkp"), ("10", "20", "50"), paged=True),
    ),
    Reference(
        PCARE,
        "obat",
        ("kdObat",),
        "nmObat",
        _searched("obat/dpho", _LETTERS_AND_DIGITS),
        volatile=frozenset({"sedia"}),  # the stock changes all day
    ),
    Reference(
        PCARE, "alergi", ("kdAlergi",), "nmAlergi", _in_variants(("alergi", "jenis"), ("01", "02", "03"))
    ),
    Reference(PCARE, "prognosa", ("kdPrognosa",), "nmPrognosa", _whole("prognosa")),
    Reference(PCARE, "club-prolanis", ("clubId",), "nama", _in_variants(("kelompok", "club"), ("01", "02"))),
    Reference(ANTREAN, "poli", ("kodepoli",), "namapoli", _antrean_poli, dated=True),
    Reference(
        ANTREAN,
        "dokter",
        ("kodepoli", "kodedokter", "jampraktek"),
        "namadokter",
        _antrean_dokter,
        dated=True,
    ),
)
BY_NAME: Mapping[str, Reference] = {reference.name: reference for reference in REFERENCES}


def named(name: str) -> list[Reference]:
    """The references called so: `pcare/poli` is one, `poli` is one in each service; [] for no such name."""
    wanted = name.strip().casefold()
    return [reference for reference in REFERENCES if wanted in (reference.name, reference.jenis)]
