"""What the references, their columns and their variants are called on a page."""

from collections.abc import Mapping

from bpjs_client.references import RAWAT_INAP, RAWAT_JALAN

COLUMN_WORDS: Mapping[str, str] = {
    "alamat": "Alamat",
    "kdPoliRujuk": "Poli rujukan",
    "kdSpesialis": "Spesialis",
    "ketua_nama": "Ketua",
    "ketua_noHP": "Telepon ketua",
    "maxTarif": "Tarif tertinggi",
    "nonSpesialis": "Bukan spesialis",
    "poliSakit": "Poli sakit",
    "sedia": "Persediaan",
    "tglAkhir": "Berakhir",
    "tglMulai": "Mulai",
    "withValue": "Perlu nilai",
}
VARIANTS: Mapping[str, Mapping[str, str]] = {
    "status-pulang": {RAWAT_JALAN: "Rawat jalan", RAWAT_INAP: "Rawat inap"},
    "tindakan": {"10": "Rawat jalan (10)", "20": "Rawat inap (20)", "50": "Promotif (50)"},
    "alergi": {"01": "Makanan", "02": "Udara", "03": "Obat"},
    "club-prolanis": {"01": "Diabetes melitus", "02": "Hipertensi"},
}


def reference_words(jenis: str) -> str:
    """`Status Pulang`."""
    return jenis.replace("-", " ").title()


def cell_words(value: object) -> str:
    """A field of a row: ya, tidak, a whole number with its dots, or the text as BPJS gave it."""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return f"{value:,.0f}".replace(",", ".")
    return "" if value is None or isinstance(value, dict | list) else str(value)
