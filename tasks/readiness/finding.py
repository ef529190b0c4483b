"""One thing that a job lacks, as the API, the terminal and the page show it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_UNREADABLE = "tidak-terbaca"
_OF_FRAME = frozenset({_UNREADABLE, "kunci-dipakai"})


class Weight(StrEnum):
    """How sure it is that the job will not go through as it is."""

    CERTAIN = "pasti ditolak"  # by our own check, by what stands before it here, or by BPJS
    POSSIBLE = "mungkin"  # a hint, or something that cannot be judged from here


@dataclass(frozen=True)
class Finding:
    """One thing that a job lacks. Its sentences are Indonesian and quote no value that was handed over.

    `rule`: the row of the table of rules. `field`: the wire path of the field (several: `kdPoli, kdDiag1`);
    empty when it is about the visit as a whole.
    """

    rule: str
    field: str
    says: str
    todo: str
    weight: Weight

    @property
    def is_of_frame(self) -> bool:
        """Whether its field is a part of the hand-over and not of the body."""
        return self.rule in _OF_FRAME

    @property
    def is_certain(self) -> bool:
        """Whether the job will surely not go through as it is."""
        return self.weight is Weight.CERTAIN


def unreadable(field: str, says: str) -> Finding:
    """A part of the frame that cannot be read: the job would not even be stored."""
    return Finding(_UNREADABLE, field, says, "Perbaiki bagian ini.", Weight.CERTAIN)


def any_certain(findings: Iterable[Finding]) -> bool:
    """Whether one of them is certain."""
    return any(finding.is_certain for finding in findings)
