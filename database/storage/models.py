"""The tables, with the constraints that keep impossible combinations out."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, validates

from bpjs_client.bodies import service_date
from bpjs_client.contact import contact_of
from bpjs_client.jenis import Jenis
from database.status import Status
from database.storage.participant import Participant, participant_of
from database.storage.patient_mark import patient_mark
from database.storage.row_seal import of_row, row_of
from database.storage.sealing import Keyring, unsealed, unsealed_text
from database.vocabulary import Reason

JsonObject = dict[str, Any]


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC; SQLite, which has no zones, holds it as UTC text."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time: it would mean a different instant on another machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times must carry their zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def readable(text: str) -> str:
    """A text that every database keeps: NUL and broken letters become U+FFFD."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\x00", "\N{REPLACEMENT CHARACTER}")


class Words(TypeDecorator[str]):
    """A text from outside, kept whatever its characters: no job fails by them."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Make it readable."""
        return None if value is None else readable(value)


# Characters of a text that every list shows; the whole answer is in the job's history.
LONGEST_SAID = 2_000


class Said(Words):
    """What BPJS or a person said, cut to what a reader can take in."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Make it readable and short enough."""
        plain = super().process_bind_param(value, dialect)
        return plain if plain is None or len(plain) <= LONGEST_SAID else f"{plain[: LONGEST_SAID - 1]}…"


class SaidBriefly(TypeDecorator[str]):
    """The same, cut to what the column holds."""

    impl = String
    cache_ok = True

    def __init__(self, longest: int) -> None:
        super().__init__(longest)
        self.longest = longest

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Make it readable and short enough."""
        return None if value is None else readable(value)[: self.longest]


class Sealed(TypeDecorator[Any]):
    """A JSON value that only who has the key can read; `where` is its table and column."""

    impl = JSON
    cache_ok = True

    def __init__(self, where: str) -> None:
        super().__init__(none_as_null=True)
        self.where = where

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Seal it, if the database's keyring says so."""
        keyring = keyring_on(dialect)
        if value is None:
            return None
        return keyring.seal(value, self.where) if keyring.writes else unsealed(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Open it. Raises DataKeyMissing."""
        return keyring_on(dialect).open(value, self.where)


class SealedText(Words):
    """A text that only who has the key can read."""

    cache_ok = True

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Make it readable, then seal it."""
        plain, keyring = super().process_bind_param(value, dialect), keyring_on(dialect)
        if plain is None:
            return None
        row = row_of(value)
        if row is not None:
            plain = of_row(plain, row)
        return keyring.seal_text(plain, self.where) if keyring.writes else unsealed_text(str(plain))

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Open it. Raises DataKeyMissing."""
        return None if value is None else keyring_on(dialect).open_text(value, self.where)


class ParticipantMark(TypeDecorator[Any]):
    """A participant of a clinic as a number that only who has the key can tell (see participant.py).

    It takes a Participant and gives back the number. A number that was read is stored as it is.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Participant | int | None, dialect: Dialect) -> int | None:
        """Mark it with the present key."""
        return keyring_on(dialect).mark(value.told()) if isinstance(value, Participant) else value


_NO_KEYS = Keyring({}, writes=False)


def keyring_on(dialect: Dialect) -> Keyring:
    """The keyring that `open_database` gave this engine."""
    found: Keyring = getattr(dialect, "bpjs_keyring", _NO_KEYS)
    return found


# `json`, not `jsonb`: it keeps the order of a body's fields and takes any character a body may hold.
Json = JSON(none_as_null=True)
Identity = BigInteger().with_variant(Integer, "sqlite")


def _one_of(column: str, values: type[Status] | type[Jenis] | tuple[str, ...]) -> str:
    quoted = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({quoted})"


# The condition of the index that finds due jobs; a query must say it literally to have its use.
WAITING = "status IN ('menunggu', 'tidak_pasti')"
# The condition of the index of visits, likewise literal.
VISITS = "jenis = 'tambah-kunjungan'"
# The condition of the index of what a month's KBK report counts, likewise literal.
OF_PCARE = "service = 'pcare'"
# The condition of the index of jobs whose end a late answer contradicts (see database/jobs/late_answers.py).
CONTRADICTED_ONES = f"reason = '{Reason.CONTRADICTED}'"
# The condition of the index of jobs that wait for their patient (database/jobs/for_patient.py).
FOR_PATIENT = f"status = 'menunggu' AND reason = '{Reason.NEEDS_SCREENING}'"


