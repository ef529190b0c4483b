"""The fields of a body that staff see in the monitor's table, per job type: heading -> wire field."""

from collections.abc import Mapping

from bpjs_client.jenis import Jenis

COLUMNS: Mapping[Jenis, Mapping[str, str]] = {
    Jenis.TAMBAH_ANTREAN: {
        "Poli": "kodepoli",
        "Dokter": "namadokter",
        "Jam Praktik": "jampraktek",
        "No. Antrean": "nomorantrean",
    },
    Jenis.PANGGIL_ANTREAN: {"Poli": "kodepoli", "Hadir (1/2)": "status"},
    Jenis.BATAL_ANTREAN: {"Poli": "kodepoli", "Alasan": "alasan"},
    Jenis.TAMBAH_PENDAFTARAN: {"Poli": "kdPoli", "Tgl. Daftar": "tglDaftar"},
    Jenis.TAMBAH_KUNJUNGAN: {
        "Poli": "kdPoli",
        "Tgl. Daftar": "tglDaftar",
        "Dokter": "kdDokter",
        "Diagnosa": "kdDiag1",
    },
    Jenis.HAPUS_PENDAFTARAN: {"Poli": "kdPoli", "Tgl. Daftar": "tglDaftar"},
    Jenis.HAPUS_KUNJUNGAN: {"Poli": "kdPoli", "Tgl. Daftar": "tglDaftar"},
}
# The number that BPJS gave, where it gives one.
NUMBERS: Mapping[Jenis, tuple[str, str]] = {
    Jenis.TAMBAH_PENDAFTARAN: ("No. Urut", "noUrut"),
    Jenis.TAMBAH_KUNJUNGAN: ("No. Kunjungan", "noKunjungan"),
}
