"""The questions that the contract leaves open (contract 0), and what BPJS's answers mean for us."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone

from bpjs_client.errors import NotSent, Rejected, Temporary, Unauthorized
from bpjs_client.jenis import Service
from bpjs_client.paging import Row, whole_row
from bpjs_client.protocol.asking import Asker, Heard
from bpjs_client.readback import provider_of
from bpjs_client.references import RAWAT_INAP, REFERENCES, Listing
from bpjs_client.service import Answer
from bpjs_client.wire_fields import write_pcare_date

_JAKARTA = timezone(timedelta(hours=7))
_SUNDAY = 6
_NOBODYS_WORD = "ZZQXJ"  # no diagnosis has it in code or name
_PAST_THE_END = 900_000
_PAGE = 2  # rows a page: one would not tell whether the first row is 0 or 1
# Seconds by which a timestamp is moved, until BPJS refuses one.
SHIFTS = (60, 300, 900, 3600)
MOST_SKEW_SECONDS = 60


@dataclass(frozen=True)
class Settled:
    """A question, in Indonesian: what BPJS does here, what it means for us, and the settings that follow.

    `known` is False for one that stays open; with a `vital` one open nothing else of its service is known.
    """

    question: str
    found: str
    means: str
    known: bool = True
    settings: Mapping[str, str] = field(default_factory=dict)
    vital: bool = False


Question = Callable[[Asker], Iterator[Settled]]


def inquire(asker: Asker) -> Iterator[Settled]:
    """Ask everything, question by question."""
    for question in QUESTIONS:
        yield from question(asker)


def most_requests() -> int:
    """How many reads an inquiry sends at most."""
    return _FIXED + len(SHIFTS) * 2 + len(list(_references()))


_FIXED = 1 + 2 + 3 + 1 + 1 + 2 + 3  # access, paging, no data, provider, codes, Antrean: access, references
_UNANSWERED = "Belum terjawab; jalankan lagi bila BPJS menjawab."


def _open(question: str, heard: Heard) -> Settled:
    return Settled(question, heard.why or "jawabannya tidak menentukan", _UNANSWERED, known=False)


def _pcare_access(asker: Asker) -> Iterator[Settled]:
    heard = asker.ask(Service.PCARE, "kesadaran", called="kesadaran", decides=True)
    means = "Kredensial PCare benar." if heard.accepted else "Perbaiki ini dahulu: bpjs doctor."
    found = "ya" if heard.accepted else heard.why
    yield Settled("PCare menerima kredensial", found, means, known=heard.accepted, vital=True)
    yield from _clock("Selisih jam dengan PCare", heard)


def _clock(question: str, heard: Heard) -> Iterator[Settled]:
    if heard.skew is None:
        yield Settled(question, "BPJS tidak menyebut jamnya (Date)", "Tidak dapat diukur.", known=False)
        return
    seconds = round(heard.skew)
    found = "kurang dari 2 detik" if abs(seconds) < 2 else f"jam kita {abs(seconds)} detik {_side(seconds)}"  # noqa: PLR2004 - the header has whole seconds
    well = abs(seconds) <= MOST_SKEW_SECONDS
    yield Settled(question, found, "Jam sudah cukup tepat." if well else "Samakan jam komputer (NTP).")


def _side(seconds: float) -> str:
    return "lebih cepat" if seconds > 0 else "lebih lambat"


def _paging(asker: Asker) -> Iterator[Settled]:
    base, count = "Nomor baris pertama (start)", "Arti count"
    pages = [
        asker.ask(
            Service.PCARE, "diagnosa", "A", start, _PAGE, called=f"diagnosa, start {start}, limit {_PAGE}"
        )
        for start in (0, 1)
    ]
    refused = next((page for page in pages if not page.accepted), None)
    if refused is not None:
        yield _open(base, refused)
        yield _open(count, refused)
        return
    first, second = ([whole_row(row) for row in page.rows] for page in pages)
    yield _base(base, first, second)
    yield _count(count, pages, len({*first, *second}))


def _base(question: str, first: Sequence[str], second: Sequence[str]) -> Settled:
    if len(first) == _PAGE and second[:1] == first[1:]:
        return Settled(question, "0", "Sama dengan cara kita membaca.")
    if second and first[:1] in ([], second[:1]):
        short = "; start 0 memberi satu baris lebih sedikit" if len(first) < len(second) else ""
        return Settled(question, f"1{short}", "Daftar tetap terbaca utuh: halaman dibaca bertumpuk.")
    return _open(question, Heard())


def _count(question: str, pages: Sequence[Heard], seen: int) -> Settled:
    counts = [_count_of(page) for page in pages]
    if None in counts:
        return Settled(question, "tidak ada count", "Tidak dipakai: daftar dibaca sampai habis.")
    if any(count is not None and count > _PAGE for count in counts):
        return Settled(question, "jumlah seluruh baris", "Tidak dipakai: daftar dibaca sampai habis.")
    if any(count is not None and count < seen for count in counts):
        return Settled(question, "jumlah baris di halaman itu", "Tidak dipakai: daftar dibaca sampai habis.")
    return _open(question, Heard())


def _count_of(page: Heard) -> int | None:
    count = page.data.get("count") if isinstance(page.data, Mapping) else None
    return count if isinstance(count, int) else None


def _no_data(asker: Asker) -> Iterator[Settled]:
    tomorrow = write_pcare_date(_today(asker) + timedelta(days=1))
    for called, segments in (
        ("pencarian tanpa hasil", ("diagnosa", _NOBODYS_WORD, 0, _PAGE)),
        ("halaman di luar daftar", ("diagnosa", "A", _PAST_THE_END, _PAGE)),
        ("hari tanpa pendaftaran", ("pendaftaran", "tglDaftar", tomorrow, 0, _PAGE)),
    ):
        heard = asker.ask(Service.PCARE, *segments, called=called)
        yield _empty(f"Bentuk “tidak ada data” ({called})", heard)


def _empty(question: str, heard: Heard) -> Settled:
    if heard.rows:
        return Settled(question, "ada datanya", "Bentuk tanpa data belum terlihat.", known=False)
    if heard.answer is None or not (heard.accepted or isinstance(heard.error, Rejected)):
        return _open(question, heard)
    means = "Dibaca sebagai daftar kosong." if heard.accepted else "Dibaca sebagai ditolak: kirim laporannya."
    return Settled(question, _form(heard.answer), means)


def _form(answer: Answer) -> str:
    """The form of an answer without data, as the contract counts them (contract 2.3)."""
    exchange = answer.exchange
    if exchange.meta_code is None and not (exchange.raw or "").strip():
        return f"HTTP {exchange.http_code} tanpa isi"
    forms: tuple[tuple[object, str], ...] = ((None, "null"), ("", '""'), ([], "[]"))
    told = next((words for form, words in forms if exchange.response == form), "{count, list kosong}")
    return f"HTTP {exchange.http_code}, kode {exchange.meta_code}, response {told}"


def _provider(asker: Asker) -> Iterator[Settled]:
    question, today = "Kode faskes sendiri", write_pcare_date(_today(asker))
    heard = asker.ask(
        Service.PCARE, "pendaftaran", "tglDaftar", today, 0, _PAGE, called="pendaftaran hari ini, 2 baris"
    )
    theirs = next(filter(None, map(provider_of, heard.rows)), None)
    if not heard.accepted:
        yield _open(question, heard)
    elif theirs is None:
        yield Settled(question, "belum ada pendaftaran hari ini", "Jalankan lagi setelah ada.", known=False)
    elif theirs == asker.settings.kd_provider:
        yield Settled(question, "sama dengan BPJS_KD_PROVIDER", "Sudah benar.")
    else:
        means = "Tanpa kode yang benar kunjungan tidak ditemukan lagi di BPJS."
        yield Settled(question, "berbeda", means, settings={"BPJS_KD_PROVIDER": theirs})


def _discharge_codes(asker: Asker) -> Iterator[Settled]:
    """Codes of BPJS's own reference, which name nobody."""
    question = "Kode status pulang rawat inap"
    heard = asker.ask(Service.PCARE, "statuspulang", "rawatInap", RAWAT_INAP, called="status pulang, inap")
    codes = sorted({str(row.get("kdStatusPulang"))[:_LONGEST_CODE] for row in heard.rows})
    if heard.accepted and codes:
        yield Settled(question, ", ".join(codes), "Yang dipakai adalah data referensi klinik.")
    else:
        yield _open(question, heard)


