"""The name of a clinic's service, which flows, is tried again or stopped as a whole or in one job type."""

from typing import NamedTuple

WHOLE = ""  # the jenis of what is said of a whole service


class ClinicService(NamedTuple):
    """One service that one clinic calls, such as PCare of `utama`; with a `jenis`, that job type at it."""

    faskes: str
    service: str
    jenis: str = WHOLE

    @property
    def whole(self) -> "ClinicService":
        """The service that a jenis belongs to."""
        return ClinicService(self.faskes, self.service)