LONGEST_KODE = 100
# Characters of the code of a poli or doctor that a body names.
LONGEST_CODE = 16


class Base(DeclarativeBase):
    """All tables of this project."""


class Job(Base):
    """One thing to tell BPJS, from hand-over to its end."""

    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    faskes: Mapped[str] = mapped_column(String(64))
    jenis: Mapped[str] = mapped_column(String(32))
    service: Mapped[str] = mapped_column(String(16))
    kunci: Mapped[str] = mapped_column(String(200))
    rantai: Mapped[str] = mapped_column(String(300))
    # The place in its chain and service: 10 × generation + rank (see database/jobs/chain.py).
    position: Mapped[int] = mapped_column(Integer)
    tanggal: Mapped[date] = mapped_column(Date)
    norm: Mapped[str] = mapped_column(String(64))
    nama_pasien: Mapped[str] = mapped_column(String(200))
    body: Mapped[JsonObject] = mapped_column(Sealed("jobs.body"))
    # Tells the patients of one chain apart (patient_mark.py); None: the body names no card, or the
    # row is older than the column. This and the next five are kept in step by `_named_in_body`.
    pasien: Mapped[int | None] = mapped_column(Integer)
    # The poli and doctor that the body names, for counting.
    poli: Mapped[str | None] = mapped_column(String(LONGEST_CODE))
    dokter: Mapped[str | None] = mapped_column(String(LONGEST_CODE))
    tgl_daftar: Mapped[date | None] = mapped_column(Date)
    # Whose contact it is and of which kind, for the KBK report (bpjs_client/contact.py); both None: the body
    # is of no contact, or the row is older than the columns (jobs/older_contacts.py).
    peserta: Mapped[Any | None] = mapped_column(ParticipantMark)
    kontak: Mapped[str | None] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(64))
    message: Mapped[str | None] = mapped_column(Said)
    http_code: Mapped[int | None] = mapped_column(Integer)
    meta_code: Mapped[str | None] = mapped_column(SaidBriefly(32))
    result: Mapped[JsonObject | None] = mapped_column(Json)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    # How often in a row the job was put off; the table of waits is indexed by it.
    waits: Mapped[int] = mapped_column(Integer, default=0)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_owner: Mapped[str | None] = mapped_column(String(100))
    # How often it was claimed: the number of the claim that holds it, or held it last (jobs/held_claim.py).
    claim: Mapped[int] = mapped_column(Integer, default=0)
    version: Mapped[int] = mapped_column(Integer, default=1)
    # The job whose content at BPJS this one corrects; its own id: it corrects what BPJS holds of itself.
    corrects: Mapped[int | None] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    # Whether the job was ever given a run in Prefect, where ops watch.
    shown: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("faskes", "kunci", name="jobs_one_job_per_kunci"),
        CheckConstraint(_one_of("status", Status), name="jobs_status_is_known"),
        CheckConstraint(_one_of("jenis", Jenis), name="jobs_jenis_is_known"),
        CheckConstraint(
            "(service = 'antrean') = (jenis LIKE '%-antrean') AND service IN ('antrean', 'pcare')",
            name="jobs_service_fits_jenis",
        ),
        CheckConstraint(
            "(status = 'proses') = (lease_until IS NOT NULL)"
            " AND (lease_until IS NULL) = (lease_owner IS NULL)",
            name="jobs_in_hand_means_leased",
        ),
        CheckConstraint("status <> 'terkirim' OR sent_at IS NOT NULL", name="jobs_sent_has_its_time"),
        CheckConstraint(
            "status <> 'terkirim' OR jenis NOT IN ('tambah-pendaftaran', 'tambah-kunjungan')"
            " OR COALESCE(CAST(result AS TEXT), '') LIKE '{\"no%'",
            name="jobs_sent_has_its_number",
        ),
        CheckConstraint("status <> 'gagal' OR message IS NOT NULL", name="jobs_failed_says_why"),
        CheckConstraint("attempts >= 0 AND waits >= 0 AND version >= 1", name="jobs_counts_are_sane"),
        # One job of a chain at a time, whatever two dispatchers do.
        Index(
            "jobs_one_in_hand_per_chain",
            "faskes",
            "rantai",
            "service",
            unique=True,
            sqlite_where=text("status = 'proses'"),
            postgresql_where=text("status = 'proses'"),
        ),
        Index("jobs_by_chain", "faskes", "rantai", "service", "position"),
        # Whether a failed step was done since: without it a long chain is scanned once for each of its jobs.
        Index("jobs_by_step", "faskes", "rantai", "jenis", "status"),
        Index(
            "jobs_by_door",  # a clinic's service was once called a door; the database keeps the name
            "faskes",
            "service",
            "due_at",
            "id",
            sqlite_where=text(WAITING),
            postgresql_where=text(WAITING),
        ),
        Index(
            "jobs_by_lease",
            "lease_until",
            sqlite_where=text("status = 'proses'"),
            postgresql_where=text("status = 'proses'"),
        ),
        Index(
            "jobs_corrections",
            "corrects",
            sqlite_where=text("corrects IS NOT NULL"),
            postgresql_where=text("corrects IS NOT NULL"),
        ),
        Index("jobs_unseen", "id", sqlite_where=text("NOT shown"), postgresql_where=text("NOT shown")),
        Index(
            "jobs_by_visit_day",
            "tgl_daftar",
            "tanggal",
            "status",
            sqlite_where=text(VISITS),
            postgresql_where=text(VISITS),
        ),
        Index(
            "jobs_by_month",
            "faskes",
            "tgl_daftar",
            "jenis",
            "status",
            sqlite_where=text(OF_PCARE),
            postgresql_where=text(OF_PCARE),
        ),
        Index(
            "jobs_contradicted",
            "tanggal",
            "id",
            sqlite_where=text(CONTRADICTED_ONES),
            postgresql_where=text(CONTRADICTED_ONES),
        ),
        Index(
            "jobs_for_patient",
            "faskes",
            "rantai",
            sqlite_where=text(FOR_PATIENT),
            postgresql_where=text(FOR_PATIENT),
        ),
        Index("jobs_by_day", "tanggal", "jenis", "status"),
        Index("jobs_by_norm", "faskes", "norm"),
        Index("jobs_by_status", "status", "tanggal"),
        Index("jobs_by_clinic", "faskes", "status", "tanggal", "jenis"),
        Index("jobs_by_change", "faskes", "updated_at", "id"),
    )

    @validates("body")
    def _named_in_body(self, _name: str, body: JsonObject) -> JsonObject:
        self.poli, self.dokter = _code(body, "kodepoli", "kdPoli"), _code(body, "kodedokter", "kdDokter")
        self.tgl_daftar = service_date(Jenis.TAMBAH_KUNJUNGAN, body or {})
        self.pasien = patient_mark(body or {})
        contact = contact_of(body or {})
        self.kontak = None if contact is None else contact.value
        self.peserta = None if contact is None else participant_of(body, lambda: self.faskes)
        own: JsonObject = of_row(body, lambda: self.id)
        return own


