"""Connections and transactions are opened here, and here alone a driver's errors become ours."""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    InvalidatePoolError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.orm import Session

from database.errors import ConstraintViolated, DatabaseUnavailable, ValueRefused
from database.settings import DatabaseSettings
from database.storage.data_keys import agree, keyring_of
from database.storage.dialect import has_own_clock, is_file_address
from database.storage.schema import upgrade
from database.storage.server_clock import Clock, ServerClock, say_skew, utc_now
from database.storage.sqlite_file import keep_to_owner
from database.storage.time_limits import PATIENCE, Patience, be_patient, connect_listening, is_alive
from database.storage.together import Alone, Together

logger = logging.getLogger(__name__)

BUSY_TIMEOUT_SECONDS = 30
WAL_RETRY_SECONDS = 0.02
# How long a connection is believed to be alive without being asked.
IDLE_SECONDS = 1.0
POOL_SIZE = 30  # 20 jobs in flight, the claim, the lease keeper, and room to spare

T = TypeVar("T")
R = TypeVar("R")
# Writes some items in one transaction, at a time that it is told; returns for each its result, or the error
# that is raised for it alone. Told False, it waits for no row that somebody else has locked.
WriteAll = Callable[[Session, Sequence[T], datetime, bool], Sequence[R | Exception]]


class Database:
    """A migrated database with the clinic's time zone and a clock."""

    def __init__(
        self, engine: Engine, *, timezone: ZoneInfo, clock: Clock | None = None, only_utama: bool = False
    ) -> None:
        """`clock` tells the time for leases, due times and probes: by default the server's, if there is one.

        `only_utama`: jobs of other clinics are not taken, for there is no credential for them.
        """
        self.only_utama = only_utama
        self.engine = engine
        self.timezone = timezone
        self.clock = clock or (ServerClock(engine) if has_own_clock(engine) else utc_now)
        self._groups: dict[WriteAll[Any, Any], Together[Any, Any]] = {}
        self._grouping = Lock()

    @contextmanager
    def write(self, *, patient: bool = False) -> Iterator[Session]:
        """A transaction that may change rows: all of it is kept, or nothing.

        `patient`: it may take its time (time_limits.py). Raises DatabaseUnavailable when the
        database cannot be reached, cannot write (a full disk), or somebody else holds the rows too long.
        """
        with self._session(writes=True, patient=patient) as session:
            yield session

    def together(self, write_all: WriteAll[T, R], item: T) -> R:
        """Write an item in one transaction with those that other threads give to the same function just now.

        Returns, or raises, what `write_all` returned for it; it is committed then. One that it calls Alone is
        written alone after all, and so is each of a group that failed: what goes wrong with one item goes
        wrong for it alone. Raises DatabaseUnavailable.
        """
        with self._grouping:
            if write_all not in self._groups:
                self._groups[write_all] = Together(partial(self._write_group, write_all))
            group: Together[T, R] = self._groups[write_all]
        try:
            return group(item)
        except Alone:
            return self.alone(write_all, item)

    def alone(self, write_all: WriteAll[T, R], item: T) -> R:
        """Write an item by itself; it waits for rows as usual, and nobody waits for it."""
        (end,) = self._write_all(write_all, [item], waits=True)
        if isinstance(end, Exception):
            raise end
        return end

    def _write_group(self, write_all: WriteAll[T, R], items: Sequence[T]) -> Sequence[R | Exception]:
        try:
            return self._write_all(write_all, items, waits=False)
        except DatabaseUnavailable:
            raise
        except Exception as failed:  # noqa: BLE001 - whose fault it is shows when each is written alone
            # The kind alone: its text may quote a row. A fault of groups would else show as slowness only.
            logger.warning(
                "%d writes failed together (%s), each is written alone", len(items), type(failed).__name__
            )
            return [Alone() for _ in items]

    def _write_all(
        self, write_all: WriteAll[T, R], items: Sequence[T], *, waits: bool
    ) -> Sequence[R | Exception]:
        with self.write() as session:
            return write_all(session, items, self.clock(), waits)

    @contextmanager
    def read(self, *, patient: bool = False) -> Iterator[Session]:
        """A consistent look without a write lock; `patient` as for `write`. Raises DatabaseUnavailable."""
        with self._session(writes=False, patient=patient) as session:
            yield session

    @contextmanager
    def _session(self, *, writes: bool, patient: bool) -> Iterator[Session]:
        engine = self.engine.execution_options(bpjs_writes=writes)
        try:
            with Session(engine, expire_on_commit=False) as session, session.begin():
                if patient:
                    be_patient(session)
                yield session
        except IntegrityError:
            # A driver quotes the whole refused row in its text, body and all.
            raise ConstraintViolated("Basis data menolak perubahan yang bertentangan; coba lagi.") from None
        except SQLAlchemyError as cause:
            kind = ValueRefused if _is_of_a_value(cause) else DatabaseUnavailable
            raise kind(sentence(cause)) from None

    def close(self) -> None:
        """Return all connections."""
        self.engine.dispose()


