"""The KBK report in Indonesian, the same on the page, in the terminal and in Prefect."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bpjs_client.contact import Contact
from bpjs_client.jenis import DELETIONS
from database.views.missing_contacts import Lack, Missing
from database.vocabulary import Reason
from tasks.decimal_words import decimal
from tasks.report.forecast import FEWEST_DAYS
from tasks.report.kbk import MOST_DIAGNOSES, Kbk
from tasks.report.words import MONTHS, percent
from tasks.spreadsheet import Columns, Rows

_UNKNOWN = "-"
NO_MEMBERS = (
    "belum dapat dihitung: jumlah peserta terdaftar belum diisi (registered_members, BPJS_REGISTERED_MEMBERS)"
)
_NO_REFERENCE = "belum dapat dihitung: sinkronkan dulu referensi diagnosa"
_TOO_MANY = f"tidak dihitung: rujukan tanpa TACC lebih dari {MOST_DIAGNOSES}"

LACKS: Mapping[Lack, str] = {
    Lack.FAILED: "gagal",
    Lack.NO_VISIT: "pendaftaran tanpa kunjungan",
    Lack.UNCERTAIN: "tidak pasti",
    Lack.PATIENT: "menunggu pasien",
    Lack.WAITING: "menunggu",
}
_TO_DO: Mapping[Lack, str] = {
    Lack.FAILED: "perbaiki isian yang disebut, lalu kirim ulang",
    Lack.NO_VISIT: "serahkan kunjungannya, atau hapus pendaftarannya bila pasien tidak jadi diperiksa",
    Lack.UNCERTAIN: "dicek sendiri ke BPJS; tidak perlu dikirim ulang",
    Lack.PATIENT: "minta pasien mengisi skrining kesehatan; dikirim sendiri sesudahnya",
    Lack.WAITING: "dikirim sendiri; perbaiki dulu bila menunggu pekerjaan lain yang gagal",
}
# Where the reason says more than its kind.
_TO_DO_BECAUSE: Mapping[str, str] = {
    Reason.OLD_CONTENT: "BPJS memegang isi lain: kirim ulang untuk menggantinya, atau tutup",
    Reason.THROUGH_SATUSEHAT: "buat rujukannya di aplikasi PCare, lalu tutup sebagai sudah ada di BPJS",
    Reason.NEEDS_PERSON: "lihat di aplikasi BPJS, lalu tutup sebagai sudah ada, atau kirim ulang",
    Reason.CONTRADICTED: "lihat di aplikasi BPJS, lalu kirim ulang atau tutup",
    Reason.NEEDS_SCREENING: "minta pasien mengisi skrining kesehatan, lalu kirim ulang",
}


def month_words(day: date) -> str:
    """`November 2026`."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def closing(found: Kbk) -> str:
    """The closing day, and how long it is until then or since."""
    due, left = f"{found.due:%d-%m-%Y}", found.days_left
    if left < 0:
        lost = "; yang belum di BPJS mungkin tidak dihitung lagi" if found.lacks else ""
        return f"batas {due} sudah lewat {-left} hari{lost}"
    return f"batas {due}, {'hari ini hari terakhir' if left == 0 else f'{left} hari lagi'}"


def kbk_figures(found: Kbk) -> dict[str, str]:
    """The figures, by what they are called."""
    return {
        "Peserta": f"{number(found.participants)} orang, masing-masing sekali sebulan",
        "Kontak sakit": number(found.sick),
        "Kontak sehat": number(found.healthy),
        "Angka kontak": _rate(found),
        "Rujukan": number(found.referrals),
        "Rujukan tanpa TACC": _without_tacc(found),
        "Rujukan dengan TACC": number(found.with_tacc),
        "Rujukan tanpa TACC per kontak sakit": percent(found.referred_share),
        "Rasio rujukan non spesialistik (RRNS)": _rrns(found),
        "Belum di BPJS": lacking(found),
    }


def lacking(found: Kbk) -> str:
    """How much is missing, by kind."""
    if not found.lacks:
        return "tidak ada"
    kinds = ", ".join(
        f"{number(found.missing[lack])} {said}" for lack, said in LACKS.items() if lack in found.missing
    )
    return f"{number(found.lacks)} ({kinds})"


def outlook(found: Kbk) -> str:
    """Where the month leads, in a sentence or two; empty for a month that does not run."""
    if not found.runs:
        return ""
    ahead = found.forecast
    if ahead is None:
        return (
            f"Belum ada perkiraan akhir bulan: perlu sedikitnya {FEWEST_DAYS} hari layanan"
            " yang sudah selesai bulan ini."
        )
    rate = found.rate_of(ahead.participants)
    rated = "" if rate is None else f", angka kontak sekitar {decimal(rate)} per mil"
    return (
        f"Perkiraan akhir bulan: sekitar {number(ahead.participants)} peserta"
        f" dan {number(ahead.contacts)} kontak{rated}."
        f" Dasarnya {ahead.days_so_far} hari layanan bulan ini,"
        f" rata-rata {decimal(ahead.contacts_a_day)} kontak sehari,"
        f" dan {ahead.days_to_come} hari kerja lagi menurut kebiasaan klinik; hari libur tidak diketahui."
    )


