"""Refusals that may concern more than their own request say what they may concern, in whatever clothes they come."""

from typing import Any

import pytest

from bpjs_client.code_table import READ
from bpjs_client.errors import BpjsError, Suspect, Unauthorized
from bpjs_client.jenis import Jenis, Service

from .samples import BODIES, answering, clinic, encrypt, envelope

P, A = Service.PCARE, Service.ANTREAN
REGISTER, VISIT = Jenis.TAMBAH_PENDAFTARAN, Jenis.TAMBAH_KUNJUNGAN
UNREGISTER, UNVISIT = Jenis.HAPUS_PENDAFTARAN, Jenis.HAPUS_KUNJUNGAN
ADD, CALL, CANCEL = Jenis.TAMBAH_ANTREAN, Jenis.PANGGIL_ANTREAN, Jenis.BATAL_ANTREAN
READ_P, READ_A = (READ, P), (READ, A)

NOT_REGISTERED = "Unauthorized! You are not registered for this service!"
BLOCKED = "<html><head><title>Request Rejected</title></head><body>Support ID: 7</body></html>"
NO_ROUTE = {"message": "no Route matched with those values"}
CREDENTIAL, CLOCK, ROUTE, GRANT = Suspect.CREDENTIAL, Suspect.CLOCK, Suspect.ROUTE, Suspect.GRANT
FAILED = "PRECONDITION_FAILED"


Asked = Jenis | tuple[str, Service]


def refusal(asked: Asked, status: int, content: Any) -> BpjsError:
    """What becomes of a job, or of a read (READ and its service), that is answered so."""
    bpjs = clinic(answering(status, content))
    with pytest.raises(BpjsError) as caught:
        bpjs.read(asked[1], "prognosa") if isinstance(asked, tuple) else bpjs.send(asked, BODIES[asked])
    return caught.value