def said_skew(database: Database) -> str | None:
    """In Indonesian, that this machine's clock differs from the server's; None when it does not.

    Raises DatabaseUnavailable.
    """
    try:
        return say_skew(database.engine)
    except SQLAlchemyError as cause:
        raise DatabaseUnavailable(sentence(cause)) from None


def _is_of_a_value(cause: SQLAlchemyError) -> bool:
    """Whether one value is at fault: it does not fit its column, or is no text."""
    if isinstance(cause, DBAPIError):
        return isinstance(cause, DataError) or "could not decode" in str(cause.orig).lower()
    return isinstance(cause, StatementError)


BUSY = "Basis data sedang dipakai proses lain terlalu lama; coba lagi."

# What a driver says (lower case) -> what we say. The driver's own text may quote a row: it stays here.
_SENTENCES = (
    ("disk is full", "Disk basis data penuh; kosongkan ruang lalu coba lagi."),
    ("no space left", "Disk basis data penuh; kosongkan ruang lalu coba lagi."),
    ("could not extend file", "Disk basis data penuh; kosongkan ruang lalu coba lagi."),
    ("disk i/o error", "Disk basis data gagal dibaca atau ditulis; periksa ruang dan keadaannya."),
    ("readonly database", "Berkas basis data tidak dapat ditulis; periksa izinnya."),
    (
        "read-only transaction",
        "Basis data hanya dapat dibaca; periksa apakah BPJS_DATABASE_URL server utamanya.",
    ),
    (
        "unable to open database file",
        "Berkas basis data tidak dapat dibuka; periksa izinnya dan BPJS_DATABASE_URL.",
    ),
    ("file is not a database", "Berkas pada BPJS_DATABASE_URL bukan basis data SQLite."),
    ("malformed", "Berkas basis data rusak; pulihkan dari cadangan."),
    ("could not decode", "Ada teks yang bukan UTF-8, mungkin di tabel intake; perbaiki atau hapus barisnya."),
    ("locked", BUSY),
    ("lock timeout", BUSY),
    ("deadlock", BUSY),
    ("statement timeout", "Basis data terlalu lama mengerjakan satu perintah; coba lagi."),
    ("idle-in-transaction", "Proses ini terhenti terlalu lama di tengah perubahan; coba lagi."),
    ("wait timeout", "Basis data tidak menjawab; periksa jaringannya lalu coba lagi."),
    ("authentication failed", "Basis data menolak nama pengguna atau kata sandi pada BPJS_DATABASE_URL."),
    ("does not exist", "Basis data, pengguna, atau tabelnya tidak ada; periksa BPJS_DATABASE_URL."),
    ("resol", "Nama server basis data tidak dikenal; periksa BPJS_DATABASE_URL."),
    ("name or service", "Nama server basis data tidak dikenal; periksa BPJS_DATABASE_URL."),
    ("connect", "Basis data tidak dapat dihubungi; periksa BPJS_DATABASE_URL dan apakah servernya hidup."),
    ("errno", "Map berkas basis data tidak dapat dibuat; periksa izinnya dan BPJS_DATABASE_URL."),
)


_NO_ADDRESS = "BPJS_DATABASE_URL bukan alamat basis data yang sah."


def sentence(cause: BaseException) -> str:
    """One clear sentence for a person, without the driver's own text."""
    said = str(getattr(cause, "orig", None) or cause).lower()
    for part, ours in _SENTENCES:
        if part in said:
            return ours
    return f"Basis data gagal dipakai ({type(getattr(cause, 'orig', None) or cause).__name__})."


