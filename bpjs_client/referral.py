"""Which visits end in a referral that goes through Satu Sehat where BPJS has introduced that (SRBK).

docs/bpjs-contract.md, 9, row 21: haemodialysis, thalassaemia, haemophilia and HIV stay on the old path; their
codes are those of the reference `spesialis/khusus` (3).
"""

from collections.abc import Mapping
from typing import Any

from bpjs_client.jenis import Jenis

REFERRED = "4"  # kdStatusPulang
STAYS = frozenset({"HDL", "THA", "HEM", "HIV"})  # rujukLanjut.khusus.kdKhusus


def refers_through_satusehat(jenis: Jenis, body: Mapping[str, Any]) -> bool:
    """Whether this body is of a visit whose referral goes through Satu Sehat there."""
    if jenis is not Jenis.TAMBAH_KUNJUNGAN or _code(body, "kdStatusPulang") != REFERRED:
        return False
    return _code(_inner(_inner(body, "rujukLanjut"), "khusus"), "kdKhusus") not in STAYS


def _inner(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name)
    return value if isinstance(value, Mapping) else {}


def _code(body: Mapping[str, Any], name: str) -> str:
    return str(body.get(name) or "").strip().upper()