# Words of the credential, under any code and any HTTP status (contract 6.2 and 9, row 3).
IN_ANY_CLOTHES = [
    (REGISTER, 401, envelope(P, 401, "UNAUTHORIZED, because username/password PCare ...")),
    (REGISTER, 403, envelope(P, 403, "Maaf Cek Kembali Password Pcare Anda")),
    (VISIT, 412, envelope(P, 412, "Username atau password PCare salah")),
    (VISIT, 412, envelope(P, 412, FAILED, [{"field": "", "message": "Kata sandi PCare salah"}])),
    (VISIT, 412, envelope(P, 412, FAILED, [{"field": "password", "message": "tidak sesuai"}])),
    (UNREGISTER, 424, envelope(P, 424, "Login PCare gagal")),
    (UNVISIT, 428, envelope(P, 428, "Credential tidak dikenal")),
    (VISIT, 200, envelope(P, 403, "Authentication failed: invalid credential")),
    (UNVISIT, 412, envelope(P, 412, "Authentication failed")),
    (VISIT, 412, envelope(P, 412, "Unauthorized")),
    (REGISTER, 412, envelope(P, 412, "Tanda tangan tidak cocok")),
    (VISIT, 500, envelope(P, 500, "Login gagal, silakan login ulang", [])),
    (REGISTER, 201, envelope(P, 201, "Autentikasi gagal")),
    (REGISTER, 200, envelope(P, 200, "InvalidSignature")),
    (UNVISIT, 200, envelope(P, 200, "Signature tidak sesuai")),
    (VISIT, 400, envelope(P, 50000, "StartIndex cannot be less than zero")),
    (ADD, 200, envelope(A, 201, "Signature tidak sesuai")),
    (CALL, 200, envelope(A, "201", "Consumer ID tidak dikenal")),
    (CANCEL, 200, envelope(A, 201, "x-cons-id salah")),
    (ADD, 200, envelope(A, 200, "Unauthorized! User key tidak sesuai!")),
    (ADD, 200, envelope(A, 401, "user_key tidak terdaftar")),
    (ADD, 200, envelope(A, 202, "API-Key expired")),
    (ADD, 200, {"message": "Invalid authentication credentials"}),
    (ADD, 503, "Authentication failed"),
    (READ_A, 200, envelope(A, 201, "Signature tidak sesuai")),
    (READ_A, 200, envelope(A, 201, "", "Signature tidak sesuai")),
    (READ_A, 200, envelope(A, 1, "Consumer ID tidak dikenal", {"list": []})),
    (READ_A, 200, envelope(A, 204, "Kredensial salah", [])),
    (READ_P, 200, envelope(P, 200, "Nama pengguna salah")),
    (READ_P, 200, envelope(P, 200, "Username atau password salah", {"count": 0, "list": []})),
    (READ_P, 404, envelope(P, 404, "Username tidak ditemukan")),
    (READ_P, 500, envelope(P, 500, "Otentikasi gagal", [])),
    (READ_P, 412, envelope(P, 412, "Secret key salah")),
]  # fmt: skip
# Every 401 and 403 besides, whoever says it.
BY_STATUS = [
    (asked, status, content)
    for asked in (REGISTER, UNVISIT, READ_P)
    for status, said in ((401, "Peserta tidak boleh dilayani di sini"), (403, "Forbidden"))
    for content in (envelope(P, status, said), {"message": said}, None, "Access denied", BLOCKED)
] + [
    (ADD, 200, envelope(A, 401, "Ditolak")),
    (CALL, 200, envelope(A, "403", "Ditolak")),
    (READ_A, 200, envelope(A, 401)),
]  # fmt: skip
# A gateway's 4xx: JSON without BPJS's envelope, a sentence, a page, nothing at all.
ANY_4XX: list[Any] = [NO_ROUTE, [], "No Mapping Rule matched", BLOCKED, None]
BY_A_GATEWAY: list[tuple[Asked, int, Any]] = [
    (asked, status, content)
    for asked in (REGISTER, VISIT, UNREGISTER, UNVISIT, ADD, READ_P, READ_A)
    for status in (400, 404, 405, 409, 410, 415, 422)
    for content in ANY_4XX
    if not (status == 404 and content is None and asked in (UNREGISTER, UNVISIT))
] + [
    (READ_P, 404, envelope(P, 404, "No Mapping Rule matched")),
    (ADD, 200, envelope(A, 201, "no mapping rule matched!")),
    (ADD, 500, "No Mapping Rule matched"),
]  # fmt: skip
OF_THE_CLOCK = [
    (ADD, 401, envelope(A, 401, "Service Expired")),
    (ADD, 200, envelope(A, 201, "ServiceExpired")),
    (READ_A, 200, envelope(A, 201, "Service-Expired")),
    (REGISTER, 401, {"message": "Unauthorized: service expired"}),
]  # fmt: skip
OF_A_GRANT = [
    (VISIT, 404, envelope(P, 404, NOT_REGISTERED)),
    (UNVISIT, 404, envelope(P, 404, NOT_REGISTERED)),
    (READ_P, 404, envelope(P, 404, NOT_REGISTERED)),
    (READ_A, 200, envelope(A, 201, NOT_REGISTERED)),
    (ADD, 404, {"message": NOT_REGISTERED}),
]  # fmt: skip
SUSPECTED = [
    (*asked, suspect)
    for suspect, table in (
        (CREDENTIAL, [*IN_ANY_CLOTHES, *BY_STATUS]),
        (ROUTE, BY_A_GATEWAY),
        (CLOCK, OF_THE_CLOCK),
        (GRANT, OF_A_GRANT),
    )
    for asked in table
]


@pytest.mark.parametrize(("asked", "status", "content", "suspect"), SUSPECTED)
def test_a_refusal_that_may_concern_more_than_its_request_names_its_suspect(
    asked: Asked, status: int, content: Any, suspect: Suspect
) -> None:
    error = refusal(asked, status, content)

    assert isinstance(error, Unauthorized)
    assert error.suspect is suspect
    assert error.expired is (suspect is CLOCK)
    assert error.reason.endswith(".")
    assert "tanpa penjelasan" not in error.reason


