"""People for tests: one of each role, with passwords that nobody else has."""

from database import Database
from database.people.people import Person, Role, add_person

PASSWORD = "kopi-tubruk-pagi-7"
OTHER_PASSWORD = "teh-melati-sore-9"


def an_admin(database: Database, name: str = "budi", *clinics: str) -> Person:
    """An admin of these clinics, else of `utama`."""
    return add_person(
        database, name, PASSWORD, role=Role.ADMIN, satusehat=True, clinics=clinics or ("utama",)
    )


def a_superadmin(database: Database, name: str = "sari") -> Person:
    """Somebody who sees all."""
    return add_person(database, name, PASSWORD, role=Role.SUPERADMIN, satusehat=True, clinics=())
