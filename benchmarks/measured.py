"""The measurement of one way of sending."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """How many jobs a way delivered, and in how many seconds."""

    way: str
    jobs: int
    seconds: float

    @property
    def rate(self) -> float:
        """Jobs a second."""
        return self.jobs / self.seconds
