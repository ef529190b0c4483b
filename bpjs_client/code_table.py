"""Gives the meaning of BPJS's codes and texts as rows of data, keyed by service, endpoint, code and text.

The first row that matches decides. A code is a shell pattern over BPJS's own code and, from 300 up,
the HTTP status. A text is looked for in the message and in the fields and their messages, without regard to
case, spaces and hyphens; it counts only where a row names it. PCare's 201 is success and Antrean's 201 is a
refusal, so there is no code that means the same everywhere. Words of the credential are the exception: what
BPJS says of login, signature or keys comes under any code, so these texts count whatever the code.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Literal, TypeAlias

from bpjs_client.errors import (
    AlreadyThere,
    BpjsError,
    NeedsPatient,
    NeedsPredecessor,
    NotFound,
    ReferralUnclear,
    Rejected,
    Suspect,
    Temporary,
    Unauthorized,
    Unknown,
)
from bpjs_client.jenis import DELETIONS, NUMBERED, Jenis, Service

Endpoint: TypeAlias = Jenis | Literal["read", "edit"]

READ: Endpoint = "read"
EDIT: Endpoint = "edit"  # PUT kunjungan/v1: it creates nothing and brings no number (contract 5e, Edit)
ADD_ANTREAN: frozenset[Endpoint] = frozenset({Jenis.TAMBAH_ANTREAN})
PENDAFTARAN: frozenset[Endpoint] = frozenset({Jenis.TAMBAH_PENDAFTARAN})
KUNJUNGAN: frozenset[Endpoint] = frozenset({Jenis.TAMBAH_KUNJUNGAN})
VISITS: frozenset[Endpoint] = KUNJUNGAN | {EDIT}
CREATES: frozenset[Endpoint] = frozenset(NUMBERED)
DELETES: frozenset[Endpoint] = frozenset(DELETIONS)
READS: frozenset[Endpoint] = frozenset({READ})
WRITES: frozenset[Endpoint] = frozenset({*Jenis, EDIT})
ALL = WRITES | READS

PCARE, ANTREAN = Service.PCARE, Service.ANTREAN
EITHER: Service | None = None

NO_CODE = ""


@dataclass(frozen=True)
class Row:
    """One meaning: where it applies, the code, the text (None: any), what it is, and what to tell staff.

    A reason of None shows BPJS's own words. An Unauthorized names its suspect; its text counts only at the
    beginning of a word: "onkologi nuklir" speaks of no login.
    """

    service: Service | None
    endpoints: frozenset[Endpoint]
    code: str
    text: str | None
    error: type[BpjsError]
    reason: str | None = None
    suspect: Suspect | None = None

    def says(self, text: str) -> bool:
        """Whether a text of BPJS holds this row's."""
        if self.text is None:
            return True
        if self.suspect is None:
            return squeezed(self.text) in squeezed(text)
        return _at_a_word(self.text).search(text) is not None


