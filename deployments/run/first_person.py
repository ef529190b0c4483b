"""Whoever starts a clinic for the first time gets a login to its page."""

import secrets

from database import Database
from database.people.people import Role, add_person, all_people

NAME = "admin"
_PASSWORD_BYTES = 12


def first_person(database: Database) -> str | None:
    """The password of a superadmin `admin` who was made just now; None: there are people already.

    Raises DatabaseUnavailable.
    """
    if all_people(database):
        return None
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    add_person(database, NAME, password, role=Role.SUPERADMIN, satusehat=True, clinics=())
    return password