_LONGEST_CODE = 5


def _antrean_access(asker: Asker) -> Iterator[Settled]:
    """With the login and without it; of the two the one that is accepted asks the rest."""
    question, today = "Antrean dan X-authorization", _today(asker).isoformat()
    path = ("ref", "poli", "tanggal", today)
    without = asker.ask(Service.ANTREAN, *path, called="poli antrean hari ini, tanpa login", login=False)
    if asker.is_refused_by(Service.PCARE):  # a wrong login must not be tried again and again
        yield Settled(
            question, "dengan login tidak dicoba: PCare menolaknya", _UNANSWERED, known=False, vital=True
        )
        return
    with_it = asker.ask(Service.ANTREAN, *path, called="poli antrean hari ini, dengan login", login=True)
    found, means, sends = _LOGIN[without.accepted, with_it.accepted]
    if sends is None:
        yield replace(_open(question, with_it), vital=True)
    else:
        asker.antrean_login = sends
        wrong = sends is not asker.settings.antrean_login and not (without.accepted and with_it.accepted)
        chosen = {"BPJS_ANTREAN_LOGIN": str(sends).lower()} if wrong else {}
        yield Settled(question, found, means, settings=chosen, vital=True)
    yield from _clock("Selisih jam dengan Antrean", with_it if with_it.skew is not None else without)
    if without.accepted:
        yield from _tolerance(asker, path)
    else:
        why = "tidak dicoba: tanpa login Antrean menolak, dan dengan login akun dapat terkunci"
        yield Settled("Toleransi jam", why, "Samakan jam komputer (NTP), maka tidak perlu tahu.", known=False)


