"""A participant is counted by a keyed hash of clinic and card, so that nobody is named by being counted.

The mark of sixteen bits (patient_mark.py) is shared by thousands and cannot count. This one is of 63 bits,
and who has no data key can neither compute it for a card nor tell that two clinics saw the same one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bpjs_client.bodies import card


@dataclass(frozen=True)
class Participant:
    """Whose card it is, until the row is stored; its repr names nobody."""

    card: str = field(repr=False)
    faskes: Callable[[], str] = field(repr=False, compare=False)

    def told(self) -> str:
        """The text that the mark is made of."""
        return f"{self.faskes()}\n{self.card}"


def participant_of(body: Mapping[str, object], faskes: Callable[[], str]) -> Participant | None:
    """The participant whom a body names; None when it names no card."""
    named = card(body)
    return None if named is None else Participant(named, faskes)