def _code(body: JsonObject | None, *names: str) -> str | None:
    """The first of these fields that holds a code: a text or a whole number."""
    values = ((body or {}).get(name) for name in names)
    codes = (value for value in values if isinstance(value, str | int) and not isinstance(value, bool))
    return next((readable(str(code).strip())[:LONGEST_CODE] for code in codes), None)


class Attempt(Base):
    """One request that left, or was about to: committed before it leaves, closed after it."""

    __tablename__ = "attempts"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id"))
    number: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    duration_ms: Mapped[int | None] = mapped_column(Integer)
    outcome: Mapped[str | None] = mapped_column(String(32))
    http_code: Mapped[int | None] = mapped_column(Integer)
    meta_code: Mapped[str | None] = mapped_column(SaidBriefly(32))
    request: Mapped[JsonObject | None] = mapped_column(Sealed("attempts.request"))
    response: Mapped[Any | None] = mapped_column(Sealed("attempts.response"))
    raw: Mapped[str | None] = mapped_column(SealedText("attempts.raw"))
    flow_run_id: Mapped[UUID | None] = mapped_column(Uuid)
    task_run_id: Mapped[UUID | None] = mapped_column(Uuid)
    requested_by: Mapped[str | None] = mapped_column(SaidBriefly(200))
    reason: Mapped[str | None] = mapped_column(Said)
    changes: Mapped[Any | None] = mapped_column(Sealed("attempts.changes"))

    __table_args__ = (
        UniqueConstraint("job_id", "number", name="attempts_are_numbered"),
        CheckConstraint("(finished_at IS NULL) = (outcome IS NULL)", name="attempts_closed_has_outcome"),
    )

    @validates("request", "response", "raw", "changes")
    def _of_its_job(self, _name: str, value: Any) -> Any:
        return of_row(value, lambda: self.job_id)


