"""Jobs are accepted: each is checked, known by its `kunci`, and durable once its answer is returned."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpjs_client.bodies import FieldError, check_body
from bpjs_client.jenis import Jenis
from database.belonging import has_credential
from database.errors import LineRefused
from database.faskes_name import UTAMA, no_credential
from database.jobs.chain_place import Place, find_place
from database.jobs.held_chains import HeldChains
from database.jobs.kunci import default_kunci
from database.jobs.plain_json import plain_json, storable
from database.jobs.same_content import Content, contents_as_handed_over, is_other
from database.local_time import local_date
from database.status import Status
from database.storage.batches import batched
from database.storage.dialect import lock_number
from database.storage.engine import Database, open_database
from database.storage.models import Job, JsonObject
from database.storage.past_jobs import Known, known_past, new_ids
from database.storage.wakeup import announce
from database.typed import an_object, read_day, read_jenis, read_json
from database.vocabulary import Reason

# Dispatchers see a file as a whole. One with more lines is stored in parts of so many, each durable by
# itself, so that nobody waits for all of it.
BATCH = 1_000
# The pause between two parts, in which a writer who waits for SQLite looks again.
BREATH_SECONDS = 0.1

T = TypeVar("T")
Key = tuple[str, str]  # the faskes and the kunci, by which a job is known

_TEXTS = {"norm": 64, "nama_pasien": 200, "faskes": 64, "kunci": 200, "rantai": 300}  # longest, in characters
_REQUIRED = ("norm", "nama_pasien")


@dataclass(frozen=True)
class NewJob:
    """A job as handed over, already readable: see `read_line` for what that means."""

    jenis: Jenis
    norm: str
    nama_pasien: str
    body: JsonObject
    faskes: str = UTAMA
    kunci: str | None = None
    rantai: str | None = None
    tanggal: date | None = None

    @cached_property
    def key(self) -> str:
        """The given kunci, or the one that follows from the body."""
        return self.kunci or default_kunci(self.faskes, self.jenis, self.norm, self.rantai, self.body)

    @cached_property
    def errors(self) -> list[FieldError]:
        """The wrong fields of the body."""
        return check_body(self.jenis, self.body)

    @property
    def content(self) -> Content:
        """What may not change under one kunci."""
        return Content(self.jenis.value, self.norm, self.body)

    def prepare(self) -> None:
        """Do beforehand what takes time, for others wait while a job is stored."""
        _ = self.key, self.errors


@dataclass(frozen=True)
class Enqueued:
    """The answer to a hand-over: `new` is False when this job was already known.

    `differs`: it was handed over with other content under this kunci, and what came now is not stored.
    `note` says in Indonesian what the clinic should know of that, or of a job that was accepted all the same.
    """

    id: int
    status: str
    new: bool
    note: str | None = None
    differs: bool = False


def enqueue(
    jenis: str,
    norm: str,
    nama_pasien: str,
    body: Mapping[str, Any],
    *,
    faskes: str = UTAMA,
    kunci: str | None = None,
    rantai: str | None = None,
    tanggal: date | str | None = None,
    database: Database | None = None,
) -> Enqueued:
    """Hand over one job; once this returns it is durable and will be delivered or waits for a person.

    `tanggal` is the clinic's local date of hand-over (default: today). A body with wrong fields is stored as
    `gagal` with the fields named. Raises LineRefused when jenis is unknown or norm, nama_pasien or body are
    unusable, DatabaseUnavailable when nothing could be stored.
    """
    line = {
        "jenis": jenis,
        "norm": norm,
        "nama_pasien": nama_pasien,
        "body": body,
        "faskes": faskes,
        "kunci": kunci,
        "rantai": rantai,
        "tanggal": tanggal.isoformat() if isinstance(tanggal, date) else tanggal,
    }
    database = database or _default_database()
    return store(database, [admitted(database, read_line(line))])[0]


def enqueue_lines(lines: Iterable[str], *, database: Database) -> Iterator[dict[str, object]]:
    """Hand over JSON lines; yields one answer per line, in order, once its batch is durable.

    `{"line", "id", "status", "new"}`, and `"note"` where there is something to know of it, with
    `"differs": true` when its kunci is another job's; or `{"line", "error"}` for a line that cannot be
    stored: the others are accepted all the same. Blank lines are passed over.
    """
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    for part, batch in enumerate(batched(numbered, BATCH)):
        if part:
            time.sleep(BREATH_SECONDS)
        read = [(number, _read_text(database, text)) for number, text in batch]
        good = [job for _, job in read if isinstance(job, NewJob)]
        stored = iter(store(database, good))
        for number, job in read:
            if isinstance(job, str):
                yield {"line": number, "error": job}
            else:
                yield {"line": number, **_answer(next(stored))}


def _answer(done: Enqueued) -> dict[str, object]:
    answer: dict[str, object] = {"id": done.id, "status": done.status, "new": done.new}
    if done.differs:
        answer["differs"] = True
    return answer if done.note is None else {**answer, "note": done.note}


def admitted(database: Database, job: NewJob) -> NewJob:
    """The job, unless its clinic has no credential here. Raises LineRefused."""
    if database.only_utama and job.faskes != UTAMA and not has_credential(database, job.faskes):
        raise LineRefused(no_credential(job.faskes, from_file=False))
    return job


def _read_text(database: Database, line: str) -> NewJob | str:
    try:
        return admitted(database, read_line(read_json(line, "baris ini", strict=True)))
    except LineRefused as refused:
        return str(refused)


def read_line(line: object) -> NewJob:
    """Check the frame of a hand-over, not the fields of its body. Raises LineRefused."""
    if not isinstance(line, Mapping):
        raise LineRefused("baris ini bukan objek JSON")
    parts: dict[str, Any] = {name: read(line) for name, read in _PARTS.items()}
    return NewJob(**parts)


def wrong_parts(line: Mapping[str, object]) -> dict[str, str]:
    """Every part of the frame that cannot be read, and why; empty when `read_line` takes it."""
    wrong = {}
    for name, read in _PARTS.items():
        try:
            read(line)
        except LineRefused as refused:
            wrong[name] = str(refused)
    return wrong


_PARTS: Mapping[str, Callable[[Mapping[str, object]], object]] = {
    "jenis": lambda line: read_jenis(line.get("jenis")),
    "body": lambda line: plain_json(an_object(line.get("body"), "body")),
    "norm": lambda line: _text(line, "norm"),
    "nama_pasien": lambda line: _text(line, "nama_pasien"),
    "faskes": lambda line: _text(line, "faskes") or UTAMA,
    "kunci": lambda line: _text(line, "kunci"),
    "rantai": lambda line: _text(line, "rantai"),
    "tanggal": lambda line: _date(line.get("tanggal")),
}
# The names of these parts.
FRAME = tuple(_PARTS)


def _text(line: Mapping[str, object], name: str) -> str | None:
    value = line.get(name)
    if value is None or value == "":
        if name in _REQUIRED:
            raise LineRefused(f"{name} wajib diisi")
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise LineRefused(f"{name} harus teks")
    plain = one_line(str(value))
    if not plain:
        raise LineRefused(f"{name} wajib diisi")
    if len(plain) > _TEXTS[name]:
        raise LineRefused(f"{name} paling panjang {_TEXTS[name]} karakter")
    return plain


def one_line(text: str) -> str:
    """The text as a hand-over keeps it, fit for a terminal and a run's name; what has no print is a space."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _date(value: object) -> date | None:
    return None if value is None or value == "" else read_day(value, "tanggal")


