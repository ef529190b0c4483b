"""Explains BPJS's known messages, and says what staff can do about them, in plain Indonesian."""

from dataclasses import dataclass

from bpjs_client.code_table import squeezed


@dataclass(frozen=True)
class Meaning:
    """In one sentence each."""

    means: str
    todo: str


_CORRECT = "Perbaiki isian yang disebut, lalu kirim ulang."
# The first whose words are in the message; without regard to case, spaces and hyphens (contract 5, 6.2).
_MEANINGS: tuple[tuple[str, Meaning], ...] = (
    (
        "tidak pernah tercatat di bpjs",
        Meaning(
            "BPJS selalu gagal mengolah data ini dan tidak menyimpannya, sementara data lain diterimanya.",
            "Periksa isiannya, terutama kode dan rujukan, lalu kirim ulang; bila tetap, tanyakan BPJS.",
        ),
    ),
    (
        "not registered for this service",
        Meaning(
            "Layanan ini belum dibuka BPJS untuk cons-id klinik.",
            "Minta BPJS membukanya, lalu lanjutkan layanan atau kirim ulang.",
        ),
    ),
    (
        "request rejected",
        Meaning(
            "Dinding api di depan BPJS menolak permintaan ini, biasanya karena suatu teks di dalamnya.",
            "Ubah teks bebas (keluhan, anamnesa, terapi) yang memuat tanda atau kata aneh, lalu kirim ulang.",
        ),
    ),
    (
        "berlalu sebelum pasien mengisi skrining",
        Meaning(
            "Pasien tidak mengisi skrining kesehatan pada waktunya; ini tidak dicoba lagi sendiri.",
            "Bila pasien sudah mengisinya dan datanya masih perlu, kirim ulang; bila tidak, tutup.",
        ),
    ),
    (
        "skrining kesehatan",
        Meaning(
            "Pasien belum mengisi skrining kesehatan tahun ini.",
            "Minta pasien mengisinya di Mobile JKN atau webskrining.bpjs-kesehatan.go.id, lalu tekan"
            " Periksa lagi (kirim ulang); selama poli buka juga dicek lagi sendiri.",
        ),
    ),
    (
        "nomor rujukan satu sehat",
        Meaning(
            "Satu Sehat tidak memberi nomor rujukan, tetapi rujukannya mungkin sudah dibuat.",
            "Lihat di aplikasi PCare: bila kunjungannya ada, tutup sebagai sudah ada; bila tidak, buat.",
        ),
    ),
    (
        "rujukan faskes ini lewat satu sehat",
        Meaning(
            "Di faskes ini rujukan dibuat lewat Satu Sehat (SRBK), dan kunjungan berstatus pulang 4 ditahan.",
            "Buat rujukannya di aplikasi PCare, lalu tutup pekerjaan ini sebagai sudah ada di BPJS.",
        ),
    ),
    (
        "belum melakukan pendaftaran",
        Meaning(
            "PCare belum punya pendaftaran pasien ini pada tanggal dan poli itu.",
            "Perbaiki atau kirim ulang pendaftarannya dulu; kunjungan ini menyusul sendiri.",
        ),
    ),
    ("referensi sistem", Meaning("Kode pada isian itu tidak ada di data referensi BPJS.", _CORRECT)),
    ("tidak ada di referensi", Meaning("Kode itu tidak ada di data referensi BPJS.", _CORRECT)),
    (
        "tidak berpraktik",
        Meaning("Dokter itu tidak ada pada jadwal HFIS poli dan hari itu.", "Pilih dokter dari jadwalnya."),
    ),
    (
        "jam praktik",
        Meaning("Jam praktik tidak sama dengan jadwal HFIS dokter itu.", "Pakai jam dari jadwalnya."),
    ),
    (
        "waktu tidak valid",
        Meaning(
            "BPJS menolak waktu panggilnya, sering karena lebih lambat dari jam server BPJS.",
            "Periksa jam komputer dan waktu yang dikirim; jangan mengarang waktu.",
        ),
    ),
    (
        "peserta tidak ditemukan",
        Meaning("Nomor kartu itu tidak dikenal BPJS.", "Periksa nomor kartu pasien, lalu kirim ulang."),
    ),
    (
        "tidak dapat dicek otomatis",
        Meaning(
            "Jawaban BPJS hilang, dan apakah data ini sudah masuk tidak dapat ditanyakan.",
            "Lihat di aplikasi BPJS: bila sudah ada, tutup pekerjaan ini; bila belum, kirim ulang.",
        ),
    ),
    (
        "di bpjs dengan isi lain",
        Meaning(
            "BPJS sudah menyimpan data ini, tetapi dengan isi yang berbeda.",
            "Bila isi di BPJS cukup, tutup sebagai sudah ada; bila tidak, hapus di BPJS lalu kirim ulang.",
        ),
    ),
    (
        "tidak terlihat di daftarnya",
        Meaning(
            "BPJS menjawab data ini sudah ada, tetapi daftarnya tidak menunjukkannya di poli dan faskes ini.",
            "Lihat di aplikasi PCare: bila sudah ada, tutup pekerjaan ini; bila salah poli, ubah di sana.",
        ),
    ),
    (
        "isi sebelum diubah",
        Meaning(
            "Jawaban BPJS hilang, lalu isinya diubah di sini; ternyata BPJS sudah menerima isi yang lama.",
            "Bila isi lama cukup, tutup sebagai sudah ada. Bila tidak, hapus dulu di BPJS, lalu kirim ulang.",
        ),
    ),
    (
        "kali dicoba tanpa hasil",
        Meaning("BPJS terus menunda pekerjaan ini meski melayani yang lain.", "Coba kirim ulang nanti."),
    ),
    (
        "rantai ini memuat",
        Meaning(
            "Yang akan dihapus tidak jelas: rantainya memuat lebih dari satu pasien atau kunjungan.",
            "Sebut noKartu, tanggal dan poli, atau nomor yang akan dihapus, lalu kirim ulang.",
        ),
    ),
    ("jvalue", Meaning("Bentuk rujukan salah: rujukLanjut kosong atau keliru.", _CORRECT)),
    ("wajib diisi", Meaning("Ada isian yang belum diisi.", _CORRECT)),
)
_UNKNOWN = Meaning("BPJS menolak dengan alasan di atas.", "Perbaiki sesuai alasannya, lalu kirim ulang.")
_UNSETTLED = Meaning(
    "Data sudah dikirim tetapi jawaban BPJS tidak jelas; sistem sedang menanyakannya lagi.",
    "Tunggu saja: pekerjaan ini akan selesai sendiri atau meminta bantuan Anda.",
)


def meaning_of(message: str, *, uncertain: bool = False) -> Meaning:
    """The meaning of a message; a general one for words that nobody has seen yet."""
    words = squeezed(message)
    general = _UNSETTLED if uncertain else _UNKNOWN
    return next((meaning for part, meaning in _MEANINGS if squeezed(part) in words), general)