_ONLY_OURS = (
    "Yang dihitung hanya yang dikirim dari sini; BPJS juga menghitung kontak yang dicatat langsung di PCare."
)


def notes(found: Kbk) -> list[str]:
    """What a reader must know beside the figures."""
    said = [_ONLY_OURS]
    if found.settled:
        said.append(
            f"{number(found.settled)} pekerjaan ditutup petugas sebagai sudah ada di BPJS;"
            " tidak ikut dihitung di sini."
        )
    unclear = found.contacts.get(Contact.UNCLEAR, 0)
    if unclear:
        said.append(f"{number(unclear)} kunjungan tidak menyebut status pulang; dihitung tanpa rujukan.")
    return said


def to_do(missing: Missing) -> str:
    """What somebody can do about it."""
    if missing.lack is Lack.FAILED and missing.jenis in DELETIONS:
        return "di BPJS masih terhitung: perbaiki, lalu kirim ulang penghapusannya"
    said = _TO_DO_BECAUSE.get(missing.reason or "") if missing.lack in {Lack.FAILED, Lack.UNCERTAIN} else None
    return said or _TO_DO[missing.lack]


def number(count: int) -> str:
    """`1.234`."""
    return f"{count:,}".replace(",", ".")


# The table with a row for each clinic.
CLINIC_COLUMNS: Columns = (
    ("Faskes", "faskes"),
    ("Bulan", "bulan"),
    ("Batas", "batas"),
    ("Hari lagi", "hari_lagi"),
    ("Peserta", "peserta"),
    ("Kontak sakit", "kontak_sakit"),
    ("Kontak sehat", "kontak_sehat"),
    ("Angka kontak (per mil)", "angka_kontak"),
    ("Rujukan", "rujukan"),
    ("Tanpa TACC", "rujukan_tanpa_tacc"),
    ("Dengan TACC", "rujukan_dengan_tacc"),
    ("Tanpa TACC per kontak sakit (%)", "rujukan_tanpa_tacc_persen"),
    ("RRNS (%)", "rrns_persen"),
    ("Belum di BPJS", "belum"),
    ("Perkiraan peserta", "perkiraan_peserta"),
    ("Perkiraan kontak", "perkiraan_kontak"),
)


def clinic_row(found: Kbk) -> dict[str, Any]:
    """The plain figures of one clinic, with the keys of CLINIC_COLUMNS; None: nothing to tell."""
    ahead = found.forecast
    return {
        "faskes": found.faskes,
        "bulan": f"{found.first:%Y-%m}",
        "batas": found.due.isoformat(),
        "hari_lagi": found.days_left,
        "peserta": found.participants,
        "kontak_sakit": found.sick,
        "kontak_sehat": found.healthy,
        "angka_kontak": _rounded(found.contact_rate),
        "rujukan": found.referrals,
        "rujukan_tanpa_tacc": found.without_tacc,
        "rujukan_dengan_tacc": found.with_tacc,
        "rujukan_tanpa_tacc_persen": _rounded(found.referred_share, times=100),
        "rrns_persen": _rounded(found.rrns, times=100),
        "belum": found.lacks,
        "perkiraan_peserta": ahead.participants if ahead else None,
        "perkiraan_kontak": ahead.contacts if ahead else None,
    }


def _rounded(figure: float | None, *, times: int = 1) -> float | None:
    return None if figure is None else round(times * figure, 1)


MISSING_COLUMNS: Columns = (
    ("Id", "id"),
    ("Faskes", "faskes"),
    ("Tanggal", "tanggal"),
    ("Norm", "norm"),
    ("Nama Pasien", "nama"),
    ("Jenis", "jenis"),
    ("Keadaan", "keadaan"),
    ("Yang perlu dilakukan", "perlu"),
    ("Pesan", "pesan"),
)


def missing_rows(missing: list[Missing]) -> Rows:
    """The rows of a list of what is missing, with the keys of MISSING_COLUMNS."""
    return [
        {
            "id": each.id,
            "faskes": each.faskes,
            "tanggal": f"{each.day:%d-%m-%Y}",
            "norm": each.norm,
            "nama": each.nama_pasien,
            "jenis": each.jenis.value,
            "keadaan": LACKS[each.lack],
            "perlu": to_do(each),
            "pesan": each.message,
        }
        for each in missing
    ]


def _rate(found: Kbk) -> str:
    rate = found.contact_rate
    if rate is None or found.members is None:
        return NO_MEMBERS
    of_whom = f"{number(found.participants)} dari {number(found.members)} peserta terdaftar"
    return f"{decimal(rate)} per mil ({of_whom})"


def _without_tacc(found: Kbk) -> str:
    special = found.contacts.get(Contact.REFERRED_SPECIALLY, 0)
    specially = f", {number(special)} di antaranya ke layanan khusus" if special else ""
    return f"{number(found.without_tacc)}{specially}"


def _rrns(found: Kbk) -> str:
    if not found.referrals:
        return _UNKNOWN
    if found.rrns is None:
        return _TOO_MANY if found.without_tacc > MOST_DIAGNOSES else _NO_REFERENCE
    return (
        f"{percent(found.rrns)} ({number(found.non_specialist or 0)} dari {number(found.referrals)} rujukan)"
    )
