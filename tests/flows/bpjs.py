"""BPJS as a function, for flows: it takes everything."""

import httpx

from tests.tasks.desk import antrean, pcare

NO_URUT = {"field": "noUrut", "message": "B12"}
NO_KUNJUNGAN = [{"field": "noKunjungan", "message": "012345670926Y000123"}]


def friendly(request: httpx.Request) -> httpx.Response:
    """A BPJS that takes everything."""
    if "/antrean/" in request.url.path:
        return antrean(200)
    if request.url.path.endswith("/pendaftaran"):
        return pcare(201, "CREATED", NO_URUT)
    if request.method == "POST":
        return pcare(201, "CREATED", NO_KUNJUNGAN)
    return pcare(200, "OK", None)
