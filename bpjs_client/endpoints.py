"""Each job becomes a method, a path and a body (contract 5)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import cast
from urllib.parse import quote

from bpjs_client.bodies import Body
from bpjs_client.exchange import JSON
from bpjs_client.jenis import Jenis, Service
from bpjs_client.wire_fields import write_pcare_date


@dataclass(frozen=True)
class Prepared:
    """A request before it is signed: what will leave. Its repr hides path and body."""

    method: str
    path: str = field(repr=False)
    json: JSON = field(default=None, repr=False)

    @property
    def is_write(self) -> bool:
        """Whether BPJS may have changed something when the answer is lost."""
        return self.method != "GET"


def path_of(*segments: object) -> str:
    """Join path segments so that no value can change the path: every separator and dot is encoded."""
    return "/".join(_segment(str(segment)) for segment in segments)


def _segment(text: str) -> str:
    quoted = quote(text, safe="")
    return quoted.replace(".", "%2E") if set(text) == {"."} else quoted


def _delete_pendaftaran(body: Body) -> str:
    parts = ("peserta", "noKartu"), ("tglDaftar", "tglDaftar"), ("noUrut", "noUrut"), ("kdPoli", "kdPoli")
    return "pendaftaran/" + "/".join(f"{word}/{path_of(body[name])}" for word, name in parts)


def _delete_kunjungan(body: Body) -> str:
    return f"kunjungan/{path_of(body['noKunjungan'])}"


_POSTS: Mapping[Jenis, str] = {
    Jenis.TAMBAH_ANTREAN: "antrean/add",
    Jenis.PANGGIL_ANTREAN: "antrean/panggil",
    Jenis.BATAL_ANTREAN: "antrean/batal",
    Jenis.TAMBAH_PENDAFTARAN: "pendaftaran",
    # The catalogue says plain "kunjungan", but nearly every working client needs /v1 (contract 0.8).
    Jenis.TAMBAH_KUNJUNGAN: "kunjungan/v1",
}
_DELETES: Mapping[Jenis, Callable[[Body], str]] = {
    Jenis.HAPUS_PENDAFTARAN: _delete_pendaftaran,
    Jenis.HAPUS_KUNJUNGAN: _delete_kunjungan,
}


def is_edit(jenis: Jenis, body: Body) -> bool:
    """Whether a body corrects a visit that BPJS holds, which it names by its number (contract 5e, Edit)."""
    return jenis is Jenis.TAMBAH_KUNJUNGAN and bool(body.get("noKunjungan"))


def request_for(jenis: Jenis, body: Body) -> Prepared:
    """The request of a job whose body has been checked; the body goes out as it was handed over."""
    if jenis in _DELETES:
        return Prepared("DELETE", _DELETES[jenis](body))
    if is_edit(jenis, body):
        return Prepared("PUT", _POSTS[jenis], cast(JSON, dict(body)))
    return Prepared("POST", _POSTS[jenis], cast(JSON, dict(body)))


def read_request(path: str) -> Prepared:
    """A plain read of a path relative to the service's base URL."""
    return Prepared("GET", path)


def pendaftaran_page(tanggal: date, start: int, limit: int) -> str:
    """One page of the registrations of a day; ``start`` is the first row, base 0 (contract 3.1)."""
    return path_of("pendaftaran", "tglDaftar", write_pcare_date(tanggal), start, limit)


def kunjungan_history(no_kartu: str) -> str:
    """A patient's visits at all providers (contract 3.1)."""
    return path_of("kunjungan", "peserta", no_kartu)


def harmless_reads(service: Service, today: date) -> tuple[str, str]:
    """Two small reads of different endpoints that change nothing and need no reference data of our own."""
    day = today.isoformat()
    return {
        Service.PCARE: ("kesadaran", path_of("poli", "fktp", 0, 1)),
        Service.ANTREAN: (
            path_of("ref", "poli", "tanggal", day),
            path_of("ref", "dokter", "kodepoli", "001", "tanggal", day),
        ),
    }[service]
