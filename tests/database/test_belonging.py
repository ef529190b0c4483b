"""A database knows which BPJS it belongs to, and which clinics have a credential."""

import pytest

from bpjs_client.jenis import Service
from bpjs_client.settings import SIMULATOR
from database import Database, MoveRefused
from database.belonging import check_belonging, has_credential, move_belonging, note_clinics, note_taken
from database.errors import OtherBpjs

REAL, OTHER = "bpjs.example/pcare-rest", "baru.example/pcare-rest"
PCARE = ("utama", Service.PCARE)


def test_a_database_that_nobody_used_belongs_to_whoever_comes(database: Database) -> None:
    check_belonging(database, {PCARE: REAL})
    check_belonging(database, {PCARE: SIMULATOR})


def test_it_belongs_to_the_bpjs_that_first_took_something(database: Database) -> None:
    for _ in range(2):
        note_taken(database, *PCARE, REAL)
    check_belonging(
        database, {PCARE: REAL, ("utama", Service.ANTREAN): OTHER, ("lain", Service.PCARE): OTHER}
    )
    for address in (OTHER, SIMULATOR):
        with pytest.raises(OtherBpjs, match=r"milik BPJS di bpjs\.example/pcare-rest"):
            check_belonging(database, {PCARE: address})
        with pytest.raises(OtherBpjs):
            note_taken(database, *PCARE, address)


def test_invented_patients_are_named_when_the_real_bpjs_comes(database: Database) -> None:
    note_taken(database, *PCARE, SIMULATOR)
    with pytest.raises(OtherBpjs, match=r"^Basis data ini berisi pasien contoh dari simulator"):
        check_belonging(database, {PCARE: REAL})


def test_a_person_says_that_bpjs_moved(database: Database) -> None:
    note_taken(database, *PCARE, REAL)
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
    note_taken(database, *PCARE, was)
    with pytest.raises(MoveRefused):
        move_belonging(database, {PCARE: now}, reason="x", by="y")
    check_belonging(database, {PCARE: was})


def test_who_hands_over_knows_the_clinics_that_a_dispatcher_has_a_credential_for(database: Database) -> None:
    for _ in range(2):
        note_clinics(database, ["klinik-a", "klinik-b"])
    assert has_credential(database, "klinik-a")
    assert not has_credential(database, "klinik-c")
    note_taken(database, "klinik-a", Service.PCARE, REAL)
    with pytest.raises(OtherBpjs):
        check_belonging(database, {("klinik-a", Service.PCARE): OTHER})
