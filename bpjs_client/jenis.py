"""The seven kinds of job and the BPJS service each one belongs to."""

from enum import StrEnum


class Service(StrEnum):
    """A BPJS web service: its own base URL, user key, envelope spelling and codes."""

    PCARE = "pcare"
    ANTREAN = "antrean"


class Jenis(StrEnum):
    """A kind of report of a clinic to BPJS; the value is the word staff read and type."""

    TAMBAH_ANTREAN = "tambah-antrean"
    PANGGIL_ANTREAN = "panggil-antrean"
    BATAL_ANTREAN = "batal-antrean"
    TAMBAH_PENDAFTARAN = "tambah-pendaftaran"
    TAMBAH_KUNJUNGAN = "tambah-kunjungan"
    HAPUS_PENDAFTARAN = "hapus-pendaftaran"
    HAPUS_KUNJUNGAN = "hapus-kunjungan"

    @property
    def service(self) -> Service:
        """The service that takes this kind of job."""
        return Service.ANTREAN if self in _ANTREAN else Service.PCARE


_ANTREAN = frozenset({Jenis.TAMBAH_ANTREAN, Jenis.PANGGIL_ANTREAN, Jenis.BATAL_ANTREAN})
# BPJS gives these a number, which proves them and by which they are corrected and deleted.
NUMBERED = frozenset({Jenis.TAMBAH_PENDAFTARAN, Jenis.TAMBAH_KUNJUNGAN})
DELETIONS = frozenset({Jenis.HAPUS_PENDAFTARAN, Jenis.HAPUS_KUNJUNGAN})