SUCCESS: Mapping[Service, tuple[tuple[frozenset[Endpoint], frozenset[str]], ...]] = {
    # 201 for creates and 200 for deletes (contract 5, marks A); a create's number is asked for besides.
    PCARE: (
        (CREATES, frozenset({"200", "201"})),
        (frozenset({EDIT}), frozenset({"200", "201"})),
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
    "webskrining.bpjs-kesehatan.go.id; sesudah itu dikirim lagi tanpa perubahan."
)
_REFERRAL = "Satu Sehat tidak memberi nomor rujukan, dan rujukannya mungkin sudah dibuat."
_DUPLICATE = "Sudah tercatat di BPJS."
_NO_REGISTRATION = "Belum melakukan pendaftaran pada poli tersebut."
_LOGIN = "Login PCare ditolak: periksa nama pengguna dan kata sandi (kata sandi PCare perlu diganti berkala)."
_SIGNATURE = "Tanda tangan ditolak: periksa cons-id, secret key dan jam komputer."
_CLOCK = "Waktu permintaan dianggap kedaluwarsa: periksa jam komputer."
_CONS_ID = "Cons-id ditolak: periksa cons-id dan masa berlakunya di BPJS."
_USER_KEY = "User key ditolak: periksa user key layanan ini."
_CREDENTIAL = "Kredensial ditolak: periksa cons-id, secret key, user key dan login PCare."
_NO_ACCESS = "Cons-id belum terdaftar untuk layanan ini di BPJS."
_NO_ROUTE = "Gerbang BPJS tidak mengenal alamat ini: periksa alamat layanan."
_BAD_LOGIN_FORM = "BPJS tidak dapat membaca data login: periksa kredensial."
_REFUSED = "BPJS menolak akses: periksa kredensial, atau ikuti alasan BPJS bila hanya data ini yang ditolak."
_BY_GATEWAY = "Ditolak oleh gerbang BPJS: periksa alamat layanan dan kredensial."
_BUSY = "BPJS membatasi jumlah permintaan, dicoba lagi nanti."
_TROUBLE = "Layanan BPJS sedang bermasalah."
_UNCLEAR = "BPJS tidak menjawab dengan jelas apakah data sudah masuk."
_NOTHING_THERE = "Tidak ditemukan di BPJS."

# BPJS and its gateways speak so of clock, grant, route and credential, whatever the code (contract 6.2).
_WORDS: tuple[tuple[str, Suspect, str], ...] = (
    ("service expired", Suspect.CLOCK, _CLOCK),
    ("not registered for this service", Suspect.GRANT, _NO_ACCESS),
    ("no mapping rule matched", Suspect.ROUTE, _NO_ROUTE),
    ("signature", Suspect.CREDENTIAL, _SIGNATURE),
    ("tanda tangan", Suspect.CREDENTIAL, _SIGNATURE),
    ("secret key", Suspect.CREDENTIAL, _SIGNATURE),
    ("consumer", Suspect.CREDENTIAL, _CONS_ID),
    ("cons id", Suspect.CREDENTIAL, _CONS_ID),
    ("user key", Suspect.CREDENTIAL, _USER_KEY),
    ("api key", Suspect.CREDENTIAL, _USER_KEY),
    ("username", Suspect.CREDENTIAL, _LOGIN),
    ("nama pengguna", Suspect.CREDENTIAL, _LOGIN),
    ("password", Suspect.CREDENTIAL, _LOGIN),
    ("kata sandi", Suspect.CREDENTIAL, _LOGIN),
    ("login", Suspect.CREDENTIAL, _LOGIN),
    ("credential", Suspect.CREDENTIAL, _CREDENTIAL),
    ("kredensial", Suspect.CREDENTIAL, _CREDENTIAL),
    ("authentication", Suspect.CREDENTIAL, _CREDENTIAL),
    ("autentikasi", Suspect.CREDENTIAL, _CREDENTIAL),
    ("otentikasi", Suspect.CREDENTIAL, _CREDENTIAL),
    ("unauthorized", Suspect.CREDENTIAL, _CREDENTIAL),
)
SUSPECTED: tuple[Row, ...] = tuple(
    Row(EITHER, ALL, "*", text, Unauthorized, reason, suspect) for text, suspect, reason in _WORDS
)
# A limit of requests is none of the credential, whosoever key or login it names.
_LIMITED = Row(EITHER, ALL, "429", None, Temporary, _BUSY)

ROWS: tuple[Row, ...] = (
    # Business refusals, matched by text because sources disagree on the number (contract 0.1, 5).
    Row(PCARE, CREATES, "*", "sudah di-entri", AlreadyThere, _DUPLICATE),
    Row(ANTREAN, ADD_ANTREAN, "*", "sudah terdaftar", AlreadyThere, _DUPLICATE),
    Row(PCARE, CREATES, "*", "skrining", NeedsPatient, _SCREENING),
    Row(ANTREAN, ADD_ANTREAN, "*", "skrining", NeedsPatient, _SCREENING),
    Row(PCARE, KUNJUNGAN, "*", "belum melakukan pendaftaran", NeedsPredecessor, _NO_REGISTRATION),
    # A refusal by its code, and yet the referral may have been made (contract 5e, and 9, row 21).
    Row(PCARE, VISITS, "*", "rujukan satu sehat", ReferralUnclear, _REFERRAL),
    # Data errors that look like a breakdown (contract 5d, 5e).
    Row(EITHER, ALL, "*", "referensi sistem", Rejected),
    Row(PCARE, WRITES, "500", "jvalue", Rejected),
    _LIMITED,
    # SQL Server's words when BPJS cannot open its own database: that login is not ours.
    Row(EITHER, WRITES, "5??", "login failed for user", Unknown, _UNCLEAR),
    Row(EITHER, READS, "5??", "login failed for user", Temporary, _TROUBLE),
    Row(EITHER, WRITES, "5??", "requested by the login", Unknown, _UNCLEAR),
    Row(EITHER, READS, "5??", "requested by the login", Temporary, _TROUBLE),
    *SUSPECTED,
    Row(EITHER, ALL, "50000", None, Unauthorized, _BAD_LOGIN_FORM, Suspect.CREDENTIAL),
    # These say "wrong login" as well as "not this patient" (contract 2.2).
    Row(EITHER, ALL, "401", None, Unauthorized, _REFUSED, Suspect.CREDENTIAL),
    Row(EITHER, ALL, "403", None, Unauthorized, _REFUSED, Suspect.CREDENTIAL),
    # Not there.
    Row(PCARE, DELETES, "304", None, NotFound, _NOTHING_THERE),
    Row(PCARE, DELETES, "404", None, NotFound, _NOTHING_THERE),
    Row(PCARE, DELETES, "4??", "tidak ditemukan", NotFound, _NOTHING_THERE),
    Row(EITHER, READS, "404", None, NotFound, _NOTHING_THERE),
    # Trouble on BPJS's side.
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

# Answers without BPJS's own code; the code is the HTTP status. A page may show a login to anybody and name
# the password in passing, so its words decide nothing.
PAGE_ROWS: tuple[Row, ...] = (
    _LIMITED,
    Row(PCARE, DELETES, "304", None, NotFound, _NOTHING_THERE),
    Row(EITHER, ALL, "401", None, Unauthorized, _BY_GATEWAY, Suspect.CREDENTIAL),
    Row(EITHER, ALL, "403", None, Unauthorized, _BY_GATEWAY, Suspect.CREDENTIAL),
    Row(EITHER, WRITES, "408", None, Unknown, _UNCLEAR),
    Row(EITHER, READS, "408", None, Temporary, _TROUBLE),
    # A gateway or firewall refuses, and not BPJS: neither the data nor "it is not there" is proven.
    Row(EITHER, ALL, "4??", None, Unauthorized, _BY_GATEWAY, Suspect.ROUTE),
    # 2xx without BPJS's own code, a redirect (ASP.NET redirects after it has worked, too), 5xx.
    Row(EITHER, WRITES, "*", None, Unknown, _UNCLEAR),
    Row(EITHER, READS, "*", None, Temporary, _TROUBLE),
)
# Nothing at all: ASP.NET answers so itself when what was to be deleted is not there, and a look will tell.
EMPTY_ROWS: tuple[Row, ...] = (Row(PCARE, DELETES, "404", None, NotFound, _NOTHING_THERE), *PAGE_ROWS)
# A gateway's sentence or JSON.
GATEWAY_ROWS: tuple[Row, ...] = (_LIMITED, *SUSPECTED, *PAGE_ROWS)


def meaning(
    rows: Iterable[Row], service: Service, endpoint: Endpoint, codes: Iterable[str], text: str
) -> Row:
    """The first row that fits; every table ends with one that fits everything."""
    known = tuple(codes)
    return next(row for row in rows if _fits(row, service, endpoint, known, text))


def names_a_suspect(text: str) -> bool:
    """Whether a text speaks of a grant, a route, the clock or the credential."""
    return any(row.says(text) for row in SUSPECTED)


def squeezed(text: str) -> str:
    """A text as it is compared: without case, spaces and hyphens."""
    return "".join(text.casefold().split()).replace("-", "")


@cache
def _at_a_word(text: str) -> re.Pattern[str]:
    """Finds these words where a word begins ("InvalidLogin" has two), whatever stands between them."""
    begins = r"(?:(?<![^\W_])|(?-i:(?<=[a-z])(?=[A-Z])))"
    return re.compile(begins + r"[\W_]*".join(text.split()), re.IGNORECASE)


def _fits(row: Row, service: Service, endpoint: Endpoint, codes: tuple[str, ...], text: str) -> bool:
    return (
        row.service in (None, service)
        and endpoint in row.endpoints
        and any(fnmatchcase(code, row.code) for code in codes)
        and row.says(text)
    )
