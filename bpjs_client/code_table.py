"""What BPJS's codes and texts mean, as data: rows keyed by service, endpoint, code and text.

The first row that matches decides. A code is a shell pattern over BPJS's own code and, from 300 up,
the HTTP status. A text is looked for in the message and in the field messages, without regard to case, spaces
and hyphens; it counts only where a row names it. PCare's 201 is success and Antrean's 201 is a refusal,
so there is no code that means the same everywhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, TypeAlias

from bpjs_client.errors import (
    AlreadyThere,
    BpjsError,
    NeedsPatient,
    NeedsPredecessor,
    NotFound,
    Rejected,
    Temporary,
    Unauthorized,
    Unknown,
)
from bpjs_client.jenis import Jenis, Service

Endpoint: TypeAlias = Jenis | Literal["read"]

READ: Endpoint = "read"
ADD_ANTREAN: frozenset[Endpoint] = frozenset({Jenis.TAMBAH_ANTREAN})
PENDAFTARAN: frozenset[Endpoint] = frozenset({Jenis.TAMBAH_PENDAFTARAN})
KUNJUNGAN: frozenset[Endpoint] = frozenset({Jenis.TAMBAH_KUNJUNGAN})
CREATES = PENDAFTARAN | KUNJUNGAN
DELETES: frozenset[Endpoint] = frozenset({Jenis.HAPUS_PENDAFTARAN, Jenis.HAPUS_KUNJUNGAN})
READS: frozenset[Endpoint] = frozenset({READ})
WRITES: frozenset[Endpoint] = frozenset(Jenis)
ALL = WRITES | READS

PCARE, ANTREAN = Service.PCARE, Service.ANTREAN
EITHER: Service | None = None

SERVICE_EXPIRED = "service expired"
UNKNOWN_401 = "401"
NO_CODE = ""


@dataclass(frozen=True)
class Row:
    """One meaning: where it applies, the code, the text (None: any), what it is, and what to tell staff.

    A reason of None shows BPJS's own words.
    """

    service: Service | None
    endpoints: frozenset[Endpoint]
    code: str
    text: str | None
    error: type[BpjsError]
    reason: str | None = None


SUCCESS: Mapping[Service, tuple[tuple[frozenset[Endpoint], frozenset[str]], ...]] = {
    # 201 for creates and 200 for deletes (contract 5, marks A); a create's number is asked for besides.
    PCARE: (
        (CREATES, frozenset({"200", "201"})),
        (DELETES, frozenset({"200", "204"})),
        (READS, frozenset({"200", "201", "204"})),
    ),
    # References answer 1 or 200, and 201 on a day without a schedule (contract 2.3 and 4).
    ANTREAN: (
        (WRITES, frozenset({"200", "1"})),
        (READS, frozenset({"200", "1", "201", "204"})),
    ),
}

# The number that proves a create, by the name BPJS gives it.
NUMBERS: Mapping[Endpoint, str] = {
    Jenis.TAMBAH_PENDAFTARAN: "noUrut",
    Jenis.TAMBAH_KUNJUNGAN: "noKunjungan",
}

_SCREENING = (
    "Pasien belum mengisi skrining kesehatan. Minta pasien mengisinya di Mobile JKN atau "
    "webskrining.bpjs-kesehatan.go.id, lalu kirim ulang tanpa perubahan."
)
_DUPLICATE = "Sudah tercatat di BPJS."
_NO_REGISTRATION = "Belum melakukan pendaftaran pada poli tersebut."
_LOGIN = "Login PCare ditolak: periksa nama pengguna dan kata sandi (kata sandi PCare perlu diganti berkala)."
_SIGNATURE = "Tanda tangan ditolak: periksa cons-id, secret key dan jam komputer."
_CLOCK = "Waktu permintaan dianggap kedaluwarsa: periksa jam komputer."
_CONS_ID = "Cons-id sudah kedaluwarsa: perpanjang di BPJS."
_NO_ACCESS = "Cons-id belum terdaftar untuk layanan ini di BPJS."
_NO_ROUTE = "Gerbang BPJS tidak mengenal alamat ini: periksa alamat layanan."
_BAD_LOGIN_FORM = "BPJS tidak dapat membaca data login: periksa kredensial."
_BUSY = "BPJS membatasi jumlah permintaan, dicoba lagi nanti."
_TROUBLE = "Layanan BPJS sedang bermasalah."
_UNCLEAR = "BPJS tidak menjawab dengan jelas apakah data sudah masuk."
_NOTHING_THERE = "Tidak ditemukan di BPJS."
_GATEWAY = "Ditolak oleh gerbang BPJS: periksa alamat layanan dan kredensial."

ROWS: tuple[Row, ...] = (
    # The credential and the route, whatever the code (contract 6.2).
    Row(EITHER, ALL, "*", "signature service tidak sesuai", Unauthorized, _SIGNATURE),
    Row(EITHER, ALL, "*", SERVICE_EXPIRED, Unauthorized, _CLOCK),
    Row(EITHER, ALL, "*", "consumer id is expired", Unauthorized, _CONS_ID),
    Row(EITHER, ALL, "*", "you are not registered for this service", Unauthorized, _NO_ACCESS),
    Row(EITHER, ALL, "*", "no mapping rule matched", Unauthorized, _NO_ROUTE),
    Row(EITHER, ALL, "50000", None, Unauthorized, _BAD_LOGIN_FORM),
    # Business refusals, matched by text because sources disagree on the number (contract 0.1, 5).
    Row(PCARE, CREATES, "*", "sudah di-entri", AlreadyThere, _DUPLICATE),
    Row(ANTREAN, ADD_ANTREAN, "*", "sudah terdaftar", AlreadyThere, _DUPLICATE),
    Row(PCARE, CREATES, "*", "skrining", NeedsPatient, _SCREENING),
    Row(ANTREAN, ADD_ANTREAN, "*", "skrining", NeedsPatient, _SCREENING),
    Row(PCARE, KUNJUNGAN, "*", "belum melakukan pendaftaran", NeedsPredecessor, _NO_REGISTRATION),
    # Data errors that look like a breakdown (contract 5d, 5e).
    Row(EITHER, ALL, "*", "referensi sistem", Rejected),
    Row(PCARE, WRITES, "500", "jvalue", Rejected),
    # 401 says both "wrong login" and "refused"; a text that no source shows is left to the caller.
    Row(EITHER, ALL, "401", "signature", Unauthorized, _SIGNATURE),
    Row(EITHER, ALL, "401", "consumer", Unauthorized, _CONS_ID),
    Row(EITHER, ALL, "401", "user_key", Unauthorized, _GATEWAY),
    Row(EITHER, ALL, "401", "user key", Unauthorized, _GATEWAY),
    Row(EITHER, ALL, "401", "api key", Unauthorized, _GATEWAY),
    Row(EITHER, ALL, "401", "password", Unauthorized, _LOGIN),
    Row(EITHER, ALL, "401", "username", Unauthorized, _LOGIN),
    Row(EITHER, ALL, "401", "login", Unauthorized, _LOGIN),
    Row(EITHER, ALL, "401", "kata sandi", Unauthorized, _LOGIN),
    Row(EITHER, ALL, UNKNOWN_401, None, Unauthorized),
    # Not there.
    Row(PCARE, DELETES, "304", None, NotFound, _NOTHING_THERE),
    Row(PCARE, DELETES, "404", None, NotFound, _NOTHING_THERE),
    Row(EITHER, READS, "404", None, NotFound, _NOTHING_THERE),
    # Trouble on BPJS's side.
    Row(EITHER, ALL, "429", None, Temporary, _BUSY),
    Row(EITHER, WRITES, "408", None, Unknown, _UNCLEAR),
    Row(EITHER, READS, "408", None, Temporary, _TROUBLE),
    Row(EITHER, WRITES, "5??", None, Unknown, _UNCLEAR),
    Row(EITHER, READS, "5??", None, Temporary, _TROUBLE),
    Row(EITHER, WRITES, NO_CODE, None, Unknown, _UNCLEAR),
    Row(EITHER, READS, NO_CODE, None, Temporary, _TROUBLE),
    # A success code that does not belong to this endpoint proves nothing.
    Row(PCARE, WRITES, "2??", None, Unknown, _UNCLEAR),
    # Everything else is a refusal in BPJS's own words: 412, 424, 428, Antrean 201, codes never seen.
    Row(EITHER, ALL, "*", None, Rejected),
)

# Answers without BPJS's own code, empty or somebody else's JSON: the code is the HTTP status.
BARE_ROWS: tuple[Row, ...] = (
    Row(EITHER, ALL, "429", None, Temporary, _BUSY),
    Row(PCARE, DELETES, "304", None, NotFound, _NOTHING_THERE),
    Row(PCARE, DELETES, "404", None, NotFound, _NOTHING_THERE),
    Row(EITHER, READS, "404", None, NotFound, _NOTHING_THERE),
    Row(EITHER, ALL, "401", None, Unauthorized, _GATEWAY),
    Row(EITHER, ALL, "403", None, Unauthorized, _GATEWAY),
    Row(EITHER, WRITES, "408", None, Unknown, _UNCLEAR),
    Row(EITHER, READS, "408", None, Temporary, _TROUBLE),
    Row(EITHER, ALL, "4??", None, Rejected),
    # 2xx without BPJS's own code, a redirect (ASP.NET redirects after it has worked, too), 5xx.
    Row(EITHER, WRITES, "*", None, Unknown, _UNCLEAR),
    Row(EITHER, READS, "*", None, Temporary, _TROUBLE),
)
# Answers that are not even JSON, by HTTP status.
PAGE_ROWS: tuple[Row, ...] = (
    Row(EITHER, ALL, "429", None, Temporary, _BUSY),
    Row(PCARE, DELETES, "304", None, NotFound, _NOTHING_THERE),
    Row(EITHER, READS, "404", None, NotFound, _NOTHING_THERE),
    Row(EITHER, WRITES, "408", None, Unknown, _UNCLEAR),
    Row(EITHER, READS, "408", None, Temporary, _TROUBLE),
    # A page instead of an answer, on a path that BPJS knows, is its gateway refusing us.
    Row(EITHER, ALL, "4??", None, Unauthorized, _GATEWAY),
    Row(EITHER, WRITES, "*", None, Unknown, _UNCLEAR),
    Row(EITHER, READS, "*", None, Temporary, _TROUBLE),
)


def meaning(
    rows: Iterable[Row], service: Service, endpoint: Endpoint, codes: Iterable[str], text: str
) -> Row:
    """The first row that fits; every table ends with one that fits everything."""
    known, words = tuple(codes), squeezed(text)
    return next(row for row in rows if _fits(row, service, endpoint, known, words))


def squeezed(text: str) -> str:
    """A text as it is compared: without case, spaces and hyphens."""
    return "".join(text.casefold().split()).replace("-", "")


def _fits(row: Row, service: Service, endpoint: Endpoint, codes: tuple[str, ...], words: str) -> bool:
    return (
        row.service in (None, service)
        and endpoint in row.endpoints
        and any(fnmatchcase(code, row.code) for code in codes)
        and (row.text is None or squeezed(row.text) in words)
    )
