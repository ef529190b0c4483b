"""One job in hand, with all that the steps of its delivery share."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential_jitter

from bpjs_client.errors import BpjsError
from bpjs_client.identifiers import without_identifiers
from bpjs_client.jenis import DELETIONS, Jenis, Service
from bpjs_client.jobs import Bpjs
from database import Database
from database.errors import DatabaseUnavailable
from database.jobs.attempts import Asker, JobInHand
from database.services.clinic_service import ClinicService
from database.services.evidence import Heard
from tasks.composition import Composition
from tasks.delivery.trouble import trouble_of


@dataclass(frozen=True)
class Hand:
    """A claimed job, who asked for it, and the ways to BPJS and to the database."""

    job: JobInHand
    jenis: Jenis
    body: Mapping[str, Any] = field(repr=False)
    at: Composition
    asker: Asker
    began: float  # before anything of it left, by the clock of `at.harmless_reads`

    @property
    def database(self) -> Database:
        """Where the job is kept."""
        return self.at.database

    @property
    def sent(self) -> Mapping[str, Any]:
        """What may be at BPJS already."""
        return self.body if self.job.lost_request is None else self.job.lost_request

    @property
    def edited(self) -> bool:
        """Whether somebody corrected the body after a request whose answer was lost.

        What the chain supplied then to a deletion is no correction, whatever the chain says now.
        """
        supplied: Mapping[str, Any] = {}
        if self.jenis in DELETIONS:
            supplied = {name: it for name, it in self.sent.items() if self.job.body.get(name) in (None, "")}
        return dict(self.sent) != {**self.job.body, **supplied}

    @property
    def service(self) -> Service:
        """The service that gets the job."""
        return self.jenis.service

    @property
    def who(self) -> ClinicService:
        """The clinic's service, and the jenis at it."""
        return ClinicService(self.job.faskes, self.service.value, self.jenis.value)

    @property
    def bpjs(self) -> Bpjs:
        """The clinic's way to BPJS. Raises UnknownClinic."""
        return self.at.bpjs(self.job.faskes)

    def proven_absent(self) -> "Hand":
        """The same job, of which BPJS is proven to have nothing: it is as one that was never sent."""
        job = replace(self.job, uncertain=False, repeated=False, lost_request=None, contradictions=0)
        return replace(self, job=job)

    def heard(self, error: BpjsError | None = None, *, is_look: bool = False) -> Heard:
        """What an answer, or its lack, told of the service."""
        trouble = trouble_of(error) if error else None
        if trouble is not None:
            trouble = without_identifiers(trouble, self.body)
        return Heard(trouble, is_look=is_look, probes=self.at.settings.waits.probes)

    def patiently(self) -> Retrying:
        """After BPJS answered: a database that hiccups now would make a known end uncertain."""
        return Retrying(
            retry=retry_if_exception_type(DatabaseUnavailable),
            wait=wait_exponential_jitter(multiplier=0.2, max=2),
            stop=stop_after_delay(self.at.settings.lease.total_seconds() / 2),
            reraise=True,
        )


def take_up(job: JobInHand, at: Composition, asker: Asker) -> Hand:
    """A deletion's body is completed by the numbers that its chain knows."""
    jenis = Jenis(job.jenis)
    given = {name: value for name, value in job.body.items() if value not in (None, "")}
    missing = {name: value for name, value in job.numbers.items() if name not in given}
    body = {**job.body, **missing} if jenis in DELETIONS else job.body
    return Hand(job, jenis, body, at, asker, at.harmless_reads.now())