class ServiceState(Base):
    """The state of a clinic's service, or of one jenis at it: since when it is so, and why."""

    __tablename__ = "services"

    faskes: Mapped[str] = mapped_column(String(64), primary_key=True)
    service: Mapped[str] = mapped_column(String(16), primary_key=True)
    jenis: Mapped[str] = mapped_column(String(32), primary_key=True, default="", server_default="")
    state: Mapped[str] = mapped_column(String(16))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(Said)
    probe_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # How many different jobs failed in a row, how (`trouble`, `refusal`), and their ids, the latest last.
    failures: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    failed_as: Mapped[str | None] = mapped_column(String(16))
    failed_jobs: Mapped[list[int] | None] = mapped_column(Json)
    # Until then somebody asks a harmless question, and nothing is claimed.
    asked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Probes without success since it is down.
    probes: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    credential_mark: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (
        CheckConstraint(
            _one_of("state", ("closed", "open", "half-open", "paused")), name="services_state_is_known"
        ),
        # The name calls a service that nothing is sent to a closed door; here that is any state but `closed`.
        CheckConstraint("state = 'closed' OR reason IS NOT NULL", name="services_closed_door_says_why"),
    )


class HoldRow(Base):
    """A person's word that nothing of a service, a jenis or one job is sent, until an end or until lifted.

    `jenis` is empty for a whole service, `job_id` 0 for all of a jenis. A hold at its end needs no lifting.
    """

    __tablename__ = "holds"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    faskes: Mapped[str] = mapped_column(String(64))
    service: Mapped[str] = mapped_column(String(16))
    jenis: Mapped[str] = mapped_column(String(32))
    job_id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    by: Mapped[str] = mapped_column(SaidBriefly(200))
    reason: Mapped[str] = mapped_column(Said)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lifted_by: Mapped[str | None] = mapped_column(SaidBriefly(200))

    __table_args__ = (
        CheckConstraint("service IN ('antrean', 'pcare')", name="holds_service_is_known"),
        CheckConstraint("job_id = 0 OR jenis <> ''", name="holds_job_has_its_jenis"),
        CheckConstraint("ends_at IS NULL OR ends_at > since", name="holds_end_after_they_begin"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="holds_lifted_by_somebody"),
        Index(
            "holds_one_of_each_at_a_time",
            "faskes",
            "service",
            "jenis",
            "job_id",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )


class Outage(Base):
    """A time in which a clinic's service or one jenis was down (`open`) or paused; it may have no end yet."""

    __tablename__ = "outages"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    faskes: Mapped[str] = mapped_column(String(64))
    service: Mapped[str] = mapped_column(String(16))
    jenis: Mapped[str] = mapped_column(String(32), default="", server_default="")
    state: Mapped[str] = mapped_column(String(16))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(Said)

    __table_args__ = (
        CheckConstraint(_one_of("state", ("open", "paused")), name="outages_state_is_known"),
        Index(
            "outages_one_of_each_at_a_time",
            "faskes",
            "service",
            "jenis",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("outages_by_end", "ended_at"),
    )


class ReferenceItem(Base):
    """One row of BPJS's reference data; a vanished row is kept, inactive."""

    __tablename__ = "reference_items"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    faskes: Mapped[str] = mapped_column(String(64))
    layanan: Mapped[str] = mapped_column(String(16))
    jenis: Mapped[str] = mapped_column(String(64))
    # Tells rows of one reference apart whose codes repeat: kdTkp, the kind of allergy, the date.
    varian: Mapped[str] = mapped_column(String(32), server_default="")
    kode: Mapped[str] = mapped_column(String(LONGEST_KODE))
    nama: Mapped[str] = mapped_column(Words)
    data: Mapped[JsonObject] = mapped_column(Json)
    active: Mapped[bool] = mapped_column(Boolean)
    first_seen: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("faskes", "layanan", "jenis", "varian", "kode", name="reference_items_one_per_kode"),
    )


class Sync(Base):
    """One run over one reference: how it went and what changed."""

    __tablename__ = "syncs"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    faskes: Mapped[str] = mapped_column(String(64))
    layanan: Mapped[str] = mapped_column(String(16))
    jenis: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seconds: Mapped[float] = mapped_column(Float)
    count: Mapped[int] = mapped_column(Integer)
    added: Mapped[int] = mapped_column(Integer)
    changed: Mapped[int] = mapped_column(Integer)
    removed: Mapped[int] = mapped_column(Integer)
    error: Mapped[str | None] = mapped_column(Said)
    flow_run_id: Mapped[UUID | None] = mapped_column(Uuid)

    __table_args__ = (Index("syncs_by_reference", "faskes", "layanan", "jenis", "started_at"),)


class ScheduleDay(Base):
    """The antrean schedule of one day as BPJS had it from `seen_at` on; it was last read so at `read_at`.

    `polis`: see database/references/schedule_days.py. It holds names of doctors and none of patients.
    """

    __tablename__ = "schedule_days"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    faskes: Mapped[str] = mapped_column(String(64))
    day: Mapped[date] = mapped_column(Date)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    polis: Mapped[JsonObject] = mapped_column(Json)

    __table_args__ = (UniqueConstraint("faskes", "day", "seen_at", name="schedule_days_one_at_a_time"),)


class ScheduleTold(Base):
    """When somebody was last told of a clinic's changed schedule."""

    __tablename__ = "schedule_told"

    faskes: Mapped[str] = mapped_column(String(64), primary_key=True)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CauseWatch(Base):
    """A cause of failures at a clinic: since when it is there, or is gone, and when somebody was told of it.

    `words` and `todo` name no patient. `spells`: how often it came. `alert`: the alert that told of it, which
    may have told of others with it; None: nobody was told, for it was there before anybody looked.
    """

    __tablename__ = "cause_watch"

    faskes: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(16), primary_key=True)
    service: Mapped[str] = mapped_column(String(16))
    words: Mapped[str] = mapped_column(Words)
    todo: Mapped[str] = mapped_column(Words)
    # When it was told of.
    jobs: Mapped[int] = mapped_column(Integer)
    spells: Mapped[int] = mapped_column(Integer)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    gone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    alert: Mapped[str | None] = mapped_column(String(16))

    __table_args__ = (Index("cause_watch_by_time", "told_at"),)


