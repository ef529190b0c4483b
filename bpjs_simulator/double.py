"""The double of BPJS turns a request into an answer, without an HTTP server."""

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bpjs_simulator.antrean_rules import AntreanRules
from bpjs_simulator.clinic import Clinic, Refusal, check
from bpjs_simulator.envelope import Answer
from bpjs_simulator.faults import Faults
from bpjs_simulator.holdings import Holdings, Row
from bpjs_simulator.journal import Journal
from bpjs_simulator.named_answers import NO_MAPPING, NOT_REGISTERED
from bpjs_simulator.options import Options
from bpjs_simulator.pcare_rules import PcareRules
from bpjs_simulator.reads import Reads
from bpjs_simulator.references import References
from bpjs_simulator.request import Request
from bpjs_simulator.scripts import Scripts
from bpjs_simulator.web_app import WebApp

_DELETE_PENDAFTARAN = re.compile(
    r"pendaftaran/peserta/([^/]+)/tglDaftar/([^/]+)/noUrut/([^/]+)/kdPoli/([^/]+)", re.IGNORECASE
)
_DELETE_KUNJUNGAN = re.compile(r"kunjungan/(?!v1$)([^/]+)", re.IGNORECASE)
_NO_ROUTE = Answer(404, NO_MAPPING, http=404)
_BAD_JSON = Answer(400, "Format json tidak valid", http=400)


class UnknownClinic(LookupError):
    """No clinic has this consumer id."""