DOCTORS = [{"field": "kdDokter", "message": "Poli onkologi nuklir tidak ada"}]
NO_SUSPECTS = [
    # What the contract's business texts say stands, whatever the code and whatever else is said.
    (REGISTER, 401, envelope(P, 401, "Peserta sudah di-entri di poli yang sama pada hari yang sama."), "already-there"),
    (REGISTER, 403, envelope(P, 403, "Login: peserta sudah di-entri pada hari yang sama"), "already-there"),
    (REGISTER, 401, envelope(P, 401, "Unauthorized! Anda belum melakukan skrining kesehatan"), "needs-patient"),
    (VISIT, 403, envelope(P, 403, "Belum melakukan pendaftaran pada poli tersebut."), "needs-predecessor"),
    (VISIT, 401, envelope(P, 401, "username Tidak sesuai dengan referensi sistem."), "rejected"),
    (ADD, 200, envelope(A, 401, "Peserta sudah terdaftar di poli tersebut pada hari ini"), "already-there"),
    # Busy is busy, whoever is meant.
    (REGISTER, 429, envelope(P, 429, "API key: quota exceeded"), "temporary"),
    (ADD, 429, {"message": "Consumer quota exceeded"}, "temporary"),
    (READ_P, 429, "Too many logins", "temporary"),
    # SQL Server speaks of a login of BPJS's own.
    (VISIT, 500, envelope(P, 500, "Login failed for user 'pcare'.", []), "unknown"),
    (READ_P, 500, envelope(P, 500, "Login failed for user 'pcare'.", []), "temporary"),
    (VISIT, 500, envelope(P, 500, 'Cannot open database "x" requested by the login.', []), "unknown"),
    (READ_P, 500, envelope(P, 500, 'Cannot open database "x" requested by the login. The login failed.'), "temporary"),
    # Inside other words these words say nothing.
    (VISIT, 412, envelope(P, 412, FAILED, DOCTORS), "rejected"),
    (ADD, 200, envelope(A, 201, "Poli kardiologinya tutup"), "rejected"),
    # A timeout and a failure stay what they are; a page may show a field for a login to anybody.
    (VISIT, 408, envelope(P, 408, "Request Timeout"), "unknown"),
    (READ_P, 408, envelope(P, 408, "Request Timeout"), "temporary"),
    (ADD, 408, {"message": "Request Timeout"}, "unknown"),
    (ADD, 408, None, "unknown"),
    (READ_P, 408, BLOCKED, "temporary"),
    (ADD, 502, NO_ROUTE, "unknown"),
    (READ_P, 503, {"message": "name resolution failed"}, "temporary"),
    (VISIT, 200, BLOCKED, "unknown"),
    (READ_P, 200, BLOCKED, "temporary"),
    (VISIT, 200, "<html><form>Username <input> Password <input> Login</form></html>", "unknown"),
    (READ_P, 503, "<html>Login</html>", "temporary"),
    # A success code that is not this endpoint's proves nothing.
    (REGISTER, 202, envelope(P, 202, "Accepted"), "unknown"),
    # BPJS itself says that nothing is there, or ASP.NET without a word: a look decides.
    (UNREGISTER, 304, None, "not-found"),
    (UNVISIT, 200, envelope(P, 304, "NOT_MODIFIED"), "not-found"),
    (UNREGISTER, 412, envelope(P, 412, "Data tidak ditemukan"), "not-found"),
    (UNREGISTER, 404, None, "not-found"),
    (UNVISIT, 404, envelope(P, 404, "Not Found"), "not-found"),
    (READ_P, 404, envelope(P, 404, "Data tidak ditemukan"), "not-found"),
    # BPJS's own refusals of the data.
    (VISIT, 405, envelope(P, 405, "Tidak boleh"), "rejected"),
    (VISIT, 400, envelope(P, 400, "Format json tidak valid"), "rejected"),
    (READ_P, 412, envelope(P, 412, "Tidak tersedia"), "rejected"),
    # What was sealed for somebody else is a secret and no words.
    (READ_P, 200, envelope(P, 200, "OK", encrypt("{}", "kunci lain")), "temporary"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "status", "content", "outcome"), NO_SUSPECTS)
def test_what_says_nothing_of_the_credential_is_no_suspect(
    asked: Asked, status: int, content: Any, outcome: str
) -> None:
    assert refusal(asked, status, content).outcome == outcome


@pytest.mark.parametrize("message", ["OK", "Login berhasil", "Signature tidak sesuai"])
def test_an_answer_that_brings_what_was_asked_is_success_whatever_its_message(message: str) -> None:
    rows, number = [{"kdPrognosa": "01"}], {"field": "noUrut", "message": "B12"}
    for service, code in ((P, 200), (A, 1), (A, 201)):
        bpjs = clinic(answering(200, envelope(service, code, message, rows)))
        assert bpjs.read(service, "prognosa").response == rows
    bpjs = clinic(answering(201, envelope(P, 201, message, number)))
    assert bpjs.send(REGISTER, BODIES[REGISTER]).result == {"noUrut": "B12"}


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("Signature tidak sesuai", "secret key dan jam komputer"),
        ("Consumer ID is expired!", "masa berlakunya"),
        ("user_key salah", "user key"),
        ("Password salah", "kata sandi"),
        ("Invalid credential", "Kredensial"),
        ("Peserta tidak berhak", "kredensial"),
    ],
)
def test_a_refusal_says_what_to_look_at_and_keeps_what_bpjs_said(said: str, advice: str) -> None:
    error = refusal(REGISTER, 401, envelope(P, 401, said))

    assert advice in error.reason
    assert error.exchange.message == said
