"""Bodies that BPJS would take, all invented; each test changes what it is about."""

from typing import Any

CARD = "0009998887776"
NIK = "3200000000000001"
PHONE = "081200000001"

PENDAFTARAN: dict[str, Any] = {
    "kdProviderPeserta": "01234567",
    "tglDaftar": "14-09-2026",
    "noKartu": CARD,
    "kdPoli": "001",
    "keluhan": None,
    "kunjSakit": True,
    "sistole": 0,
    "diastole": 0,
    "beratBadan": 0,
    "tinggiBadan": 0,
    "respRate": 0,
    "lingkarPerut": 0,
    "heartRate": 0,
    "rujukBalik": 0,
    "kdTkp": "10",
}
KUNJUNGAN: dict[str, Any] = {
    "noKunjungan": None,
    "noKartu": CARD,
    "tglDaftar": "14-09-2026",
    "kdPoli": "001",
    "keluhan": "contoh",
    "kdSadar": "01",
    "sistole": 120,
    "diastole": 80,
    "beratBadan": 60,
    "tinggiBadan": 165,
    "respRate": 20,
    "heartRate": 80,
    "lingkarPerut": 75,
    "kdStatusPulang": "3",
    "tglPulang": "14-09-2026",
    "kdDokter": "123456",
    "kdDiag1": "J00",
    "kdDiag2": None,
    "kdDiag3": None,
    "kdPoliRujukInternal": None,
    "rujukLanjut": None,
    "kdTacc": -1,
    "alasanTacc": None,
    "anamnesa": "contoh",
    "alergiMakan": "00",
    "alergiUdara": "00",
    "alergiObat": "00",
    "kdPrognosa": "02",
    "terapiObat": "contoh",
    "terapiNonObat": "contoh",
    "bmhp": "Tidak Ada",
    "suhu": "36,5",
}
ANTREAN: dict[str, Any] = {
    "nomorkartu": CARD,
    "nik": NIK,
    "nohp": PHONE,
    "kodepoli": "001",
    "namapoli": "POLI UMUM",
    "norm": "RM-1",
    "tanggalperiksa": "2026-09-14",
    "kodedokter": 123456,
    "namadokter": "dr. Contoh",
    "jampraktek": "08:00-12:00",
    "nomorantrean": "A-07",
    "angkaantrean": 7,
    "keterangan": "",
}
PANGGIL: dict[str, Any] = {
    "tanggalperiksa": "2026-09-14",
    "kodepoli": "001",
    "nomorkartu": CARD,
    "status": 1,
    "waktu": 1789351200000,
}
BATAL: dict[str, Any] = {
    "tanggalperiksa": "2026-09-14",
    "kodepoli": "001",
    "nomorkartu": CARD,
    "alasan": "contoh",
}
HAPUS_PENDAFTARAN: dict[str, Any] = {"noKartu": CARD, "tglDaftar": "14-09-2026", "kdPoli": "001"}
HAPUS_KUNJUNGAN: dict[str, Any] = {"noKartu": CARD, "tglDaftar": "14-09-2026", "kdPoli": "001"}

BODIES = {
    "tambah-antrean": ANTREAN,
    "panggil-antrean": PANGGIL,
    "batal-antrean": BATAL,
    "tambah-pendaftaran": PENDAFTARAN,
    "tambah-kunjungan": KUNJUNGAN,
    "hapus-pendaftaran": HAPUS_PENDAFTARAN,
    "hapus-kunjungan": HAPUS_KUNJUNGAN,
}