def store(database: Database, jobs: list[NewJob]) -> list[Enqueued]:
    """Store jobs in one transaction; each answer in its job's place. Raises DatabaseUnavailable."""
    if not jobs:
        return []
    for job in jobs:
        job.prepare()
    with database.write() as session:
        return store_in(session, database, jobs)


def store_in(session: Session, database: Database, jobs: list[NewJob]) -> list[Enqueued]:
    """Store jobs in a transaction under way; each answer in its job's place."""
    queue_up(session)
    keys = [(job.faskes, job.key) for job in jobs]
    known = known_by_kunci(session, keys)
    fresh: dict[Key, NewJob] = {}
    for key, job in zip(keys, jobs, strict=True):
        if key not in known:
            fresh.setdefault(key, job)
    stored = _store_new(session, database, fresh)
    if stored:
        announce(session)
    # A default kunci is made of the content, so it cannot be another's.
    chosen = {known[key].id for key, job in zip(keys, jobs, strict=True) if key in known and job.kunci}
    earlier = contents_as_handed_over(session, chosen)
    done: list[Enqueued] = []
    told: set[Key] = set()
    for key, job in zip(keys, jobs, strict=True):
        if key in known:
            done.append(_known_already(known[key], earlier.get(known[key].id), job))
        elif key in told:
            done.append(_known_already(Known(stored[key].id, stored[key].status), fresh[key].content, job))
        else:
            done.append(stored[key])
        told.add(key)
    return done


