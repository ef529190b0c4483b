"""What a webhook says, and how it is signed (Standard Webhooks: webhook-id, -timestamp, -signature).

It is thin: which job changed, and its status. Who wants to know more asks the HTTP API.
"""

import base64
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from database.views.handed_over import HandedOver

TYPE = "pekerjaan.berubah"
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


@dataclass(frozen=True)
class Message:
    """One change of one job. `id` is the same however often it is sent."""

    id: str
    body: bytes = field(repr=False)


def message_of(job: HandedOver, changed_at: datetime) -> Message:
    """What is told of a job that changed at this time."""
    at = changed_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    data = {"id": job.id, "kunci": job.kunci, "status": job.status, "waktu": at}
    told = {"type": TYPE, "timestamp": at, "data": data}
    number = (changed_at - _EPOCH) // _MICROSECOND
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return Message(f"pekerjaan-{job.id}-{number}", body)


def headers_of(message: Message, secret: bytes, now: datetime) -> dict[str, str]:
    """The headers of a message that leaves now, its signature among them."""
    timestamp = str(int(now.timestamp()))
    signed = b".".join((message.id.encode(), timestamp.encode(), message.body))
    signature = base64.b64encode(hmac.digest(secret, signed, sha256)).decode()
    return {
        "Content-Type": "application/json",
        "User-Agent": "bpjs-fktp",
        "webhook-id": message.id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }
