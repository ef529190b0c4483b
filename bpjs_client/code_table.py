"""Gives the meaning of BPJS's codes and texts as rows of data, keyed by service, endpoint, code and text.

The first row that matches decides. A code is a shell pattern over BPJS's own code and, from 300 up,
the HTTP status. A text is looked for in the message and in the fields and their messages, without regard to
case, spaces and hyphens; it counts only where a row names it. PCare's 201 is success and Antrean's 201 is a
refusal, so there is no code that means the same everywhere. Words of the credential are the exception: what
BPJS says of login, signature or keys comes under any code, so these texts count whatever the code.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, TypeAlias

from bpjs_client.dictionary import BY_NAME
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
from bpjs_client.said_words import at_a_word

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
        return at_a_word(self.text).search(text) is not None


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

_SCREENING = BY_NAME["skrining"].in_short
_REFERRAL = BY_NAME["rujukan-satu-sehat"].means
_NO_REGISTRATION = BY_NAME["belum-pendaftaran"].example
_BAD_LOGIN_FORM = BY_NAME["login-tak-terbaca"].in_short
_REFUSED = BY_NAME["akses-ditolak"].in_short
_BY_GATEWAY = BY_NAME["gerbang"].in_short
_BUSY = BY_NAME["terlalu-sering"].means
_TROUBLE = BY_NAME["gangguan"].means
_NOTHING_THERE = BY_NAME["tidak-ada-di-bpjs"].means
_UNCLEAR = BY_NAME["belum-pasti"].example

# BPJS and its gateways speak so of clock, grant, route and credential, whatever the code (contract 6.2): the
# rows of the dictionary in the order in which their words count.
_SUSPECTS: tuple[tuple[str, Suspect], ...] = (
    ("waktu-kedaluwarsa", Suspect.CLOCK),
    ("belum-dibuka", Suspect.GRANT),
    ("tanpa-rute", Suspect.ROUTE),
    ("tanda-tangan", Suspect.CREDENTIAL),
    ("cons-id", Suspect.CREDENTIAL),
    ("user-key", Suspect.CREDENTIAL),
    ("login-pcare", Suspect.CREDENTIAL),
    ("kredensial", Suspect.CREDENTIAL),
)


def _reason(name: str, suspect: Suspect) -> str:
    """What to tell staff; to ask BPJS for a grant stands beside it wherever it is shown."""
    entry = BY_NAME[name]
    return entry.means if suspect is Suspect.GRANT else entry.in_short


SUSPECTED: tuple[Row, ...] = tuple(
    Row(EITHER, ALL, "*", text, Unauthorized, _reason(name, suspect), suspect)
    for name, suspect in _SUSPECTS
    for text in BY_NAME[name].words
)
# A limit of requests is none of the credential, whosoever key or login it names.
_LIMITED = Row(EITHER, ALL, "429", None, Temporary, _BUSY)

ROWS: tuple[Row, ...] = (
    # Business refusals, matched by text because sources disagree on the number (contract 0.1, 5).
    Row(PCARE, CREATES, "*", "sudah di-entri", AlreadyThere, BY_NAME["sudah-dientri"].means),
    Row(ANTREAN, ADD_ANTREAN, "*", "sudah terdaftar", AlreadyThere, BY_NAME["sudah-terdaftar"].means),
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


def _fits(row: Row, service: Service, endpoint: Endpoint, codes: tuple[str, ...], text: str) -> bool:
    return (
        row.service in (None, service)
        and endpoint in row.endpoints
        and any(fnmatchcase(code, row.code) for code in codes)
        and row.says(text)
    )
