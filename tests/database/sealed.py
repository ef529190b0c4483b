"""Jobs and answers to seal, keys to seal them with, and what then lies on the disk."""

import base64

from sqlalchemy import text

from database import Database, enqueue
from database.jobs.attempts import Asker, Evidence, open_attempt
from database.jobs.claim import claim_one
from database.jobs.held_claim import Claim
from database.jobs.moves import move
from database.jobs.verdict import Verdict
from database.status import Status
from database.vocabulary import Outcome, Reason
from tests.database.clinic import LEASE
from tests.tasks.bodies import BODIES, CARD, NIK

OLD, NEW = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
BODY = BODIES["tambah-antrean"]


def begin(database: Database, norm: str = "RM-1") -> tuple[int, int]:
    """A job whose request is on its way; its id and the attempt's number."""
    job_id = enqueue("tambah-antrean", norm, "Pasien Contoh", BODY, database=database).id
    claim_one(database, job_id, owner="saya", lease=LEASE)
    return job_id, open_attempt(database, Claim(job_id, "saya", 1), request=BODY, lease=LEASE, asker=Asker())


ANSWER = {"peserta": {"nik": NIK}}


def end(
    database: Database, job_id: int, number: int, *, response: object = ANSWER, raw: str = f"<b>{CARD}</b>"
) -> None:
    """It is refused, with an answer that names the patient."""
    refused = Verdict(Status.GAGAL, Reason.REFUSED, "salah")
    said = Evidence(Outcome.REJECTED, http_code=200, response=response, raw=raw)
    move(database, Claim(job_id, "saya", 1), refused, attempt=number, evidence=said)


def deliver(database: Database, norm: str = "RM-1") -> int:
    """A job that was sent and refused."""
    job_id, number = begin(database, norm)
    end(database, job_id, number)
    return job_id


def stored(database: Database) -> str:
    """Every column of jobs and attempts, as whoever reads the disk would see it."""
    with database.engine.connect() as connection:
        rows = [connection.execute(text(f"SELECT * FROM {table}")).all() for table in ("jobs", "attempts")]
    return repr(rows)
