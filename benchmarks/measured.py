"""The measurement of one way of sending."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """The number of jobs that a way delivered, and the seconds that it took."""

    way: str
    jobs: int
    seconds: float

    @property
    def rate(self) -> float:
        """Jobs a second."""
        return self.jobs / self.seconds
