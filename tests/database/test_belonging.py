"""A database knows which BPJS it belongs to, and which clinics have a credential."""

import pytest

from bpjs_client.jenis import Service
from bpjs_client.settings import SIMULATOR
from database import Database, MoveRefused
from database.belonging import check_belonging, has_credential, move_belonging, note_belonging, note_clinics
from database.errors import OtherBpjs
from database.jobs.attempts import Evidence
from database.jobs.moves import record
from database.storage.models import Sync
from tests.database.clinic import Clinic

REAL, OTHER = "bpjs.example/pcare-rest", "baru.example/pcare-rest"
PCARE = ("utama", Service.PCARE)


def test_a_database_that_nobody_used_belongs_to_whoever_comes(database: Database) -> None:
    check_belonging(database, {PCARE: REAL})
    check_belonging(database, {PCARE: SIMULATOR})


def read_at(database: Database, address: str, faskes: str = "utama") -> None:
    """References came from BPJS at this address."""
    for _ in range(2):
        note_belonging(database, faskes, Service.PCARE, address)
    with database.write() as session:
        at, counts = database.clock(), dict.fromkeys(["count", "added", "changed", "removed"], 1)
        session.add(Sync(faskes=faskes, layanan="pcare", jenis="poli", started_at=at, seconds=0.1, **counts))


def sent_at(clinic: Clinic, address: str, outcome: str | None) -> None:
    """A registration left for this address, and so it ended; None: nobody knows yet."""
    note_belonging(clinic.database, *PCARE, address)
    job = clinic.take(clinic.hand_over("tambah-pendaftaran"))
    attempt = clinic.leave(job)
    if outcome is not None:
        record(clinic.database, clinic.held(job), attempt=attempt, evidence=Evidence(outcome))


def test_an_address_that_nothing_reached_gives_way_to_the_next(clinic: Clinic) -> None:
    """A mistyped address is mended in the settings, and nothing else need be said."""
    sent_at(clinic, "mistyped.example/pcare-rest", "not-sent")
    with pytest.raises(OtherBpjs):
        check_belonging(clinic.database, {PCARE: SIMULATOR})
    check_belonging(clinic.database, {PCARE: REAL})
    note_belonging(clinic.database, *PCARE, REAL)
    check_belonging(clinic.database, {PCARE: REAL})


@pytest.mark.parametrize("outcome", [None, "unknown", "temporary", "rejected", "success"])
def test_what_may_have_arrived_ties_the_database(clinic: Clinic, outcome: str | None) -> None:
    """At another address it would not be found, and its absence there would be taken for proof."""
    sent_at(clinic, REAL, outcome)
    for address in (OTHER, SIMULATOR):
        with pytest.raises(OtherBpjs):
            check_belonging(clinic.database, {PCARE: address})
        with pytest.raises(OtherBpjs):
            note_belonging(clinic.database, *PCARE, address)
    check_belonging(clinic.database, {("utama", Service.ANTREAN): OTHER, ("lain", Service.PCARE): OTHER})


def test_it_belongs_to_the_bpjs_that_first_took_something(database: Database) -> None:
    read_at(database, REAL)
    check_belonging(
        database, {PCARE: REAL, ("utama", Service.ANTREAN): OTHER, ("lain", Service.PCARE): OTHER}
    )
    for address in (OTHER, SIMULATOR):
        with pytest.raises(OtherBpjs, match=r"milik BPJS di bpjs\.example/pcare-rest"):
            check_belonging(database, {PCARE: address})
        with pytest.raises(OtherBpjs):
            note_belonging(database, *PCARE, address)


def test_invented_patients_are_named_when_the_real_bpjs_comes(database: Database) -> None:
    note_belonging(database, *PCARE, SIMULATOR)
    with pytest.raises(OtherBpjs, match=r"^Basis data ini berisi pasien contoh dari simulator"):
        check_belonging(database, {PCARE: REAL})


OF_OTHERS = [("klinik-a", Service.PCARE), ("utama", Service.ANTREAN)]
LOCAL = "127.0.0.1:22000/pcare-rest"


@pytest.mark.parametrize("whose", OF_OTHERS)
@pytest.mark.parametrize(("was", "now"), [(SIMULATOR, REAL), (SIMULATOR, LOCAL), (REAL, SIMULATOR)])
def test_a_database_holds_no_invented_patients_beside_those_of_another_clinic_or_service(
    database: Database, whose: tuple[str, Service], was: str, now: str
) -> None:
    """A file of clinics without `utama`, or one service alone, brings no real patient into the sample day."""
    note_belonging(database, *PCARE, was)
    with pytest.raises(OtherBpjs):
        check_belonging(database, {whose: now})


@pytest.mark.parametrize("whose", OF_OTHERS)
@pytest.mark.parametrize(("was", "now"), [(SIMULATOR, REAL), (REAL, SIMULATOR)])
def test_nor_does_a_process_that_was_there_before_bring_them_in(
    database: Database, whose: tuple[str, Service], was: str, now: str
) -> None:
    note_belonging(database, *PCARE, was)
    with pytest.raises(OtherBpjs):
        note_belonging(database, *whose, now)


def test_settings_that_name_the_simulator_for_one_service_alone_are_refused(database: Database) -> None:
    with pytest.raises(OtherBpjs, match=r"simulator untuk sebagian .* bpjs\.example/pcare-rest"):
        check_belonging(database, {PCARE: REAL, ("utama", Service.ANTREAN): SIMULATOR})


@pytest.mark.parametrize("address", [LOCAL, "localhost/antreanfktp", "::1:22000/antreanfktp", "::1/x"])
def test_two_doubles_of_this_machine_may_serve_one_database(database: Database, address: str) -> None:
    """Whoever tries a fault puts a double of their own before one service."""
    both = {PCARE: SIMULATOR, ("utama", Service.ANTREAN): address}
    for _ in range(2):
        check_belonging(database, both)
        for whose, place in both.items():
            note_belonging(database, *whose, place)


def test_a_person_says_that_bpjs_moved(database: Database) -> None:
    read_at(database, REAL)
    moved = move_belonging(
        database, {PCARE: OTHER, ("utama", Service.ANTREAN): OTHER}, reason="edaran", by="Sari"
    )
    assert moved == [(REAL, OTHER)]
    check_belonging(database, {PCARE: OTHER})
    assert move_belonging(database, {PCARE: OTHER}, reason="edaran", by="Sari") == []


@pytest.mark.parametrize(("was", "now"), [(SIMULATOR, REAL), (REAL, SIMULATOR)])
def test_what_is_invented_never_moves_to_the_real_bpjs_nor_back(
    database: Database, was: str, now: str
) -> None:
    note_belonging(database, *PCARE, was)
    with pytest.raises(MoveRefused):
        move_belonging(database, {PCARE: now}, reason="x", by="y")
    check_belonging(database, {PCARE: was})


def test_who_hands_over_knows_the_clinics_that_a_dispatcher_has_a_credential_for(database: Database) -> None:
    for _ in range(2):
        note_clinics(database, ["klinik-a", "klinik-b"])
    assert has_credential(database, "klinik-a")
    assert not has_credential(database, "klinik-c")
    read_at(database, REAL, "klinik-a")
    with pytest.raises(OtherBpjs):
        check_belonging(database, {("klinik-a", Service.PCARE): OTHER})
