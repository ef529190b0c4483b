"""Keeps a proxy of the environment away from what runs on this machine."""

import re
from collections.abc import MutableMapping

_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_USABLE = re.compile(r"https?://|(?!\w+://)", re.IGNORECASE)  # httpx takes one without a scheme for http://
_BYPASS = ("NO_PROXY", "no_proxy")  # programs differ in which one they read
_HERE = ("127.0.0.1", "localhost", "::1")


def spare_loopback(environ: MutableMapping[str, str]) -> None:
    """Add this machine's own names to NO_PROXY where a proxy is named, for this process and its children.

    A proxy cannot reach our Prefect server or the simulator: its 127.0.0.1 is another machine. What else the
    user keeps from the proxy stays so. A proxy that httpx cannot use (SOCKS) is left out: with it no client
    starts, not even for this machine. Call it before any HTTP client is made.
    """
    for name in [*_PROXIES, *map(str.upper, _PROXIES)]:
        if environ.get(name) and not _USABLE.match(environ[name]):
            del environ[name]
    if not any(environ.get(name) or environ.get(name.upper()) for name in _PROXIES):
        return
    given = [host.strip() for name in _BYPASS for host in environ.get(name, "").split(",") if host.strip()]
    hosts = ",".join(dict.fromkeys([*given, *_HERE]))
    environ.update(dict.fromkeys(_BYPASS, hosts))
