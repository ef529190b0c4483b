"""A clinic's side written for these tests alone: signs, sends and opens answers with nobody else's code."""

import base64
import hashlib
import hmac
import json
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from Crypto.Cipher import AES
from Crypto.Util.Padding import unpad
from lzstring import decompress_from_encoded_uri_component

from bpjs_simulator.server import Clinic, Simulator

_TLS = ssl.create_default_context()  # never used here, but httpx would build a new one for each call


@dataclass(frozen=True)
class Reply:
    http: int
    code: int
    message: str
    response: Any  # opened when it was sealed
    sealed: bool
    envelope: dict[str, Any]

    @property
    def fields(self) -> set[str]:
        return {row["field"] for row in self.response}


def opened(sealed: str, clinic: Clinic, stamp: str) -> Any:
    key = hashlib.sha256(f"{clinic.cons_id}{clinic.secret_key}{stamp}".encode()).digest()
    packed = unpad(AES.new(key, AES.MODE_CBC, iv=key[:16]).decrypt(base64.b64decode(sealed)), 16)
    text = decompress_from_encoded_uri_component(packed.decode())
    return json.loads(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le"))


@dataclass
class Caller:
    simulator: Simulator
    clinic: Clinic = field(default_factory=Clinic)
    timeout: float = 10

    def headers(self, service: str, at: float | None = None) -> dict[str, str]:
        stamp = str(int(time.time() if at is None else at))
        text = f"{self.clinic.cons_id}&{stamp}".encode()
        digest = hmac.new(self.clinic.secret_key.encode(), text, hashlib.sha256).digest()
        headers = {
            "X-cons-id": self.clinic.cons_id,
            "X-timestamp": stamp,
            "X-signature": base64.b64encode(digest).decode(),
            "user_key": getattr(self.clinic, f"{service}_user_key"),
        }
        if service == "pcare":
            login = f"{self.clinic.username}:{self.clinic.password}:{self.clinic.kd_aplikasi}"
            headers["X-authorization"] = "Basic " + base64.b64encode(login.encode()).decode()
        return headers

    def raw(
        self,
        service: str,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        base = getattr(self.simulator, f"{service}_url")
        content = body if isinstance(body, bytes) or body is None else json.dumps(body)
        return httpx.request(
            method,
            f"{base}/{path}",
            content=content,
            headers=self.headers(service) if headers is None else headers,
            timeout=self.timeout,
            trust_env=False,
            verify=_TLS,
        )

    def call(
        self,
        service: str,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        headers = self.headers(service) if headers is None else headers
        answer = self.raw(service, method, path, body, headers)
        envelope = answer.json()
        meta = envelope["metaData" if service == "pcare" else "metadata"]
        response = envelope["response"]
        sealed = isinstance(response, str) and response != ""
        if sealed:
            response = opened(response, self.clinic, headers["X-timestamp"])
        return Reply(answer.status_code, meta["code"], meta["message"], response, sealed, envelope)

    def pcare(self, method: str, path: str, body: Any = None) -> Reply:
        return self.call("pcare", method, path, body)

    def antrean(self, method: str, path: str, body: Any = None) -> Reply:
        return self.call("antrean", method, path, body)

    def register(self, **changes: Any) -> str:
        """Make a registration; its noUrut."""
        reply = self.pcare("POST", "pendaftaran", pendaftaran(**changes))
        assert reply.code == 201, reply
        return str(reply.response["message"])

    def visit(self, **changes: Any) -> str:
        """Make a visit; its noKunjungan."""
        reply = self.pcare("POST", "kunjungan/v1", kunjungan(**changes))
        assert reply.code == 201, reply
        return str(reply.response[0]["message"])


def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


CARD = "0001234567890"
DAY = "14-09-2026"
QUEUE_DAY = "2026-09-14"
DOCTOR = 200101  # sits in poli 001 every day, in two sessions


def pendaftaran(**changes: Any) -> dict[str, Any]:
    return {
        "kdProviderPeserta": "01234567",
        "tglDaftar": DAY,
        "noKartu": CARD,
        "kdPoli": "001",
        "keluhan": "batuk",
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
    } | changes


def kunjungan(**changes: Any) -> dict[str, Any]:
    return {
        "noKunjungan": None,
        "noKartu": CARD,
        "tglDaftar": DAY,
        "kdPoli": "001",
        "keluhan": "batuk",
        "kdSadar": "01",
        "sistole": 120,
        "diastole": 80,
        "kdStatusPulang": "3",
        "tglPulang": DAY,
        "kdDokter": str(DOCTOR),
        "kdDiag1": "J00",
        "kdDiag2": None,
        "kdDiag3": None,
        "rujukLanjut": None,
        "alergiMakan": "00",
        "alergiUdara": "00",
        "alergiObat": "00",
        "kdPrognosa": "02",
    } | changes


def add(**changes: Any) -> dict[str, Any]:
    return {
        "nomorkartu": CARD,
        "nik": "0000000000000001",
        "nohp": "080000000000",
        "kodepoli": "001",
        "namapoli": "POLI UMUM",
        "norm": "RM-000001",
        "tanggalperiksa": QUEUE_DAY,
        "kodedokter": DOCTOR,
        "namadokter": "dr. Contoh",
        "jampraktek": "07:00-12:00",
        "nomorantrean": "A-07",
        "angkaantrean": 7,
        "keterangan": "",
    } | changes


def panggil(**changes: Any) -> dict[str, Any]:
    key = {"tanggalperiksa": QUEUE_DAY, "kodepoli": "001", "nomorkartu": CARD}
    return key | {"status": 1, "waktu": int(time.time() * 1000)} | changes


def batal(**changes: Any) -> dict[str, Any]:
    key = {"tanggalperiksa": QUEUE_DAY, "kodepoli": "001", "nomorkartu": CARD}
    return key | {"alasan": "Pasien membatalkan"} | changes
