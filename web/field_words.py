"""What the fields of the bodies are called on a page; the names of BPJS stand beside them."""

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "alasan": "Alasan batal",
    "alasanTacc": "Alasan TACC",
    "alergiMakan": "Alergi makanan",
    "alergiObat": "Alergi obat",
    "alergiUdara": "Alergi udara",
    "anamnesa": "Anamnesa",
    "angkaantrean": "Angka antrean",
    "beratBadan": "Berat badan (kg)",
    "bmhp": "Bahan medis habis pakai",
    "diastole": "Diastole (mmHg)",
    "heartRate": "Denyut jantung per menit",
    "jampraktek": "Jam praktik",
    "kdDiag1": "Diagnosa utama",
    "kdDiag2": "Diagnosa kedua",
    "kdDiag3": "Diagnosa ketiga",
    "kdDokter": "Dokter",
    "kdPoli": "Poli",
    "kdPoliRujukInternal": "Poli rujuk internal",
    "kdPrognosa": "Prognosa",
    "kdProviderPeserta": "Faskes peserta",
    "kdSadar": "Kesadaran",
    "kdStatusPulang": "Status pulang",
    "kdTacc": "TACC",
    "kdTkp": "Tingkat pelayanan (10, 20, 50)",
    "keluhan": "Keluhan",
    "keterangan": "Keterangan",
    "kodedokter": "Kode dokter",
    "kodepoli": "Poli",
    "kunjSakit": "Kunjungan sakit",
    "lingkarPerut": "Lingkar perut (cm)",
    "namadokter": "Nama dokter",
    "namapoli": "Nama poli",
    "nik": "NIK",
    "noKartu": "Nomor kartu BPJS",
    "noKunjungan": "Nomor kunjungan",
    "noUrut": "Nomor urut",
    "nohp": "Nomor HP",
    "nomorantrean": "Nomor antrean",
    "nomorkartu": "Nomor kartu BPJS",
    "norm": "Nomor rekam medis",
    "respRate": "Laju napas per menit",
    "rujukBalik": "Rujuk balik",
    "rujukLanjut": "Rujukan lanjut",
    "rujukLanjut.kdppk": "Faskes rujukan",
    "rujukLanjut.khusus.catatan": "Catatan rujukan khusus",
    "rujukLanjut.khusus.kdKhusus": "Rujukan khusus",
    "rujukLanjut.khusus.kdSubSpesialis": "Subspesialis (khusus)",
    "rujukLanjut.subSpesialis.kdSarana": "Sarana",
    "rujukLanjut.subSpesialis.kdSubSpesialis1": "Subspesialis",
    "rujukLanjut.tglEstRujuk": "Perkiraan tanggal rujuk",
    "sistole": "Sistole (mmHg)",
    "status": "Hadir (1) atau tidak (2)",
    "suhu": "Suhu (°C)",
    "tanggalperiksa": "Tanggal periksa",
    "terapiNonObat": "Terapi non-obat",
    "terapiObat": "Terapi obat",
    "tglDaftar": "Tanggal daftar",
    "tglPulang": "Tanggal pulang",
    "tinggiBadan": "Tinggi badan (cm)",
    "waktu": "Waktu (milidetik sejak 1970)",
}

# The reference in which the code of a field is looked for.
CODES: Mapping[str, str] = {
    "alergiMakan": "pcare/alergi",
    "alergiObat": "pcare/alergi",
    "alergiUdara": "pcare/alergi",
    "kdDiag1": "pcare/diagnosa",
    "kdDiag2": "pcare/diagnosa",
    "kdDiag3": "pcare/diagnosa",
    "kdDokter": "pcare/dokter",
    "kdPoli": "pcare/poli",
    "kdPoliRujukInternal": "pcare/poli",
    "kdPrognosa": "pcare/prognosa",
    "kdSadar": "pcare/kesadaran",
    "kdStatusPulang": "pcare/status-pulang",
    "kodedokter": "antrean/dokter",
    "kodepoli": "antrean/poli",
    "jampraktek": "antrean/dokter",
    "rujukLanjut.kdppk": "pcare/provider",
    "rujukLanjut.khusus.kdKhusus": "pcare/khusus",
    "rujukLanjut.subSpesialis.kdSarana": "pcare/sarana",
    "rujukLanjut.subSpesialis.kdSubSpesialis1": "pcare/subspesialis",
}


def words_of(path: str) -> str:
    """The name of a field for a person; BPJS's own where there is none."""
    return WORDS.get(path, path)


def words_of_all(paths: str) -> str:
    """The names of several fields, as `kdPoli, kdDiag1` names them."""
    return ", ".join(words_of(path) for path in paths.split(", "))
