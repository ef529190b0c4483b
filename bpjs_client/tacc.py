"""The reasons that a TACC needs: they say why the clinic refers what it could treat itself (contract 5e)."""

import re
from collections.abc import Mapping

_LASTING = ("< 3 Hari", ">= 3 - 7 Hari", ">= 7 Hari")
_AGES = (
    "< 1 Bulan",
    ">= 1 Bulan s/d < 12 Bulan",
    ">= 1 Tahun s/d < 5 Tahun",
    ">= 5 Tahun s/d < 12 Tahun",
    ">= 12 Tahun s/d < 55 Tahun",
    ">= 55 Tahun",
)
# Time, Age and Comorbidity; -1 and 0 both mean none (contract 8).
_LISTS: Mapping[int, tuple[str, ...]] = {1: _LASTING, 2: _AGES, 4: _LASTING}
_COMPLICATION = 3
_CODE_AND_NAME = re.compile(r"(?=\w)\S+ ?- ?\S.*", re.DOTALL)


def wrong_reason(kd_tacc: object, alasan_tacc: object) -> str | None:
    """The fault of a body's ``alasanTacc`` for its ``kdTacc``, in Indonesian; None when there is none.

    Capitals and spaces are BPJS's to judge.
    """
    tacc, reason = _number(kd_tacc), alasan_tacc if isinstance(alasan_tacc, str) else ""
    if tacc == _COMPLICATION:
        fits = _CODE_AND_NAME.fullmatch(reason.strip())
        return None if fits else "Wajib untuk TACC 3, ditulis: kode - nama diagnosa."
    allowed = _LISTS.get(tacc, ())
    if not allowed or _squeezed(reason) in map(_squeezed, allowed):
        return None
    return f"Wajib untuk TACC ini, salah satu: {', '.join(allowed)}."


def names_tacc(kd_tacc: object) -> bool:
    """Whether a body's ``kdTacc`` is one of the four: Time, Age, Complication, Comorbidity."""
    return _number(kd_tacc) > 0


def _number(kd_tacc: object) -> int:
    if isinstance(kd_tacc, str) and re.fullmatch(r"[0-9]{1,3}", kd_tacc):
        return int(kd_tacc)
    return kd_tacc if isinstance(kd_tacc, int) and not isinstance(kd_tacc, bool) else 0


def _squeezed(text: str) -> str:
    return "".join(text.casefold().split())
