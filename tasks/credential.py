"""What a refused credential leads to: its service is paused, so that no queue is burnt on it."""

from bpjs_client.errors import BpjsError, Unauthorized
from bpjs_client.identifiers import without_identifiers
from bpjs_client.jenis import Service
from database.services import pause
from tasks.composition import Composition


def pause_service(at: Composition, faskes: str, service: Service, why: str) -> None:
    """Pause a service until its credential changes or a person resumes it. Raises DatabaseUnavailable."""
    mark = at.credential_mark(faskes, service)
    pause(at.database, faskes, service, without_identifiers(why), mark=mark)


def is_refused(at: Composition, faskes: str, service: Service, refusal: BpjsError) -> bool:
    """Whether a refusal concerns the credential: for a 401 of unknown meaning a harmless read decides.

    Raises BpjsError when that read found nothing out.
    """
    if getattr(refusal, "text_known", True):
        return True
    try:
        at.bpjs(faskes).probe(service)
    except Unauthorized:
        return True
    return False
