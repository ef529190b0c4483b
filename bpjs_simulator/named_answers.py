"""The answers that can be asked for by name: what BPJS, its gateway or a firewall may say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from bpjs_simulator.said import Said

RUNTIME_ERROR = (
    "<html><title>Runtime Error</title><body><h1>Server Error in '/' Application.</h1></body></html>"
)
REQUEST_REJECTED = (
    "<html><head><title>Request Rejected</title></head><body>The requested URL was rejected."
    " Please consult with your administrator.<br><br>Your support ID is: 0000000000<br></body></html>"
)
NOT_REGISTERED = "Unauthorized! You are not registered for this service!"
NO_MAPPING = "No Mapping Rule matched"
_PCARE: Mapping[str, str] = MappingProxyType({"service": "pcare"})
_CREATES: Mapping[str, str] = MappingProxyType({"service": "pcare", "method": "POST"})
_VISITS: Mapping[str, str] = MappingProxyType({"service": "pcare", "method": "POST", "endpoint": "kunjungan"})
_DELETES: Mapping[str, str] = MappingProxyType({"service": "pcare", "method": "DELETE"})
_ADDS: Mapping[str, str] = MappingProxyType({"service": "antrean", "endpoint": "antrean/add"})
_ANTREAN: Mapping[str, str] = MappingProxyType({"service": "antrean"})


@dataclass(frozen=True)
class Named:
    """An answer with a sentence about it; `meets` is what it answers where a match does not say otherwise."""

    sentence: str
    said: Said
    meets: Mapping[str, str] = field(default_factory=dict)


def _foreign(http: int, message: str) -> Named:
    sentence = f"the gateway's own JSON with {http}, without BPJS's envelope"
    return Named(sentence, Said(http=http, json={"message": message}))


def _firewall(http: int) -> Named:
    return Named(f"a firewall's page with {http}", Said(http=http, page=REQUEST_REJECTED))


def _refusal(
    sentence: str,
    code: int,
    message: str,
    meets: Mapping[str, str] = MappingProxyType({}),
    *,
    http: int | None = None,
    response: Any = None,
) -> Named:
    return Named(sentence, Said(http=http or code, code=code, message=message, response=response), meets)


# Texts and codes are the contract's where it has them: net-error, dokter-400, raw-401, the number that is
# null, no-referral-number and the place of words without a message (9), not-registered and no-mapping (6.2),
# duplicate (5d).
# The others are of the kinds that gateways, firewalls and logins answer; none is known to be BPJS's.
NAMED: dict[str, Named] = {
    "net-error": _refusal(
        "PCare's 500 with the words of a .NET failure",
        500,
        "Object reference not set to an instance of an object.",
        _PCARE,
        response=[],
    ),
    "firewall-200": _firewall(200),
    "firewall-400": _firewall(400),
    "firewall-403": _firewall(403),
    "dokter-400": Named(
        "ASP.NET's page with 400, as seen of the reference dokter", Said(http=400, page=RUNTIME_ERROR), _PCARE
    ),
    "not-registered": _refusal("an endpoint that was not granted to this consumer id", 404, NOT_REGISTERED),
    "no-mapping": _refusal("a path or verb that has no route", 404, NO_MAPPING),
    "forbidden": _foreign(403, "Forbidden"),
    "no-route": _foreign(404, "no Route matched with those values"),
    "gateway-400": _foreign(400, "Bad Request"),
    "gateway-405": _foreign(405, "Method Not Allowed"),
    "gateway-409": _foreign(409, "Conflict"),
    "password-403": _refusal(
        "a refused PCare login with 403", 403, "Maaf Cek Kembali Password Pcare Anda", _PCARE
    ),
    "password-412": _refusal(
        "a refused PCare login with 412", 412, "Username atau password PCare salah", _PCARE
    ),
    "credential-200": _refusal(
        "a refused credential with HTTP 200 and code 403",
        403,
        "Authentication failed: invalid credential",
        _PCARE,
        http=200,
    ),
    # The one source of this text breaks off where the dots are.
    "raw-401": _refusal(
        "a refused PCare login in its raw form",
        401,
        "UNAUTHORIZED, because username/password PCare ...",
        _PCARE,
    ),
    "signature-201": _refusal(
        "Antrean's refused signature with the code of a refusal, on reads too",
        201,
        "Signature tidak sesuai",
        _ANTREAN,
        http=200,
    ),
    "null-number": Named("a success whose number is the word null", Said(number="null"), _CREATES),
    "other-patient": _refusal(
        "a queue number that somebody else has",
        201,
        "Nomor antrean A-7 sudah terdaftar atas nama peserta lain",
        _ADDS,
        http=200,
    ),
    "other-faskes": _refusal(
        "a member who is in another clinic's queue",
        201,
        "Peserta sudah terdaftar di FKTP lain",
        _ADDS,
        http=200,
    ),
    "duplicate": _refusal(
        "a duplicate in its older, shorter words, though it holds nothing",
        412,
        "PRECONDITION_FAILED",
        _CREATES,
        response=[{"field": "noKartu", "message": "Peserta sudah di-entri pada hari yang sama"}],
    ),
    "no-referral-number": _refusal(
        "a referral for which Satu Sehat gave no number, made or not",
        400,
        "Gagal mendapatkan nomor Rujukan Satu Sehat",
        _VISITS,
    ),
    "not-found-412": _refusal(
        "a deletion of what is not there, with 412", 412, "Data tidak ditemukan", _DELETES
    ),
    "msg-only": Named(
        "a refusal whose words stand in msg, its message empty",
        Said(meta={"msg": "Data kunjungan belum lengkap"}),
    ),
    "keterangan-only": Named(
        "a refusal whose words stand in response.keterangan, its message empty",
        Said(response={"keterangan": "Data kunjungan belum lengkap"}),
    ),
    "quotes-card": Named(
        "a refusal that quotes the card and NIK of the request",
        Said(message="Peserta dengan nomor kartu {card} dan NIK {nik} tidak dapat dilayani"),
    ),
    "drop": Named("the connection is cut without a byte", Said(cut=True)),
    "hang": Named("nothing for 30 seconds, then the connection is cut", Said(delay_seconds=30, cut=True)),
}
