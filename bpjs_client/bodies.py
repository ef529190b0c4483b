"""The request bodies of the seven jobs: what must be in them, and what is wrong with one.

BPJS's own field spellings live here and nowhere else. Bodies are checked, never rewritten: what the
clinic handed over is what BPJS gets, fields that we do not know included.
"""
# ruff: noqa: N815 - the models are spelled as BPJS spells them

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bpjs_client.identifiers import without_identifiers
from bpjs_client.jenis import Jenis, Service
from bpjs_client.tacc import wrong_reason
from bpjs_client.wire_fields import (
    RULE,
    AntreanDate,
    Attendance,
    Card,
    CardOrNone,
    Count,
    DoctorCode,
    Filled,
    Flag,
    Given,
    KdPrognosa,
    KdSadar,
    KdStatusPulang,
    KdTacc,
    KdTkp,
    Measure,
    Milliseconds,
    Nik,
    PCareDate,
    PCareDateOrNone,
    Phone,
    Session,
    Suhu,
    Text,
    Whole,
    read_antrean_date,
    read_pcare_date,
)

Body = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that is wrong: its wire path (``rujukLanjut.kdppk``) and why, in Indonesian."""

    field: str
    message: str


@dataclass(frozen=True)
class VisitKey:
    """The name of a registration or visit at BPJS: card, service date and poli (contract 6.4)."""

    no_kartu: str = field(repr=False)
    tanggal: date
    kd_poli: str


class WireModel(BaseModel):
    """A body as BPJS spells it; unknown fields pass, values never show up in an error."""

    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)


class TambahAntrean(WireModel):
    """``antrean/add`` (contract 5a)."""

    nomorkartu: CardOrNone
    nik: Nik
    nohp: Phone
    kodepoli: Filled
    namapoli: Filled
    norm: Filled
    tanggalperiksa: AntreanDate
    kodedokter: DoctorCode
    namadokter: Filled
    jampraktek: Session
    nomorantrean: Filled
    angkaantrean: Whole
    keterangan: Text | None = None


class PanggilAntrean(WireModel):
    """``antrean/panggil`` (contract 5b); ``waktu`` is epoch milliseconds."""

    tanggalperiksa: AntreanDate
    kodepoli: Filled
    nomorkartu: CardOrNone
    status: Attendance
    waktu: Milliseconds


class BatalAntrean(WireModel):
    """``antrean/batal`` (contract 5c)."""

    tanggalperiksa: AntreanDate
    kodepoli: Filled
    nomorkartu: CardOrNone
    alasan: Filled


class TambahPendaftaran(WireModel):
    """``pendaftaran`` (contract 5d); zeros are accepted for the measurements here."""

    kdProviderPeserta: Filled
    tglDaftar: PCareDate
    noKartu: Card
    kdPoli: Filled
    keluhan: Text | None = None
    kunjSakit: Flag
    sistole: Count
    diastole: Count
    beratBadan: Measure
    tinggiBadan: Measure
    respRate: Count
    lingkarPerut: Measure
    heartRate: Count
    rujukBalik: Whole
    kdTkp: KdTkp


class TambahKunjungan(WireModel):
    """``kunjungan/v1`` (contract 5e); `_referral_errors` and `_tacc_errors` check what hangs together.

    Weight and height above zero is the claim of one weak source (mark C), so zero passes: refusing
    a visit that BPJS would take costs the clinic money.
    """

    noKunjungan: None = None
    noKartu: Card
    tglDaftar: PCareDate
    kdPoli: Filled
    keluhan: Text
    kdSadar: KdSadar
    sistole: Count
    diastole: Count
    beratBadan: Measure
    tinggiBadan: Measure
    respRate: Count
    heartRate: Count
    lingkarPerut: Measure
    kdStatusPulang: KdStatusPulang
    tglPulang: PCareDate
    kdDokter: Filled
    kdDiag1: Filled
    kdDiag2: Text | None = None
    kdDiag3: Text | None = None
    kdPoliRujukInternal: Text | None = None
    rujukLanjut: Any = None
    kdTacc: KdTacc | None = None
    alasanTacc: Text | None = None
    anamnesa: Text
    alergiMakan: Filled
    alergiUdara: Filled
    alergiObat: Filled
    kdPrognosa: KdPrognosa
    terapiObat: Text
    terapiNonObat: Text
    bmhp: Text
    suhu: Suhu


class UbahKunjungan(TambahKunjungan):
    """The same, of a visit that BPJS holds under this number (contract 5e, Edit)."""

    noKunjungan: Given  # type: ignore[assignment]


class SubSpesialis(WireModel):
    """The subspecialty a patient is referred to."""

    kdSubSpesialis1: Filled
    kdSarana: Text | None = None


class Khusus(WireModel):
    """The special service a patient is referred to."""

    kdKhusus: Filled
    kdSubSpesialis: Text | None = None
    catatan: Text | None = None


class RujukLanjut(WireModel):
    """The referral of a visit with status pulang 4: a subspecialty or a special service."""

    tglEstRujuk: PCareDate
    kdppk: Filled
    subSpesialis: SubSpesialis | None = None
    khusus: Khusus | None = None


class HapusPendaftaran(WireModel):
    """The fields that name the registration to delete (contract 5f)."""

    noKartu: Card
    tglDaftar: PCareDate
    noUrut: Given | None = None
    kdPoli: Filled


class HapusKunjungan(WireModel):
    """The fields that name the visit to delete (contract 5g); only its number goes out."""

    noKunjungan: Given | None = None
    noKartu: CardOrNone | None = None
    tglDaftar: PCareDateOrNone | None = None
    kdPoli: Text | None = None


MODELS: Mapping[Jenis, type[WireModel]] = {
    Jenis.TAMBAH_ANTREAN: TambahAntrean,
    Jenis.PANGGIL_ANTREAN: PanggilAntrean,
    Jenis.BATAL_ANTREAN: BatalAntrean,
    Jenis.TAMBAH_PENDAFTARAN: TambahPendaftaran,
    Jenis.TAMBAH_KUNJUNGAN: TambahKunjungan,
    Jenis.HAPUS_PENDAFTARAN: HapusPendaftaran,
    Jenis.HAPUS_KUNJUNGAN: HapusKunjungan,
}

# A delete cannot leave without these, and the chain of its visit can supply them.
_FROM_CHAIN: Mapping[Jenis, tuple[str, ...]] = {
    Jenis.HAPUS_PENDAFTARAN: ("noUrut",),
    Jenis.HAPUS_KUNJUNGAN: ("noKunjungan",),
}

_SENTENCES: Mapping[str, str] = {
    "missing": "Wajib diisi.",
    "string_type": "Harus berupa teks.",
    "string_unicode": "Berisi huruf yang rusak.",
    "int_type": "Harus bilangan bulat, tanpa tanda kutip dan tanpa koma.",
    "int_from_float": "Harus bilangan bulat.",
    "float_type": "Harus berupa angka, tanpa tanda kutip.",
    "finite_number": "Harus angka biasa.",
    "bool_type": "Harus true atau false.",
    "none_required": "Harus kosong (null): nomor ini diberikan oleh BPJS.",
    "model_type": "Harus berupa objek.",
}


def check_body(
    jenis: Jenis, body: Body, *, chain_supplies: bool = True, is_edit: bool = False
) -> list[FieldError]:
    """Everything wrong with a body, field by field; an empty list means that it may be sent.

    Dates are ``dd-MM-yyyy`` for PCare and ``yyyy-MM-dd`` for Antrean, ``waktu`` is epoch milliseconds
    (contract 5, marks A). With ``chain_supplies`` a delete may lack the number that an earlier job of
    its chain will bring; without it the number must be there. A visit that `is_edit` corrects one that BPJS
    holds, and names it by its number. Never raises and never echoes a value.
    """
    model = UbahKunjungan if is_edit else MODELS[jenis]
    errors = [*_model_errors(model, body), *_unsendable_fields(body)]
    if jenis is Jenis.TAMBAH_KUNJUNGAN:
        errors += [*_referral_errors(body), *_tacc_errors(body)]
    if not chain_supplies:
        errors += _missing_numbers(jenis, body)
    return list({error.field: error for error in reversed(errors)}.values())[::-1]


def service_date(jenis: Jenis, body: Body) -> date | None:
    """The day of the visit as the body names it; None when absent or unreadable."""
    if jenis.service is Service.ANTREAN:
        return read_antrean_date(body.get("tanggalperiksa"))
    return read_pcare_date(body.get("tglDaftar"))


def poli(jenis: Jenis, body: Body) -> str | None:
    """The poli code that the body names; None when absent or not a text."""
    return _filled_text(body.get("kodepoli" if jenis.service is Service.ANTREAN else "kdPoli"))


def card(body: Body) -> str | None:
    """The card that a body of either service names; None when absent, empty or not a text."""
    return _filled_text(body.get("noKartu")) or _filled_text(body.get("nomorkartu"))


def visit_key(jenis: Jenis, body: Body) -> VisitKey | None:
    """Card, date and poli of the body; None unless all three are there."""
    no_kartu = _filled_text(body.get("nomorkartu" if jenis.service is Service.ANTREAN else "noKartu"))
    tanggal, kd_poli = service_date(jenis, body), poli(jenis, body)
    if no_kartu is None or tanggal is None or kd_poli is None:
        return None
    return VisitKey(no_kartu, tanggal, kd_poli)


def _filled_text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _model_errors(model: type[WireModel], body: Body, prefix: str = "") -> Iterator[FieldError]:
    try:
        model.model_validate({str(name): value for name, value in body.items()})
    except ValidationError as problem:
        for error in problem.errors(include_url=False, include_context=False, include_input=False):
            path = prefix + ".".join(str(part) for part in error["loc"])
            yield FieldError(path, _sentence(error["type"], error["msg"]))


def _sentence(kind: str, own_words: str) -> str:
    # Pydantic's own wording is English and may quote the value; only our rules speak for themselves.
    return own_words if kind == RULE else _SENTENCES.get(kind, "Nilai tidak dapat dibaca.")


def _unsendable_fields(body: Body) -> Iterator[FieldError]:
    for name, value in body.items():
        try:
            json.dumps({name: value}, allow_nan=False, ensure_ascii=False).encode()
        except (TypeError, ValueError, RecursionError):
            yield FieldError(_printable(name), "Tidak dapat ditulis sebagai JSON.")


def _printable(name: object) -> str:
    # A name of the sender's own may hold a number, and the error is shown and stored.
    return without_identifiers(str(name)).encode("ascii", "replace").decode()


def _missing_numbers(jenis: Jenis, body: Body) -> Iterator[FieldError]:
    for name in _FROM_CHAIN.get(jenis, ()):
        if _filled_text(body.get(name)) is None:
            yield FieldError(name, "Wajib diisi: nomor dari BPJS belum diketahui.")


def _referral_errors(body: Body) -> Iterator[FieldError]:
    referral = body.get("rujukLanjut")
    if body.get("kdStatusPulang") != "4":
        if _holds_something(referral):
            yield FieldError("rujukLanjut", "Hanya untuk status pulang 4 (rujuk lanjut).")
    elif isinstance(referral, Mapping):
        yield from _model_errors(RujukLanjut, referral, "rujukLanjut.")
        yield from _referral_targets(referral)
        yield from _too_early(body, referral)
    else:
        yield FieldError("rujukLanjut", "Wajib diisi karena status pulang 4 (rujuk lanjut).")


def _referral_targets(referral: Mapping[str, object]) -> Iterator[FieldError]:
    named = [name for name in ("subSpesialis", "khusus") if referral.get(name) is not None]
    if len(named) != 1:
        yield FieldError("rujukLanjut", "Isi salah satu: subSpesialis atau khusus.")


def _too_early(body: Body, referral: Mapping[str, object]) -> Iterator[FieldError]:
    registered, planned = read_pcare_date(body.get("tglDaftar")), read_pcare_date(referral.get("tglEstRujuk"))
    if registered and planned and planned < registered:  # refused with 412 (contract 9, row 9)
        yield FieldError("rujukLanjut.tglEstRujuk", "Tidak boleh sebelum tanggal daftar (tglDaftar).")


def _tacc_errors(body: Body) -> Iterator[FieldError]:
    problem = wrong_reason(body.get("kdTacc"), body.get("alasanTacc"))
    if problem is not None:  # refused (contract 9, row 10)
        yield FieldError("alasanTacc", problem)


def _holds_something(value: object) -> bool:
    waiting = [value]  # a stack of its own: a body may be nested deeper than Python recurses
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, Mapping):
            waiting.extend(inner.values())
        elif inner not in (None, "", []):
            return True
    return False
