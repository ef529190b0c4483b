"""Settling a write whose answer was lost: ask BPJS whether it has it (design: *Settling the unknown*)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from bpjs_client.bodies import VisitKey, visit_key
from bpjs_client.jenis import Jenis
from bpjs_client.jobs import Bpjs


class Look(Enum):
    """What a look at BPJS told."""

    DONE = auto()  # BPJS has what the job wanted
    NOT_DONE = auto()  # proven: send it again
    REPEAT = auto()  # cannot be looked up, but a repeat is refused harmlessly when it is there
    PERSON = auto()  # only a person can know


@dataclass(frozen=True)
class Sight:
    """The result of a look; `result` holds the recovered number."""

    look: Look
    result: Mapping[str, str] = field(default_factory=dict)


def look(bpjs: Bpjs, jenis: Jenis, body: Mapping[str, object], *, repeated: bool) -> Sight:
    """Ask BPJS, by reads only, whether it has this write. `repeated`: it was sent blind once already.

    Raises BpjsError when the question itself got no answer.
    """
    return _LOOKS[jenis](bpjs, body, repeated)


def _pendaftaran(bpjs: Bpjs, body: Mapping[str, object], _repeated: bool) -> Sight:
    number = bpjs.find_pendaftaran(_key(Jenis.TAMBAH_PENDAFTARAN, body))
    return Sight(Look.DONE, {"noUrut": number}) if number else Sight(Look.NOT_DONE)


def _kunjungan(bpjs: Bpjs, body: Mapping[str, object], _repeated: bool) -> Sight:
    number = bpjs.find_kunjungan(_key(Jenis.TAMBAH_KUNJUNGAN, body))
    return Sight(Look.DONE, {"noKunjungan": number}) if number else Sight(Look.NOT_DONE)


def _hapus_pendaftaran(bpjs: Bpjs, body: Mapping[str, object], _repeated: bool) -> Sight:
    still_there = bpjs.find_pendaftaran(_key(Jenis.HAPUS_PENDAFTARAN, body))
    return Sight(Look.NOT_DONE if still_there else Look.DONE)


def _hapus_kunjungan(bpjs: Bpjs, body: Mapping[str, object], repeated: bool) -> Sight:
    key = visit_key(Jenis.HAPUS_KUNJUNGAN, body)
    if key is None:  # without card, date and poli it cannot be looked up; deleting again is harmless
        return Sight(Look.PERSON if repeated else Look.REPEAT)
    return Sight(Look.NOT_DONE if bpjs.find_kunjungan(key) == body.get("noKunjungan") else Look.DONE)


def _tambah_antrean(_bpjs: Bpjs, body: Mapping[str, object], _repeated: bool) -> Sight:
    # Antrean cannot be read. With a card a repeat is refused as "sudah terdaftar"; without one it is not.
    return Sight(Look.REPEAT if body.get("nomorkartu") else Look.PERSON)


def _repeat_once(_bpjs: Bpjs, _body: Mapping[str, object], repeated: bool) -> Sight:
    return Sight(Look.PERSON if repeated else Look.REPEAT)


_LOOKS: dict[Jenis, Callable[[Bpjs, Mapping[str, object], bool], Sight]] = {
    Jenis.TAMBAH_ANTREAN: _tambah_antrean,
    Jenis.PANGGIL_ANTREAN: _repeat_once,
    Jenis.BATAL_ANTREAN: _repeat_once,
    Jenis.TAMBAH_PENDAFTARAN: _pendaftaran,
    Jenis.TAMBAH_KUNJUNGAN: _kunjungan,
    Jenis.HAPUS_PENDAFTARAN: _hapus_pendaftaran,
    Jenis.HAPUS_KUNJUNGAN: _hapus_kunjungan,
}


def _key(jenis: Jenis, body: Mapping[str, object]) -> VisitKey:
    key = visit_key(jenis, body)
    if key is None:
        raise ValueError("a body that passed its check names its visit")
    return key
