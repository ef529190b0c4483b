"""What must be true after a storm: here, at BPJS, and between the two."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from bpjs_client.jenis import Jenis
from database import Database
from database.jobs.chain import waits_for
from database.status import UNFINISHED, Status
from database.storage.models import Attempt, Job
from database.vocabulary import Reason
from tests.chaos.patients import REFUSED_JENIS, UNKNOWN_POLI, Patient

Write = Mapping[str, Any]

# What no look-up can settle (a queue entry without a card, a repeated call or cancellation).
FOR_A_PERSON = {Jenis.TAMBAH_ANTREAN, Jenis.PANGGIL_ANTREAN, Jenis.BATAL_ANTREAN}
CREATES = {"pendaftaran": "pendaftaran", "kunjungan/v1": "kunjungan"}


def is_settled(database: Database) -> bool:
    """Whether nothing moves by itself any more: the rest waits for a person, or behind what does."""
    with database.read() as session:
        unfinished = session.scalars(select(Job).where(Job.status.in_([each.value for each in UNFINISHED])))
        return all(
            job.reason == Reason.NEEDS_PERSON or job.jenis == REFUSED_JENIS or waits_for(session, job.id)
            for job in unfinished
        )


def problems(database: Database, ledger: Mapping[str, Any], patients: Sequence[Patient]) -> list[str]:
    """Every breach of a promise, in words; none when all held."""
    with database.read() as session:
        jobs = list(session.scalars(select(Job)))
        unclosed = session.scalars(select(Attempt.job_id).where(Attempt.finished_at.is_(None))).all()
    kept = Counter(job.norm for job in jobs)
    return [
        *(f"lost: patient {patient.number} has {kept[patient.norm]} of {len(patient.course)} jobs"
          for patient in patients
          if kept[patient.norm] != len(patient.course)),
        *(f"job {job.id} ({job.jenis}) ended as {job.status}: {job.message}" for job in jobs if not _may_end_so(job)),
        *(f"job {job_id} has an attempt that never ended" for job_id in unclosed),
        *_disagreements(jobs, ledger, patients),
        *_too_often(ledger["writes"], patients),
        *_doubles(ledger["writes"], {job.body["nik"] for job in jobs if _without_card(job)}),
    ]  # fmt: skip


def _may_end_so(job: Job) -> bool:
    if job.status == Status.TERKIRIM:
        return True
    if job.status == Status.GAGAL and job.jenis == Jenis.TAMBAH_KUNJUNGAN:
        return job.reason in POISON and _patient_of(job).is_poisoned | _patient_of(job).is_firewalled
    if job.status == Status.GAGAL:
        # The only wrong data of a storm, and what nobody may call.
        return job.body.get("kdPoli") == UNKNOWN_POLI or job.jenis == REFUSED_JENIS
    if job.status == Status.TIDAK_PASTI:
        return job.reason == Reason.NEEDS_PERSON and Jenis(job.jenis) in FOR_A_PERSON
    return job.status == Status.MENUNGGU  # behind one of those: `is_settled` saw to it


POISON = {Reason.NEVER_TAKEN, Reason.REFUSED_ALONE}
MOST_SENDS = 6  # of a poisoned visit


def _patient_of(job: Job) -> Patient:
    return Patient(int(job.norm[1:]), job.tanggal)


def _too_often(writes: Sequence[Write], patients: Sequence[Patient]) -> Iterator[str]:
    """A visit that BPJS always fails or a firewall refuses, sent again and again."""
    sent = Counter((w["body"] or {}).get("noKartu") for w in writes if w["endpoint"] == "kunjungan/v1")
    for patient in patients:
        if (patient.is_poisoned or patient.is_firewalled) and sent[patient.card] > MOST_SENDS:
            yield f"patient {patient.number}: a poisoned visit was sent {sent[patient.card]} times"


def _without_card(job: Job) -> bool:
    return job.jenis == Jenis.TAMBAH_ANTREAN and not job.body["nomorkartu"]


def _disagreements(
    jobs: Sequence[Job], ledger: Mapping[str, Any], patients: Sequence[Patient]
) -> Iterator[str]:
    """PCare holds what was delivered and not deleted, under the numbers that we noted."""
    for name, number in (("pendaftaran", "noUrut"), ("kunjungan", "noKunjungan")):
        held = {row["noKartu"]: row[number] for row in ledger[name]}
        noted = {
            job.body["noKartu"]: (job.result or {}).get(number)
            for job in jobs
            if job.jenis == f"tambah-{name}"
        }
        for patient in patients:
            expected = patient.holds()[name]
            if expected != (patient.card in held):
                yield f"patient {patient.number}: PCare holds {int(patient.card in held)} {name}, not {expected}"
            elif expected and held[patient.card] != noted[patient.card]:
                yield f"patient {patient.number}: PCare's {number} is not the one we noted"


def _doubles(writes: Sequence[Write], without_card: set[str]) -> Iterator[str]:
    """A creation that took effect twice, one sent although PCare held it, an entry without a card repeated."""
    held: set[tuple[str, str]] = set()
    committed: Counter[tuple[str, str]] = Counter()
    for write in writes:
        body = write["body"] or {}
        name = CREATES.get(write["endpoint"])
        if name:
            key = (name, body["noKartu"])
            if key in held:
                yield f"PCare was sent a {name} that it held already"
            if write["committed"]:
                held.add(key)
                committed[key] += 1
        elif write["endpoint"] == "antrean/add" and body.get("nik") in without_card and write["committed"]:
            committed["antrean", body["nik"]] += 1
    yield from (
        f"{name} of {who[-4:]} took effect {times} times"
        for (name, who), times in committed.items()
        if times > 1
    )