class Double:
    """Both services of BPJS with their state. Not thread-safe."""

    def __init__(
        self,
        clinics: Sequence[Clinic],
        clock: Callable[[], float] = time.time,
        *,
        journal: Journal | None = None,
    ) -> None:
        """With a `journal` it holds what a simulator before it held, and writes down what comes."""
        self.clinics = {clinic.cons_id: clinic for clinic in clinics}
        self.options = Options()
        self.references = References()
        self.faults = Faults()
        self.scripts = Scripts()
        self._clock = clock
        self._journal = journal
        self._start_anew()
        for row in journal.rows() if journal else ():
            self._repeat(row)

    def reset(self) -> None:
        """Forget everything that was written."""
        self._start_anew()
        if self._journal:
            self._journal.empty()

    def _start_anew(self) -> None:
        self.holdings = Holdings()
        self._pcare = PcareRules(self.holdings, self.references, self.options)
        self._antrean = AntreanRules(self.holdings, self.references, self.options)
        self.web_app = WebApp(self.holdings, self._pcare)
        self._reads = Reads(self.holdings, self.references, self.options)

    def now(self) -> float:
        """BPJS's clock, epoch seconds."""
        return self._clock() + self.options.clock_skew_seconds

    def set_password(self, password: str, cons_id: str | None = None) -> None:
        """Change the PCare password of one clinic, or of all, as a clinic must every two months.

        Raises UnknownClinic.
        """
        self._check_clinic(cons_id)
        for name in [cons_id] if cons_id is not None else list(self.clinics):
            self.clinics[name] = replace(self.clinics[name], password=password)

    def script(self, answer: Any, match: Mapping[str, Any], *, times: Any = None, after: bool = False) -> int:
        """Give the requests that are as `match` says this answer; the script's number.

        Raises WrongScript, UnknownClinic.
        """
        cons_id = match.get("cons_id")
        self._check_clinic(cons_id if isinstance(cons_id, str) else None)
        return self.scripts.add(answer, match, times=times, after=after)

    def _check_clinic(self, cons_id: str | None) -> None:
        if cons_id is not None and cons_id not in self.clinics:
            raise UnknownClinic("tidak ada klinik dengan 'cons_id' itu")

    def set_latency(self, latency_ms: Any, cons_id: str | None = None) -> None:
        """Hold back the answers to one clinic, or to all others. Raises UnknownOption, UnknownClinic."""
        self._check_clinic(cons_id)
        self.options.set_latency(latency_ms, cons_id)

    def first_clinic(self) -> Clinic:
        """The clinic that is meant when none is named."""
        return next(iter(self.clinics.values()))

    def hold_antrean(self, nomorkartu: str, kodepoli: str, tanggalperiksa: str, kd_provider: str) -> None:
        """Hold an entry that a patient took in Mobile JKN; `tanggalperiksa` is yyyy-MM-dd."""
        self._antrean.take(nomorkartu, kodepoli, tanggalperiksa, kd_provider)

    def ledger(self) -> dict[str, Any]:
        """All that it holds and saw, and how many rows each reference has."""
        counts = {name: len(rows) for name, rows in self.references.lists.items()}
        return {**self.holdings.ledger(), "scripts": self.scripts.ledger(), "references": counts}

    def clinic_of(self, request: Request) -> Clinic | None:
        """The clinic whose consumer id the request carries."""
        return self.clinics.get(request.cons_id)

    def answer(self, request: Request, fault: str | None = None) -> Answer:
        """Apply the rules; a write is noted in the ledger with the fault that its caller will meet."""
        refusal = check(
            request.service,
            request.headers,
            self.clinic_of(request),
            self.now(),
            tolerance=self.options.clock_tolerance_seconds,
            antrean_login=self.options.antrean_login,
        )
        if request.method == "GET":
            self.holdings.count_read(request.path)
            return _refused(refusal) if refusal else self._read(request)
        answer = _refused(refusal) if refusal else self._write(request, self.now())
        self.note(request, answer, fault)
        return answer

    def meet(self, request: Request, code: int, fault: str, *, after: bool) -> None:
        """Note a request that gets another answer than the rules'; `after` lets a write take effect first."""
        if request.method == "GET":
            self.holdings.count_read(request.path)
        elif after:
            self.answer(request, fault)
        else:
            self.note(request, Answer(code, ""), fault)

    def note(self, request: Request, answer: Answer, fault: str | None) -> None:
        """Put a write into the ledger; `code` is what the rules said, or the fault that came before them."""
        row = {
            "at": self.now(),
            "cons_id": request.cons_id,
            "service": request.service,
            "method": request.method,
            "endpoint": request.path,
            "body": request.content,
            "committed": answer.committed,
            "code": answer.code or None,
            "fault": fault,
        }
        self.holdings.writes.append(row)
        if self._journal:
            self._journal.add(row)

    def _repeat(self, row: Row) -> None:
        """Let a write of before take effect again; the rules give the same numbers in the same order."""
        self.holdings.writes.append(row)
        if row["committed"] and row["cons_id"] in self.clinics:
            headers = {"X-cons-id": row["cons_id"]}
            body = json.dumps(row["body"]).encode()
            self._write(Request(row["service"], row["method"], row["endpoint"], headers, body), row["at"])

    def _read(self, request: Request) -> Answer:
        clinic = self.clinics[request.cons_id]
        if request.service == "antrean":
            return self._reads.antrean(request.path) or _NO_ROUTE
        return self._reads.pcare(request.path, clinic) or _NO_ROUTE

    def _write(self, request: Request, now: float) -> Answer:
        clinic = self.clinics[request.cons_id]
        if request.method == "DELETE":
            return self._delete(request, clinic)
        if not isinstance(request.content, dict):
            return _BAD_JSON
        return self._submit(request, request.content, clinic, now)

    def _submit(self, request: Request, body: Row, clinic: Clinic, now: float) -> Answer:
        rules: dict[tuple[str, str, str], Callable[[], Answer]] = {
            ("POST", "pcare", "pendaftaran"): lambda: self._pcare.add_pendaftaran(body, clinic),
            ("POST", "pcare", "kunjungan/v1"): lambda: self._pcare.add_kunjungan(body, clinic),
            ("PUT", "pcare", "kunjungan/v1"): lambda: self._pcare.edit_kunjungan(body, clinic),
            ("POST", "pcare", "kunjungan"): lambda: Answer(404, NOT_REGISTERED),
            ("PUT", "pcare", "kunjungan"): lambda: Answer(404, NOT_REGISTERED),
            ("POST", "antrean", "antrean/add"): lambda: self._antrean.add(body, clinic),
            ("POST", "antrean", "antrean/panggil"): lambda: self._antrean.call(body, clinic, now * 1000),
            ("POST", "antrean", "antrean/batal"): lambda: self._antrean.cancel(body, clinic),
        }
        return rules.get((request.method, request.service, request.path.lower()), lambda: _NO_ROUTE)()

    def _delete(self, request: Request, clinic: Clinic) -> Answer:
        registration = _DELETE_PENDAFTARAN.fullmatch(request.path)
        if registration and request.service == "pcare":
            card, day, number, poli = registration.groups()
            return self._pcare.delete_pendaftaran(card, day, number, poli, clinic.kd_provider)
        visit = _DELETE_KUNJUNGAN.fullmatch(request.path)
        if visit and request.service == "pcare":
            return self._pcare.delete_kunjungan(visit[1], clinic.kd_provider)
        return _NO_ROUTE


def _refused(refusal: Refusal) -> Answer:
    return Answer(refusal.code, refusal.message)
