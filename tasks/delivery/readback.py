"""How each job type is looked up at BPJS (docs/bpjs-contract.md, 6.4)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from bpjs_client.bodies import VisitKey, visit_key
from bpjs_client.jenis import Jenis
from bpjs_client.jobs import Bpjs
from bpjs_client.numbers import is_shaped
from bpjs_client.readback import Seen


class Look(Enum):
    """What a look at BPJS told."""

    DONE = auto()  # BPJS has what the job wanted
    NOT_DONE = auto()  # proven: send it again
    REPEAT = auto()  # cannot be looked up, but a repeat is refused harmlessly when it is there
    PERSON = auto()  # only a person can know


@dataclass(frozen=True)
class Sight:
    """The result of a look; its repr names nobody.

    `result` holds the recovered number, `content` what BPJS shows of the body; `elsewhere`, in Indonesian,
    where else the card stands that day when it is not where it should be.
    """

    look: Look
    result: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: Mapping[str, str | bool] = field(default_factory=dict, repr=False)
    elsewhere: str = field(default="", repr=False)


def look(bpjs: Bpjs, jenis: Jenis, body: Mapping[str, object], *, repeated: bool) -> Sight:
    """Ask BPJS, by reads only, whether it has this write. `repeated`: it was sent blind once already.

    Raises BpjsError when the question itself got no answer.
    """
    return _LOOKS[jenis](bpjs, body, repeated)


def _pendaftaran(bpjs: Bpjs, body: Mapping[str, object], _repeated: bool) -> Sight:
    return _sight("noUrut", bpjs.see_pendaftaran(_key(Jenis.TAMBAH_PENDAFTARAN, body)))


def _kunjungan(bpjs: Bpjs, body: Mapping[str, object], _repeated: bool) -> Sight:
    return _sight("noKunjungan", bpjs.see_kunjungan(_key(Jenis.TAMBAH_KUNJUNGAN, body)))


def _sight(name: str, seen: Seen) -> Sight:
    if seen.number is None:
        return Sight(Look.NOT_DONE, elsewhere=seen.elsewhere)
    return Sight(Look.DONE, {name: seen.number}, seen.content)


def look_at_edited(bpjs: Bpjs, body: Mapping[str, object]) -> Sight:
    """What BPJS shows of a visit whose correction got no clear answer; its number is not there: NOT_DONE.

    Raises BpjsError when the question itself got no answer.
    """
    seen = bpjs.see_kunjungan_numbered(str(body.get("noKartu")), str(body.get("noKunjungan")))
    if seen.number is None:
        return Sight(Look.NOT_DONE)
    return Sight(Look.DONE, {"noKunjungan": seen.number}, seen.content)


def _hapus_pendaftaran(bpjs: Bpjs, body: Mapping[str, object], repeated: bool) -> Sight:
    if not is_shaped("noUrut", body.get("noUrut")):
        return _repeat_once(bpjs, body, repeated)
    # By its number: the patient may have been registered again since, under another.
    key = _key(Jenis.HAPUS_PENDAFTARAN, body)
    still_there = bpjs.holds_pendaftaran(key, str(body.get("noUrut")))
    return Sight(Look.NOT_DONE if still_there else Look.DONE)


def _hapus_kunjungan(bpjs: Bpjs, body: Mapping[str, object], repeated: bool) -> Sight:
    number, no_kartu = body.get("noKunjungan"), body.get("noKartu")
    # Without card it cannot be looked up, and what is no number of BPJS's is in no list, whatever it meant;
    # deleting again is harmless.
    if not no_kartu or not is_shaped("noKunjungan", number):
        return _repeat_once(bpjs, body, repeated)
    return Sight(Look.NOT_DONE if bpjs.holds_kunjungan(str(no_kartu), str(number)) else Look.DONE)


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
