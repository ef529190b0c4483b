"""Which errors of the client say that the whole service is in trouble."""

from bpjs_client.errors import BpjsError, NotSent, Temporary, Unknown

TOO_MANY_REQUESTS = "429"
# Every other answer shows that the service is up.
_TROUBLE = (NotSent, Unknown, Temporary)


def trouble_of(error: BpjsError) -> str | None:
    """Why the service is in trouble; None when its answer shows that it is up (a 429: that it is busy)."""
    codes = {error.exchange.meta_code, str(error.exchange.http_code)}
    in_trouble = isinstance(error, _TROUBLE) and TOO_MANY_REQUESTS not in codes
    return (error.words or error.reason) if in_trouble else None