# (accepted without the login, accepted with it) -> what BPJS does, what it means, whether to send it.
_LOGIN: Mapping[tuple[bool, bool], tuple[str, str, bool | None]] = {
    (True, True): ("boleh dikirim, boleh tidak", "Tidak ada yang perlu diubah.", True),
    (False, True): ("wajib dikirim", "Header itu harus dikirim.", True),
    (True, False): ("ditolak bila dikirim", "Header itu tidak boleh dikirim.", False),
    (False, False): ("", "", None),
}


def _tolerance(asker: Asker, path: tuple[str, ...]) -> Iterator[Settled]:
    """Found at Antrean and without the login: nothing goes with such a read that could be locked."""
    limits = {side: _limit(asker, path, sign) for side, sign in (("terlambat", -1), ("lebih cepat", 1))}
    found = "; ".join(f"{side}: {limit}" for side, limit in limits.items())
    yield Settled("Toleransi jam", found, f"Peringatan kita mulai pada {MOST_SKEW_SECONDS} detik.")


def _limit(asker: Asker, path: tuple[str, ...], sign: int) -> str:
    """How far a timestamp may be moved to one side; the first that is refused is the last that is tried."""
    taken = 0
    for seconds in SHIFTS:
        heard = asker.ask(
            Service.ANTREAN,
            *path,
            called=f"poli antrean, jam digeser {sign * seconds} detik",
            login=False,
            shift=sign * seconds,
        )
        if isinstance(heard.error, Unauthorized):
            return f"diterima sampai {taken}, ditolak pada {seconds} detik"
        if not heard.accepted:
            return f"diterima sampai {taken} detik, lalu tidak terjawab"
        taken = seconds
    return f"masih diterima pada {taken} detik"


