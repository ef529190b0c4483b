"""A child that has started is waited for until it answers over HTTP."""

import time

import httpx

from deployments.children.processes import Children, StepFailed

_LOOK_SECONDS = 0.2


def wait_until_answers(name: str, url: str, children: Children, *, seconds: float) -> None:
    """Return when `url` answers with success. Raises StepFailed after `seconds`, or as `Children.check`."""
    deadline = time.monotonic() + seconds
    with httpx.Client(trust_env=False, timeout=5) as client:
        while not _answers(client, url):
            if time.monotonic() > deadline:
                raise StepFailed(f"{name} tidak menjawab di {url} dalam {seconds:.0f} detik")
            children.pause(_LOOK_SECONDS)


def _answers(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(url).is_success
    except httpx.HTTPError:
        return False
