"""The errors of a request, told apart by what the caller does next.

BpjsError
├── NotSent           no byte reached BPJS: send again, no attempt is used up
│   └── Withheld      the caller said at the last moment that it must not leave
├── Temporary         BPJS refuses for now, or a read failed: ask again later
├── Unknown           a write left and no clear answer came: look first, never just repeat
├── ReferralUnclear   Satu Sehat gave no number and may have referred all the same: look, never just repeat
├── Rejected          BPJS refuses these data: a person corrects them and sends again
├── AlreadyThere      BPJS has it: read its number back
├── NeedsPredecessor  the registration is missing: send that first
├── NeedsPatient      the patient must act (health screening), then send unchanged
├── Unauthorized      perhaps no fault of the job: ask a harmless read before judging either
└── NotFound          what was asked for or to be deleted is not there: look, then done
"""

from enum import StrEnum
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
        """The words of BPJS, with whatever names the patient masked; "" when it said nothing."""
        return words_of(self.exchange)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.exchange!r}>"


class NotSent(BpjsError):
    """Nothing reached BPJS (DNS, refused, TLS, connect timeout): repeating it is safe."""

    outcome = "not-sent"


class Withheld(NotSent):
    """The caller's own look, just before the first byte, said that the request must not leave."""


class Temporary(BpjsError):
    """Not now: ask again later, after ``exchange.retry_after`` seconds when BPJS names them."""

    outcome = "temporary"


class Unknown(BpjsError):
    """A write left and its answer was lost or unreadable: find out before sending again."""

    outcome = "unknown"


class ReferralUnclear(BpjsError):
    """Satu Sehat gave no number for a referral that it may have made: look, and never just send again."""

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


class Suspect(StrEnum):
    """A thing that a refusal may concern instead of the data of its request."""

    CREDENTIAL = "credential"  # login, signature, consumer, user key, or any 401 and 403
    CLOCK = "clock"  # the timestamp, refused again after its one re-signed try
    ROUTE = "route"  # a gateway or firewall in front of BPJS speaks, not BPJS
    GRANT = "grant"  # the service, or this endpoint alone, was not granted to the cons-id


class Unauthorized(BpjsError):
    """This refusal may concern the credential, the gateway or a grant rather than the job.

    It proves neither: who acts on it asks a harmless read first. Where that is refused too, the service
    refuses us; where it is accepted, ``suspect`` says what else but the data may be wrong.
    """

    outcome = "unauthorized"

    def __init__(
        self,
        reason: str,
        exchange: Exchange,
        fields: tuple[FieldError, ...] = (),
        *,
        suspect: Suspect = Suspect.CREDENTIAL,
    ) -> None:
        super().__init__(reason, exchange, fields)
        self.suspect = suspect

    @property
    def may_have_acted(self) -> bool:
        """Whether BPJS may have taken a write all the same: it broke down, or a gateway says yes and no."""
        http_code = self.exchange.http_code or 0
        says_both = 200 <= http_code < 300 and self.exchange.meta_code is None  # noqa: PLR2004 - HTTP's 2xx
        return http_code >= 500 or says_both  # noqa: PLR2004 - HTTP's 5xx

    @property
    def expired(self) -> bool:
        """Whether the timestamp was refused: then the clock is wrong, and nothing was done."""
        return self.suspect is Suspect.CLOCK


class NotFound(BpjsError):
    """Not there: a delete has nothing to delete, or a read's subject does not exist."""

    outcome = "not-found"