def _known_already(known: Known, first: Content | None, job: NewJob) -> Enqueued:
    """The answer to a job whose kunci was there before; `first`: the content that it was there with."""
    if first is None or not is_other(first, job.content):
        return Enqueued(*known, new=False)
    return Enqueued(*known, new=False, note=_OTHER.format(known.id), differs=True)


_OTHER = "kunci ini milik pekerjaan {} yang isinya lain: yang diserahkan sekarang tidak disimpan"


def queue_up(session: Session) -> None:
    """Wait for whoever else is handing over or placing jobs.

    Two hand-overs of the same kunci at once must not collide half-way through a file, and two jobs of a
    chain must not be given their places at once.
    """
    lock_number(session, 0x62706A65)


def known_by_kunci(session: Session, keys: Iterable[Key]) -> dict[Key, Known]:
    """The jobs among these that are or were stored."""
    found: dict[Key, Known] = {}
    by_clinic: dict[str, list[str]] = {}
    for faskes, kunci in keys:
        by_clinic.setdefault(faskes, []).append(kunci)
    for faskes, all_of_it in by_clinic.items():
        for part in batched(all_of_it, 500):
            of_these = select(Job.kunci, Job.id, Job.status).where(Job.faskes == faskes, Job.kunci.in_(part))
            present = {kunci: Known(job_id, status) for kunci, job_id, status in session.execute(of_these)}
            # The deleted jobs are looked for last, so that a job deleted between the two looks is still seen.
            all_of_them = known_past(session, faskes, part) | present
            found.update(((faskes, kunci), known) for kunci, known in all_of_them.items())
    return found


def _store_new(session: Session, database: Database, jobs: Mapping[Key, NewJob]) -> dict[Key, Enqueued]:
    """Store jobs that nobody knows yet, in one statement for all of them."""
    ids, held = iter(new_ids(session, len(jobs))), HeldChains(session)
    notes: list[str | None] = []
    rows: list[Job] = []
    for (_, kunci), job in jobs.items():
        place = find_place(
            held, faskes=job.faskes, jenis=job.jenis, norm=job.norm, rantai=job.rantai, body=job.body
        )
        row = _row(database, job, place, kunci)
        row.id = next(ids)
        rows.append(row)
        notes.append(place.note)
    session.add_all(rows)
    session.flush()
    answers = (
        Enqueued(row.id, row.status, new=True, note=note) for row, note in zip(rows, notes, strict=True)
    )
    return dict(zip(jobs, answers, strict=True))


def _row(database: Database, job: NewJob, place: Place, kunci: str) -> Job:
    now, errors = database.clock(), job.errors
    return Job(
        faskes=job.faskes,
        jenis=job.jenis.value,
        service=job.jenis.service.value,
        kunci=kunci,
        rantai=place.rantai,
        position=place.position,
        tanggal=job.tanggal or local_date(database, now),
        norm=job.norm,
        nama_pasien=job.nama_pasien,
        body=storable(job.body),
        status=(Status.GAGAL if errors else Status.MENUNGGU).value,
        reason=Reason.BAD_BODY if errors else None,
        message=say_fields(errors) if errors else place.note,
        due_at=now,
        created_at=now,
        updated_at=now,
    )


def say_fields(errors: list[FieldError]) -> str:
    """The wrong fields in one line: `field: message; field: message`."""
    # A field's name is the sender's own; PostgreSQL keeps no NUL in a text.
    return "; ".join(f"{error.field}: {error.message}" for error in errors).replace("\x00", "?")


@cache
def _default_database() -> Database:
    return open_database()
