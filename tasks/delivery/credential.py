"""What a refused credential leads to: its service is paused, so that no queue is burnt on it."""

from bpjs_client.identifiers import without_identifiers
from bpjs_client.jenis import Service
from database.services.harmless_read import Reading, judge
from database.services.pauses import pause
from tasks.composition import Composition


def pause_service(at: Composition, faskes: str, service: Service, why: str) -> None:
    """Pause a service until its credential changes or a person resumes it. Raises DatabaseUnavailable."""
    mark = at.credential_mark(faskes, service)
    pause(at.database, faskes, service, without_identifiers(why), mark=mark)


def ask_and_judge(at: Composition, faskes: str, service: Service, *, since: float) -> Reading:
    """Ask the service a harmless question and draw the consequence; `since`: see `HarmlessReads.ask`.

    Raises DatabaseUnavailable.
    """
    reading = at.harmless_reads.ask(faskes, service, since=since)
    judge_by(at, faskes, service, reading)
    return reading


def judge_by(at: Composition, faskes: str, service: Service, reading: Reading) -> None:
    """Draw the consequence of a harmless question's answer. Raises DatabaseUnavailable."""
    mark = at.credential_mark(faskes, service)
    judge(at.database, faskes, service, reading, probes=at.settings.waits.probes, mark=mark)
