"""What can go wrong with a request, by what happens next.

BpjsError
├── NotSent           no byte reached BPJS: send again, no attempt is used up
├── Temporary         BPJS refuses for now, or a read failed: ask again later
├── Unknown           a write left and no clear answer came: look first, never just repeat
├── Rejected          BPJS refuses these data: a person corrects them and sends again
├── AlreadyThere      BPJS has it: read its number back
├── NeedsPredecessor  the registration is missing: send that first
├── NeedsPatient      the patient must act (health screening), then send unchanged
├── Unauthorized      the credential is refused: pause the service, keep the queue
└── NotFound          what was asked for or to be deleted is not there: look, then done
"""

from typing import ClassVar

from bpjs_client.bodies import FieldError
from bpjs_client.exchange import Exchange
from bpjs_client.words import words_of


class BpjsError(Exception):
    """A request that did not succeed; its text is a short Indonesian reason without identifiers."""

    outcome: ClassVar[str]

    def __init__(self, reason: str, exchange: Exchange, fields: tuple[FieldError, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.exchange = exchange
        self.fields = fields

    @property
    def words(self) -> str:
        """What BPJS said, with whatever names the patient masked; "" when it said nothing."""
        return words_of(self.exchange)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.exchange!r}>"


class NotSent(BpjsError):
    """Nothing reached BPJS (DNS, refused, TLS, connect timeout): repeating it is safe."""

    outcome = "not-sent"


class Temporary(BpjsError):
    """Not now: ask again later, after ``exchange.retry_after`` seconds when BPJS names them."""

    outcome = "temporary"


class Unknown(BpjsError):
    """A write left and its answer was lost or unreadable: find out before sending again."""

    outcome = "unknown"


class Rejected(BpjsError):
    """BPJS (or our own check) refuses the data: a person corrects ``fields`` and sends again."""

    outcome = "rejected"


class AlreadyThere(BpjsError):
    """BPJS has it already: read the number back."""

    outcome = "already-there"


class NeedsPredecessor(BpjsError):
    """BPJS misses the registration that this visit belongs to: that one goes first."""

    outcome = "needs-predecessor"


class NeedsPatient(BpjsError):
    """The patient must act first (health screening); the same data can go again afterwards."""

    outcome = "needs-patient"


class Unauthorized(BpjsError):
    """The credential or the route is refused: pause the service instead of burning its queue.

    ``expired`` tells a refused timestamp (after its one re-signed try, so the clock is wrong);
    ``text_known`` is False for a 401 whose text no source shows, which may be a business refusal.
    """

    outcome = "unauthorized"

    def __init__(
        self,
        reason: str,
        exchange: Exchange,
        fields: tuple[FieldError, ...] = (),
        *,
        expired: bool = False,
        text_known: bool = True,
    ) -> None:
        super().__init__(reason, exchange, fields)
        self.expired = expired
        self.text_known = text_known


class NotFound(BpjsError):
    """Not there: a delete has nothing to delete, or a read's subject does not exist."""

    outcome = "not-found"