class DailySummary(Base):
    """The summary of a day, made once; `said` is None for a day of which there was nothing to say."""

    __tablename__ = "daily_summaries"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said: Mapped[str | None] = mapped_column(Words)


class DataKey(Base):
    """A key that something in this database was sealed with: its id, and a mark that tells it from others."""

    __tablename__ = "data_keys"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    mark: Mapped[str] = mapped_column(String(64))


class Belonging(Base):
    """A clinic that has a credential, and the address of the BPJS service that serves it, once it has.

    `by`, `reason`: who said that BPJS moved to this address, and why.
    """

    __tablename__ = "belongings"

    faskes: Mapped[str] = mapped_column(String(64), primary_key=True)
    service: Mapped[str] = mapped_column(String(16), primary_key=True)
    address: Mapped[str | None] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str | None] = mapped_column(SaidBriefly(200))
    reason: Mapped[str | None] = mapped_column(Said)


class Reveal(Base):
    """Somebody looked at a job with its numbers unmasked."""

    __tablename__ = "reveals"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    job_id: Mapped[int] = mapped_column(Identity, index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(SaidBriefly(200))


class Intake(Base):
    """A job as a clinic's system wrote it, and what became of it; see docs/integration.md."""

    __tablename__ = "intake"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    faskes: Mapped[str] = mapped_column(Text, server_default="utama")
    jenis: Mapped[str | None] = mapped_column(Text)
    norm: Mapped[str | None] = mapped_column(Text)
    nama_pasien: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text)
    kunci: Mapped[str | None] = mapped_column(Text)
    rantai: Mapped[str | None] = mapped_column(Text)
    tanggal: Mapped[str | None] = mapped_column(Text)
    pekerjaan_id: Mapped[int | None] = mapped_column(Identity)
    galat: Mapped[str | None] = mapped_column(Text)
    dibaca_pada: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ditulis_pada: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now())

    __table_args__ = (
        Index(
            "intake_unread",
            "id",
            sqlite_where=text("dibaca_pada IS NULL"),
            postgresql_where=text("dibaca_pada IS NULL"),
        ),
    )


