"""The one clinic that a page is about: somebody chooses among those that they see."""

from dataclasses import dataclass

from database.faskes_name import UTAMA
from database.views.clinics_here import clinics_here
from web.form import Form
from web.visitor import Visitor
from web.who import Forbidden

NOT_YOURS = "Faskes itu bukan faskes Anda, atau tidak ada di sini."
NONE = "Akun Anda belum memiliki faskes. Minta superadmin menambahkannya."


@dataclass(frozen=True)
class ChosenClinic:
    """The clinic, and all that could have been chosen."""

    name: str
    all: list[str]

    @property
    def in_address(self) -> dict[str, str]:
        """What names it in an address; nothing where there is no choice."""
        return {"faskes": self.name} if len(self.all) > 1 else {}


def clinics_of(by: Visitor) -> list[str]:
    """The clinics that somebody sees, by name. Raises DatabaseUnavailable."""
    return clinics_here(by.database, by.desk.known) if by.sees is None else sorted(by.sees)


def chosen_clinic(by: Visitor, form: Form) -> ChosenClinic:
    """The clinic that a form names, by default the first. Raises Forbidden (they do not see it)."""
    mine, typed = clinics_of(by), form.one("faskes")
    if not mine:
        raise Forbidden(NONE)
    if typed and typed not in mine:
        raise Forbidden(NOT_YOURS)
    return ChosenClinic(typed or (UTAMA if UTAMA in mine else mine[0]), mine)
