"""The rules by which a job is checked before it is handed over: each a row."""

from collections.abc import Callable
from dataclasses import dataclass

from database.vocabulary import Reason
from tasks.readiness import body_rules as body
from tasks.readiness import visit_rules as visit
from tasks.readiness.body_rules import Said
from tasks.readiness.case import Case
from tasks.readiness.finding import Finding, Weight

CERTAIN, POSSIBLE = Weight.CERTAIN, Weight.POSSIBLE
_SYNC = "Jalankan Sinkronisasi di Referensi (atau `bpjs sync`), lalu periksa lagi."
_SCHEDULE = "Sesuaikan dengan jadwal di Referensi Antrean, atau perbaiki jadwalnya di HFIS."
_CODES = "Pilih kode yang ada di referensi; bila kode itu baru di BPJS, jalankan Sinkronisasi lebih dulu."


@dataclass(frozen=True)
class Rule:
    """`ask` gives the field and the sentence of whatever breaks the rule; `todo` says what to do then."""

    name: str
    weight: Weight
    ask: Callable[[Case], Said]
    todo: str

    def findings(self, case: Case) -> list[Finding]:
        """What breaks it in this case. Raises DatabaseUnavailable."""
        return [Finding(self.name, field, says, self.todo, self.weight) for field, says in self.ask(case)]


RULES: tuple[Rule, ...] = (
    Rule("isian-salah", CERTAIN, body.wrong_fields, "Perbaiki isian ini."),
    Rule(Reason.UNKNOWN_CODE.value, CERTAIN, body.unknown_codes, _CODES),
    Rule("tanpa-sesi", CERTAIN, body.no_session, _SCHEDULE),
    Rule("tanpa-tacc", CERTAIN, body.no_tacc, "Isi TACC dan alasannya, atau ubah status pulangnya."),
    Rule(
        Reason.THROUGH_SATUSEHAT.value,
        CERTAIN,
        body.through_satusehat,
        "Buat rujukannya di aplikasi PCare, lalu tutup pekerjaan ini sebagai sudah ada di BPJS.",
    ),
    Rule(
        "pendahulu-gagal",
        CERTAIN,
        visit.failed_before,
        "Perbaiki dan kirim ulang yang gagal itu, atau tutup bila sudah ada di BPJS.",
    ),
    Rule("pendahulu-dihapus", CERTAIN, visit.undone_before, "Serahkan pendahulunya lagi lebih dulu."),
    Rule(
        Reason.ALREADY_THERE.value,
        CERTAIN,
        visit.already_there,
        "Jangan dikirim lagi. Bila isinya harus lain, perbaiki pekerjaan yang sudah ada itu.",
    ),
    Rule(
        "kunci-dipakai",
        CERTAIN,
        visit.kunci_of_another,
        "Beri kunci lain, atau perbaiki pekerjaan yang ada itu.",
    ),
    Rule(
        "mungkin-sudah-ada",
        POSSIBLE,
        visit.perhaps_there,
        "Kirim hanya bila memang antrean lain; tanpa nomor kartu, BPJS mungkin menerimanya dua kali.",
    ),
    Rule("sudah-diserahkan", POSSIBLE, visit.known_already, "Tidak perlu apa-apa; lihat pekerjaan itu."),
    Rule(
        "dua-kali-di-daftar",
        POSSIBLE,
        visit.twice_in_list,
        "Tidak perlu apa-apa, bila memang satu kunjungan.",
    ),
    Rule(
        "skrining-terbuka",
        POSSIBLE,
        visit.screening_open,
        "Minta pasien mengisinya di Mobile JKN atau webskrining.bpjs-kesehatan.go.id sebelum dikirim.",
    ),
    Rule(
        "tanpa-pendahulu",
        POSSIBLE,
        visit.nothing_before,
        "Serahkan itu juga, kecuali sudah dibuat langsung di aplikasi PCare atau Mobile JKN.",
    ),
    Rule(
        "pendahulu-menunggu", POSSIBLE, visit.waits_before, "Tidak perlu apa-apa; urutannya diatur sendiri."
    ),
    Rule(
        "pendahulu-di-rantai-lain",
        POSSIBLE,
        visit.elsewhere_before,
        "Beri rantai yang sama, atau serahkan sesudah yang itu terkirim.",
    ),
    Rule(
        "nomor-tidak-diketahui",
        POSSIBLE,
        visit.number_unknown,
        "Isi nomornya dari PCare, bila data itu memang ada di BPJS.",
    ),
    Rule("kode-diragukan", POSSIBLE, body.doubtful, _CODES),
    Rule("kode-tidak-diperiksa", POSSIBLE, body.unchecked_codes, _CODES),
    Rule("dokter-tidak-praktik", POSSIBLE, body.doctor_elsewhere, _SCHEDULE),
    Rule("waktu-di-luar-praktik", POSSIBLE, body.called_outside, "Periksa jam panggilnya."),
    Rule("sudah-lewat", POSSIBLE, body.too_late, "Tidak perlu dikirim, kecuali tanggal atau jamnya keliru."),
    Rule(
        "rujukan-belum-dinilai",
        POSSIBLE,
        body.perhaps_through_satusehat,
        "Periksa berkas faskes (BPJS_FASKES_FILE).",
    ),
    Rule("belum-dapat-dinilai", POSSIBLE, body.unjudged, _SYNC),
)


def findings_of(case: Case) -> list[Finding]:
    """All that this job lacks, certain ones first. Raises DatabaseUnavailable."""
    return [finding for rule in RULES for finding in rule.findings(case)]
