"""A terminal that has shown nothing for a second is told what goes on; nobody else is."""

import sys
import threading

SILENT_SECONDS = 1.0


class Patience:
    """Says once what a command is doing when it has not spoken in time; `over` when it speaks itself."""

    def __init__(self) -> None:
        self._doing = "Sebentar"
        self._timer: threading.Timer | None = None

    def begin(self) -> None:
        """Count the seconds from now on, where there is a terminal."""
        if sys.stderr is not None and sys.stderr.isatty():  # None: whoever started us closed it
            self._timer = threading.Timer(SILENT_SECONDS, self._say)
            self._timer.daemon = True
            self._timer.start()

    def doing(self, what: str) -> None:
        """Name in a few words what goes on now; it is said when it takes more than a second."""
        self.over()
        self._doing = what
        self.begin()

    def over(self) -> None:
        """Say nothing any more, for the command speaks itself or is at its end."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _say(self) -> None:
        sys.stderr.write(f"{self._doing} …\n")
        sys.stderr.flush()


patience = Patience()
