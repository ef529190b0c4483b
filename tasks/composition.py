"""The composition root: builds what tasks work with, once per process, from the settings.

A task takes its job and nothing else, so what it needs besides comes from here; a test or another entry point
puts its own in place with `using`.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from uuid import uuid4

from bpjs_client.jenis import Service
from bpjs_client.jobs import Bpjs
from database import Database, open_database
from database.belonging import check_belonging, note_belonging, note_clinics
from database.errors import OtherBpjs
from database.faskes_name import said_name
from database.services.pauses import resume_changed
from tasks.clinics import Clinics, UnknownClinic, configured_clinics
from tasks.delivery.harmless_reads import HarmlessReads
from tasks.delivery.in_hand import InHand
from tasks.reference_data.book import ReferenceBook
from tasks.settings import DeliverySettings


def new_owner() -> str:
    """A name for this process's leases that no other process, now or later, shares."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid4().hex[:12]}"


def by_settings(faskes: str) -> Bpjs:
    """A clinic's way to BPJS as the settings say. Raises UnknownClinic."""
    return Bpjs(configured_clinics().settings(faskes))


@dataclass
class Composition:
    """The database, the way to BPJS and the settings that every task of this process shares."""

    settings: DeliverySettings = field(default_factory=DeliverySettings)
    open_database: Callable[[], Database] = open_database
    open_bpjs: Callable[[str], Bpjs] = by_settings
    clinics: Clinics = field(default_factory=configured_clinics)
    owner: str = field(default_factory=new_owner)
    # Set by a shutdown: finish what is in flight, claim no more.
    stop: threading.Event = field(default_factory=threading.Event)
    in_hand: InHand = field(default_factory=InHand, repr=False)
    _noted: set[tuple[str, Service]] = field(default_factory=set, repr=False)
    _opened: dict[str, Bpjs] = field(default_factory=dict)
    _opening: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def database(self) -> Database:
        """Opened on first use, when it belongs to the BPJS of the settings.

        Raises OtherBpjs, DatabaseUnavailable.
        """
        database = self.open_database()
        if self.open_bpjs is by_settings:
            check_belonging(database, self._addresses)
        if self.clinics.from_file:
            note_clinics(database, self.clinics.names)
        return database

    @cached_property
    def _addresses(self) -> Mapping[tuple[str, Service], str]:
        return self.clinics.addresses()

    def note_belonging(self, faskes: str, service: Service) -> None:
        """Note, before the first request leaves, which BPJS the database belongs to.

        Raises OtherBpjs where it belongs to another (this process then stops), DatabaseUnavailable.
        """
        who = (self.clinics.key(faskes), service)
        if who in self._noted or self.open_bpjs is not by_settings:
            return  # who brings a way of their own knows where it leads
        try:
            note_belonging(self.database, *who, self._addresses[who])
        except OtherBpjs as error:
            logger.error("stopping: %s", error)  # noqa: TRY400 - a sentence is enough
            self.stop.set()
            raise
        self._noted.add(who)

    @cached_property
    def harmless_reads(self) -> HarmlessReads:
        """The questions that tell a job's trouble from its service's."""
        return HarmlessReads(self.bpjs)

    def bpjs(self, faskes: str) -> Bpjs:
        """The two BPJS services for a clinic, opened on first use. Raises UnknownClinic."""
        key = self.clinics.key(faskes)
        with self._opening:
            if key not in self._opened:
                self._opened[key] = self.open_bpjs(key)
            return self._opened[key]

    @cached_property
    def book(self) -> ReferenceBook:
        """The clinic's reference data, for checking codes."""
        return ReferenceBook(self.database)

    def credential_mark(self, faskes: str, service: Service) -> str:
        """A mark that changes when the clinic's credential is replaced; empty for an unknown clinic."""
        try:
            return self.bpjs(faskes).credential_mark(service)
        except UnknownClinic:
            return ""

    def resume_after_new_credential(self) -> None:
        """Lift the pause of each service whose credential was replaced. Raises DatabaseUnavailable."""
        for faskes, service in resume_changed(self.database, self.credential_mark):
            name = said_name(faskes, self.clinics.known)
            logger.info("%s of %s resumes: its credential was replaced", service, name)


logger = logging.getLogger(__name__)
_lock = threading.RLock()
_present: list[Composition] = []


def composition() -> Composition:
    """The composition in force; made from the settings when nothing was put in place."""
    with _lock:
        if not _present:
            _present.append(Composition())
        return _present[-1]


@contextmanager
def using(mine: Composition) -> Iterator[Composition]:
    """Put a composition in place for the length of a `with` block (for all threads of the process)."""
    with _lock:
        _present.append(mine)
    try:
        yield mine
    finally:
        with _lock:
            _present.remove(mine)
