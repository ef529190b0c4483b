"""A database belongs to one BPJS, noted before the first request leaves, and refuses to be used at another.

Invented patients must never reach the real BPJS, nor the references of one BPJS refuse the jobs of another;
and what may be at one BPJS is not looked for at another, where its absence would prove nothing.
So a process that would send compares the addresses in its settings with those noted here, before it claims.
An address that never took or gave anything is a mistyped one, and gives way to the next.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import bindparam, or_, select, text
from sqlalchemy.orm import Session

from bpjs_client.jenis import Jenis, Service
from bpjs_client.settings import SIMULATOR
from bpjs_client.web_address import is_loopback
from database.errors import MoveRefused, OtherBpjs
from database.storage.engine import Database
from database.storage.models import Attempt, Belonging, Job, Sync, UtcDateTime
from database.vocabulary import NEVER_LEFT

Addresses = Mapping[tuple[str, Service], str]  # by faskes and service, as `BpjsSettings.place` gives them


def check_belonging(database: Database, addresses: Addresses) -> None:
    """Raises OtherBpjs when one of these clinics was served at another address, DatabaseUnavailable.

    So too where patients of the simulator and real ones would lie together, whosever they are.
    """
    _refuse_half_simulated(set(addresses.values()))
    with database.read() as session:
        noted = {(row.faskes, row.service): row.address for row in session.scalars(select(Belonging))}
        there, ours = set(noted.values()), set(addresses.values())
        _refuse_beside_others(there, ours)
        if SIMULATOR in there and ours and SIMULATOR not in ours:
            raise OtherBpjs(_sentence(SIMULATOR, min(ours)))
        for (faskes, service), address in addresses.items():
            was = noted.get((faskes, service.value))
            if was not in (None, address) and not _gives_way(session, faskes, service, was, address):
                raise OtherBpjs(_sentence(was, address))


def note_clinics(database: Database, names: Collection[str]) -> None:
    """Let every process that hands over know which clinics have a credential. Raises DatabaseUnavailable."""
    with database.read() as session:
        known = set(session.scalars(select(Belonging.faskes)))
    if set(names) - known:
        with database.write() as session:
            now = database.clock()
            for faskes in sorted(set(names) - known):
                for service in Service:
                    _make(session, faskes, service, {"address": None, "since": now})


def has_credential(database: Database, faskes: str) -> bool:
    """Whether a dispatcher ever had a credential for this clinic. Raises DatabaseUnavailable."""
    with database.read() as session:
        return session.scalar(select(Belonging.faskes).where(Belonging.faskes == faskes).limit(1)) is not None


def note_belonging(database: Database, faskes: str, service: Service, address: str) -> None:
    """Note that something of a clinic is about to leave for BPJS at this address, or came from there.

    Raises OtherBpjs when another took or gave something before, DatabaseUnavailable.
    """
    with database.write() as session:
        now = database.clock()
        _refuse_beside_others(set(session.scalars(select(Belonging.address))), {address})
        _make(session, faskes, service, {"address": address, "since": now})
        row = session.get_one(Belonging, (faskes, service.value), with_for_update=True)
        was = row.address
        if was == address:
            return
        if was is not None and not _gives_way(session, faskes, service, was, address):
            raise OtherBpjs(_sentence(was, address))
        row.address, row.since = address, now


def move_belonging(
    database: Database, addresses: Addresses, *, reason: str, by: str
) -> list[tuple[str, str]]:
    """Note, at a person's word, that BPJS moved to these addresses; returns from where to where each moved.

    Raises MoveRefused where one of the two is the simulator, DatabaseUnavailable.
    """
    moved = []
    with database.write() as session:
        for (faskes, service), address in addresses.items():
            row = session.get(Belonging, (faskes, service.value), with_for_update=True)
            if row is None or row.address in (None, address):
                continue
            if SIMULATOR in (row.address, address):
                raise MoveRefused(_sentence(row.address, address))
            moved.append((row.address, address))
            row.address, row.since = address, database.clock()
            row.by, row.reason = by, reason
    return moved


def _gives_way(session: Session, faskes: str, service: Service, was: str, address: str) -> bool:
    """Whether nothing can have reached the noted address or come from it; the simulator's never gives way."""
    if SIMULATOR in (was, address):
        return False
    jenis = [each.value for each in Jenis if each.service is service]
    may_have_arrived = or_(Attempt.outcome.is_(None), Attempt.outcome.not_in(NEVER_LEFT))
    reached = (
        select(Attempt.id)
        .join(Job, Job.id == Attempt.job_id)
        .where(Job.faskes == faskes, Job.jenis.in_(jenis), may_have_arrived)
    )
    read = select(Sync.id).where(Sync.faskes == faskes, Sync.layanan == service.value, Sync.error.is_(None))
    return session.scalar(reached.limit(1)) is None and session.scalar(read.limit(1)) is None


def _refuse_half_simulated(ours: Collection[str]) -> None:
    if SIMULATOR in ours and (real := _elsewhere(ours)):
        raise OtherBpjs(
            f"Alamat BPJS menunjuk simulator untuk sebagian dan {real} untuk sebagian; isi semuanya di .env."
        )


def _refuse_beside_others(noted: Collection[str | None], ours: Collection[str]) -> None:
    """Refuse patients of the simulator and of a real BPJS in one database, whatever clinic they are of."""
    if SIMULATOR in noted and (real := _elsewhere(ours)):
        raise OtherBpjs(_sentence(SIMULATOR, real))
    if SIMULATOR in ours and (real := _elsewhere(noted)):
        raise OtherBpjs(_sentence(real, SIMULATOR))


def _elsewhere(addresses: Collection[str | None]) -> str | None:
    """One of the addresses that is neither the simulator nor another double on this machine."""
    return next((each for each in addresses if each not in (None, SIMULATOR) and not _is_here(each)), None)


def _is_here(address: str) -> bool:
    """Whether an address, as `place_of` writes it, is this machine's own."""
    host = address.partition("/")[0]
    return is_loopback(host) or is_loopback(host.rpartition(":")[0])


def _make(session: Session, faskes: str, service: Service, values: Mapping[str, object]) -> None:
    session.execute(_MAKE, {"faskes": faskes, "service": service.value, **values})


_MAKE = text(
    "INSERT INTO belongings (faskes, service, address, since)"
    " VALUES (:faskes, :service, :address, :since) ON CONFLICT DO NOTHING"
).bindparams(bindparam("since", type_=UtcDateTime))


def _sentence(was: str, address: str) -> str:
    if was == SIMULATOR:
        return (
            f"Basis data ini berisi pasien contoh dari simulator dan tidak dikirim ke {address}; {_ANOTHER}."
        )
    if address == SIMULATOR:
        return f"Basis data ini milik BPJS di {was}, bukan simulator; {_ANOTHER}."
    return f"Basis data ini milik BPJS di {was}, bukan {address}; {_ANOTHER}, atau {_MOVED}."


_ANOTHER = "isi BPJS_DATABASE_URL dengan basis data lain"
_MOVED = "jalankan `bpjs pindah-bpjs` bila BPJS yang sama pindah alamat"