def parse_url(text: str) -> URL:
    """Read `BPJS_DATABASE_URL`; raises DatabaseUnavailable with a sentence that does not echo it."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # a port that is no number is a ValueError that quotes it
        raise DatabaseUnavailable(_NO_ADDRESS) from None
    if url.drivername in {"postgres", "postgresql"}:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise DatabaseUnavailable("BPJS_DATABASE_URL harus sqlite:///… atau postgresql://….")
    if is_file_address(url) and _is_in_memory(url):
        raise DatabaseUnavailable(
            "BPJS_DATABASE_URL harus menunjuk berkas; yang di memori hilang bersama prosesnya."
        )
    return url


def _is_in_memory(url: URL) -> bool:
    where = url.database or ":memory:"
    return ":memory:" in where or url.query.get("mode") == "memory"


def open_database(settings: DatabaseSettings | None = None, *, clock: Clock | None = None) -> Database:
    """Connect and bring the tables up to date (created by itself on first use).

    Without `settings` those of this process count, and with them which clinics have a credential.
    Raises DatabaseUnavailable, DataKeyMissing, with one sentence for a person.
    """
    only_utama = settings is None and DatabaseSettings().only_utama
    settings = settings or DatabaseSettings()
    url = parse_url(settings.database_url.get_secret_value())
    try:
        engine = make_engine(url)
        if is_file_address(url):
            keep_to_owner(url)  # before the first connection, which would make the file
        keyring = keyring_of(settings)
        upgrade(engine)
        agree(engine, keyring)
        zone = ZoneInfo(settings.timezone)
        database = Database(engine, timezone=zone, clock=clock, only_utama=only_utama)
        database.clock()  # a server is asked once here, so that telling the time never fails later
    except (SQLAlchemyError, OSError) as cause:
        raise DatabaseUnavailable(sentence(cause)) from None
    except ValueError:  # a driver refuses a part of the address, such as an impossible name
        raise DatabaseUnavailable(_NO_ADDRESS) from None
    engine.dialect.bpjs_keyring = keyring  # type: ignore[attr-defined] # where the column types find it
    return database


def make_engine(url: URL) -> Engine:
    """An engine whose error texts never hold parameters (they are bodies and card numbers)."""
    if not is_file_address(url):
        return _make_postgresql(url, PATIENCE)
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=POOL_SIZE,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_postgresql(url: URL, patience: Patience) -> Engine:
    # A parameter that the address itself names is left as it is there.
    ours = {name: value for name, value in patience.of_driver().items() if name not in url.query}
    engine = create_engine(url, hide_parameters=True, pool_size=POOL_SIZE, connect_args=ours)
    event.listen(engine, "do_connect", connect_listening)
    event.listen(engine, "connect", lambda connection, _record: patience.apply(connection))
    event.listen(engine, "checkout", partial(_ping_if_idle, patience))
    event.listen(engine, "checkin", partial(_note_use, patience))
    return engine


def _ping_if_idle(patience: Patience, connection: Any, record: Any, _proxy: object) -> None:
    """Ask whether a connection is alive that lay in the pool, where it may have been cut.

    Asking costs as much as a query, so one that was used just now is not asked; if it is cut all the same,
    its failure empties the whole pool.
    """
    if time.monotonic() - record.info.get("used", 0.0) < IDLE_SECONDS:
        return
    if not is_alive(connection, patience.ping):
        raise InvalidatePoolError from None  # the others lay as long, and would each be waited for in turn


def _note_use(patience: Patience, connection: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()
    if connection is not None:
        connection.answers_within = patience.answer  # after a patient transaction


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    _use_wal(connection)
    # FULL keeps an accepted job through a power cut.
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: Any) -> None:
    """Let readers go on while a job is written. SQLite refuses one of two first starts at once: try again."""
    give_up = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as refused:
            if "locked" not in str(refused) or time.monotonic() > give_up:
                raise
            time.sleep(WAL_RETRY_SECONDS)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE takes the write lock first: two writers queue instead of failing half-way.
    writes = connection.get_execution_options().get("bpjs_writes", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