def _antrean_references(asker: Asker) -> Iterator[Settled]:
    today = _today(asker)
    polis = asker.ask(Service.ANTREAN, "ref", "poli", "tanggal", today.isoformat(), called="poli antrean")
    yield _reference("Referensi poli antrean", polis)
    code = next((row["kodepoli"] for row in polis.rows if row.get("kodepoli")), "001")
    path = ("ref", "dokter", "kodepoli", code, "tanggal")
    doctors = asker.ask(Service.ANTREAN, *path, today.isoformat(), called="dokter antrean satu poli")
    yield _reference("Referensi dokter antrean", doctors)
    sunday = today + timedelta(days=(_SUNDAY - today.weekday()) % 7 or 7)
    closed = asker.ask(Service.ANTREAN, *path, sunday.isoformat(), called="dokter antrean hari Minggu")
    yield _empty("Bentuk “tidak ada jadwal” (hari Minggu)", closed)


def _reference(question: str, heard: Heard) -> Settled:
    if not heard.accepted or heard.answer is None:
        return _open(question, heard)
    if not heard.rows:
        return Settled(
            question,
            _form(heard.answer),
            "Hari ini tanpa jadwal; jalankan lagi pada hari kerja.",
            known=False,
        )
    form = "objek {list}" if isinstance(heard.data, Mapping) else "larik langsung"
    found = f"kode {heard.answer.exchange.meta_code}, {form}"
    return Settled(question, found, "Terbaca: semua bentuk yang diketahui diterima.")


def _granted(asker: Asker) -> Iterator[Settled]:
    """One read of each reference of PCare."""
    all_heard = {
        name: asker.ask(Service.PCARE, *path, called=f"referensi {name}") for name, path in _references()
    }
    missing = {
        name: heard
        for name, heard in all_heard.items()
        if not heard.accepted and not isinstance(heard.error, Rejected)
    }
    question, open_to_us = "Referensi PCare yang terbuka", len(all_heard) - len(missing)
    silent = [heard for heard in missing.values() if isinstance(heard.error, NotSent | Temporary | None)]
    if len(silent) == len(all_heard):
        yield _open(question, silent[0])
        return
    found = f"{open_to_us} dari {len(all_heard)}"
    if missing:
        found += "; tidak: " + "; ".join(f"{name} ({heard.why})" for name, heard in missing.items())
    yield Settled(question, found, _GRANTS[bool(missing), bool(silent)], known=open_to_us > 0)


# Whether some reference could not be read, and whether BPJS did not answer for one of them.
_GRANTS = {
    (False, False): "Semua terbuka.",
    (True, False): "Minta BPJS membuka yang ditolak untuk cons-id klinik.",
    (True, True): "Minta BPJS membuka yang ditolak untuk cons-id klinik; yang tidak terjawab: jalankan lagi.",
}


@dataclass
class _NothingRead:
    """A reading that asks nothing: of each reference only the first list is wanted."""

    days: Sequence[date] = field(default_factory=list)

    def each(
        self, service: Service, listings: Sequence[Listing], identity: Callable[[Row], str] = whole_row
    ) -> list[list[Row]]:
        """Empty lists."""
        return [[] for _ in listings]


def _references() -> Iterator[tuple[str, tuple[object, ...]]]:
    """PCare's references with the path of their first page."""
    for reference in REFERENCES:
        listings = reference.plan(_NothingRead()) if reference.service is Service.PCARE else ()
        if listings:
            page = (0, _PAGE) if listings[0].paged else ()
            yield reference.jenis, (*listings[0].path, *page)


def _today(asker: Asker) -> date:
    return datetime.fromtimestamp(asker.clock(), UTC).astimezone(_JAKARTA).date()


QUESTIONS: tuple[Question, ...] = (
    _pcare_access,
    _paging,
    _no_data,
    _provider,
    _discharge_codes,
    _granted,
    _antrean_access,
    _antrean_references,
)