class PastJob(Base):
    """A job that was deleted after its time; what is kept for ever says that its kunci and id are taken."""

    __tablename__ = "past_jobs"

    faskes: Mapped[str] = mapped_column(String(64), primary_key=True)
    kunci: Mapped[str] = mapped_column(String(200), primary_key=True)
    id: Mapped[int] = mapped_column(Identity, autoincrement=False)
    jenis: Mapped[str] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(16))
    ended: Mapped[date] = mapped_column(Date)

    __table_args__ = (
        CheckConstraint(_one_of("status", ("terkirim", "ditutup")), name="past_jobs_ended"),
        Index("past_jobs_by_id", "id"),
    )


ROLES = ("admin", "superadmin")


class KnownCause(Base):
    """A cause of failures (views/causes.py), and when somebody saw it first."""

    __tablename__ = "known_causes"

    key: Mapped[str] = mapped_column(String(16), primary_key=True)
    first_seen: Mapped[datetime] = mapped_column(UtcDateTime)


class PersonRow(Base):
    """Somebody who may log in to the page; `password` is an Argon2id hash that says its own parameters."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    password: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(16))
    # The permission of that name, without which nobody opens the page.
    satusehat: Mapped[bool] = mapped_column(Boolean)
    active: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Counts the changes: a login that was checked before one of them is worth nothing after it.
    version: Mapped[int] = mapped_column(Integer, default=1, server_default=text("1"))
    # The secret of the second factor in base32; it is asked for from `totp_since` on.
    totp: Mapped[str | None] = mapped_column(SealedText("people.totp"), deferred=True)
    totp_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The time step of the code that was taken last: no code is taken twice.
    totp_step: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (CheckConstraint(_one_of("role", ROLES), name="people_role_is_known"),)

    @validates("totp")
    def _of_its_person(self, _name: str, value: Any) -> Any:
        return of_row(value, lambda: self.id)


class PersonClinic(Base):
    """A clinic that an admin belongs to; a superadmin needs none."""

    __tablename__ = "people_clinics"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    faskes: Mapped[str] = mapped_column(String(64), primary_key=True)


class SessionRow(Base):
    """Somebody who is logged in: known by the SHA-256 of a token that only their browser has."""

    __tablename__ = "sessions"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LoginStep(Base):
    """Somebody whose password was right and whose code is awaited: no session yet."""

    __tablename__ = "login_steps"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    version: Mapped[int] = mapped_column(Integer)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LoginFailures(Base):
    """How often in a row a name, or an address, failed to log in."""

    __tablename__ = "login_failures"

    whose: Mapped[str] = mapped_column(String(100), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TokenRow(Base):
    """What a clinic's own system shows to use the HTTP API; of its secret only the SHA-256 is kept."""

    __tablename__ = "tokens"

    # The public part, by which people name it.
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    secret: Mapped[str] = mapped_column(String(64))
    faskes: Mapped[str] = mapped_column(String(64))
    abilities: Mapped[str] = mapped_column(String(64))  # with spaces between them
    name: Mapped[str] = mapped_column(SaidBriefly(100))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WebhookRow(Base):
    """Where a clinic's own system is told which of its jobs changed."""

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    faskes: Mapped[str] = mapped_column(String(64))
    url: Mapped[str] = mapped_column(Words)
    # Set in the transaction that makes the row, once it has its id.
    secret: Mapped[str | None] = mapped_column(SealedText("webhooks.secret"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The last change that was told.
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)
    told_job: Mapped[int] = mapped_column(BigInteger)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # How often in a row it failed, since when, and why the last time.
    failures: Mapped[int] = mapped_column(Integer)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    says: Mapped[str | None] = mapped_column(SaidBriefly(200))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The process that sends it.
    lease_owner: Mapped[str | None] = mapped_column(SaidBriefly(100))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("(lease_until IS NULL) = (lease_owner IS NULL)", name="webhooks_lease_is_whole"),
    )

    @validates("secret")
    def _of_its_row(self, _name: str, value: Any) -> Any:
        return of_row(value, lambda: self.id)


class Act(Base):
    """What somebody did on the page, or was denied; it holds no content and is never changed.

    `about`: the name of the person, reference or service that it was done to, where it was no job.
    """

    __tablename__ = "acts"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(SaidBriefly(64))
    act: Mapped[str] = mapped_column(String(32))
    result: Mapped[str] = mapped_column(String(32))
    faskes: Mapped[str | None] = mapped_column(SaidBriefly(64))
    job_id: Mapped[int | None] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    address: Mapped[str | None] = mapped_column(SaidBriefly(45))
    about: Mapped[str | None] = mapped_column(SaidBriefly(64))
