"""Tells whether "sudah terdaftar" or "sudah di-entri" speaks of the request's own patient, poli and day.

BPJS may refuse with these words what somebody else holds: a queue number, a card, a place at another FKTP.
Taken for our own, such a refusal would pass for a delivery (contract 5a and 5d). A thing that is named
there but missing in the request cannot be compared, and is not taken for another's.

What PCare says is looked at in its lists afterwards. Antrean has none, so there a sentence that holds a word
which nobody here knows (a name, a place, a day) is not taken for our own either.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from bpjs_client.exchange import JSON
from bpjs_client.identifiers import names_another, without_identifiers
from bpjs_client.wire_fields import read_antrean_date, read_pcare_date

_SAYS_SO = re.compile(r"sudah[ -]*(?:terdaftar|di[ -]*entri)")
_NUMBER = r"\b(?:no\b\.?|nomor) ?"
_QUEUE_NUMBER = rf"{_NUMBER}antr[ei]an\b"
_POINTING = r"(?:ini|itu|tersebut|tsb|anda|yang sama|yg sama|yang bersangkutan)\b"

# These words name whose, where or when it is instead; all texts are compared in small letters.
_OF_SOMETHING_ELSE = (
    r"\b(?:ber|se)?lain(?:nya|an)?\b",  # another patient, poli, FKTP or day
    r"\b(?:ber)?beda\b",
    r"\b(?:kemar[ei]n|besok|lusa|lalu|hari sebelumnya)\b",
    # A thing is taken, and not the patient.
    rf"{_QUEUE_NUMBER}[^.;]*\bsudah\b",
    rf"(?:^|[.;:!?] ?)(?:maaf,? )?(?:nik\b|{_NUMBER}(?:induk|nik|ktp|hp|handphone|ponsel|te?le?po?n))",
    # In a name, and no request holds one.
    rf"\batas nama (?!(?:(?:peserta|pasien) )?{_POINTING})",
    # At a place that is named.
    rf"\b(?:fktp|faskes|klinik|puskesmas|provider|ppk|rumah sakit|rs)\b(?! {_POINTING})",
)
_SOMETHING_ELSE = re.compile("|".join(_OF_SOMETHING_ELSE))

# A code behind such a word, and the fields of the request that hold its own.
_CODES: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(rf"{label}(?: anda| adalah| kode)?[ :=(#'\"]*([a-z0-9./-]*[0-9])"), fields)
    for label, fields in (
        (_QUEUE_NUMBER, ("nomorantrean", "angkaantrean")),
        (rf"(?:{_NUMBER}(?:rm|rekam medi[sk])|\bnorm)\b", ("norm",)),
        (r"\bpoli(?:klinik)?\b", ("kodepoli", "kdPoli")),
    )
)
# These words may follow "poli" and are no name of one.
_NO_NAME = (
    r"(?:ini|itu|tersebut|tsb|anda|yang|yg|sama|tujuan|pilihan|di|pada|hari|tanggal|tgl|dan|atau|dengan|untuk"
    r"|oleh|dari|sudah|telah|saat|karena|sehingga|mohon|silakan|silahkan)\b"
)
_POLI_NAME = re.compile(rf"\bpoli(?:klinik)?\b[ :=(#'\"]*(?!{_NO_NAME})([a-z]+)\b(?!-?[0-9])")
_DATES = re.compile(
    r"\b([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]{3,9})[-/. ]([0-9]{4}|[0-9]{2})\b"
    r"|\b([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})\b"
)
_MONTHS = ("jan", "feb", "mar", "apr", "mei", "jun", "jul", "agu", "sep", "okt", "nov", "des")
_CENTURY = 2000
_TIMES = re.compile(r"\b[0-2]?[0-9][:.][0-5][0-9](?:[:.][0-5][0-9])?\b")
_CLAUSES = re.compile(r"[.;!?\n]")
# The words of a sentence that says of a patient no more than that they are in the queue.
_PLAIN_WORDS = frozenset(
    re.findall(
        r"\w+",
        "peserta pasien anda saudara bapak ibu maaf mohon data nomor no kartu bpjs jkn kis nik rm "
        "norm rekam medis medik ini itu tersebut tsb yang yg sama bersangkutan dengan dgn adalah "
        "atas sudah sdh telah terdaftar di ke pada pd dalam untuk utk dari oleh dan atau juga masih "
        "aktif sebelumnya hari tanggal tgl pukul jam sampai wib wita wit poli poliklinik klinik "
        "fktp faskes tujuan pilihan antrean antrian kode melalui via mobile aplikasi online loket "
        "silakan silahkan menunggu dilayani sistem kesehatan fasilitas tingkat pertama "
        "kunjungan pelayanan layanan lagi status valid",
    )
)
_WORDED = ("kodepoli", "namapoli", "norm", "nomorantrean", "angkaantrean", "jampraktek")


def is_own(texts: Iterable[str], request: JSON) -> bool:
    """Whether the texts that say so all speak of this request, a create's body; False when none says so."""
    own = request if isinstance(request, Mapping) else {}
    small = (" ".join(text.casefold().split()) for text in texts)
    told = [text for text in small if _SAYS_SO.search(text)]
    return bool(told) and not any(_is_of_something_else(text, own) for text in told)


def _is_of_something_else(text: str, own: Mapping[str, JSON]) -> bool:
    return (
        _SOMETHING_ELSE.search(text) is not None
        or names_another(text, own)
        or any(_is_another(found[1], own, fields) for code, fields in _CODES for found in code.finditer(text))
        or any(_is_another_poli(found[1], own) for found in _POLI_NAME.finditer(text))
        or any(day != _day(own) for day in map(_read_date, _DATES.finditer(text)))
        or ("tanggalperiksa" in own and _holds_an_unknown_word(text, own))
    )


def _holds_an_unknown_word(text: str, own: Mapping[str, JSON]) -> bool:
    told = _TIMES.sub(" ", _DATES.sub(" ", without_identifiers(text, own)))
    known = _PLAIN_WORDS.union(*(_words(str(own.get(name) or "").casefold()) for name in _WORDED))
    return any(
        not known.issuperset(_words(clause)) for clause in _CLAUSES.split(told) if _SAYS_SO.search(clause)
    )


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_•]+", text)


def _is_another(code: str, own: Mapping[str, JSON], fields: Iterable[str]) -> bool:
    """Whether none of the fields holds the code, whole or as its end (7 for A-7)."""
    held = [_letters(str(own[name]).casefold()) for name in fields if own.get(name)]
    return bool(held) and not any(each.endswith(_letters(code)) for each in held)


def _is_another_poli(name: str, own: Mapping[str, JSON]) -> bool:
    """Only a body of Antrean holds the name of its poli."""
    own_names = re.split(r"\W+", f"{own.get('namapoli') or ''} {own.get('kodepoli') or ''}".casefold())
    return "namapoli" in own and name not in own_names


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _read_date(found: re.Match[str]) -> date | None:
    """The day that is named; None for one that cannot be, which is nobody's."""
    day, month, year = found.group(1, 2, 3) if found[1] else found.group(6, 5, 4)
    century = 0 if len(year) > 2 else _CENTURY  # noqa: PLR2004 - digits of a year
    try:
        return date(
            century + int(year), int(month) if month.isdigit() else 1 + _MONTHS.index(month[:3]), int(day)
        )
    except ValueError:
        return None


def _day(own: Mapping[str, JSON]) -> date | None:
    return read_antrean_date(own.get("tanggalperiksa")) or read_pcare_date(own.get("tglDaftar"))
