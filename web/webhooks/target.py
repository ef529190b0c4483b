"""Where a webhook may be sent: over https, to a listed host, and to no private address that is not listed.

The addresses are looked at when the connection is made, those that the name has then: a name that changes its
address in between leads nowhere else.
"""

from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx

from bpjs_client.resolving import Resolve, addresses_of
from database.errors import WebhookRefused

_LONGEST_URL = 2000
_HTTPS, _GREATEST_PORT = 443, 65_535
_NAT64 = IPv6Network("64:ff9b::/96")
_Address = IPv4Address | IPv6Address


def check_url(url: str, hosts: Collection[str]) -> httpx.URL:
    """The address, if a webhook may be sent there. Raises WebhookRefused, which does not quote it."""
    try:
        parsed = httpx.URL(url)
        host = parsed.raw_host.decode("ascii").lower()
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise WebhookRefused("alamat webhook bukan alamat web yang sah") from None
    if parsed.scheme != "https" or not 0 < (parsed.port or _HTTPS) <= _GREATEST_PORT:
        raise WebhookRefused("alamat webhook harus https://, dengan port yang ada")
    if len(url) > _LONGEST_URL or not url.isprintable() or parsed.userinfo or parsed.fragment:
        raise WebhookRefused(
            f"alamat webhook paling panjang {_LONGEST_URL} huruf, tanpa nama pengguna, kata sandi atau #"
        )
    if host not in hosts:
        raise WebhookRefused("host alamat webhook tidak terdaftar di BPJS_WEB_WEBHOOK_HOSTS")
    return parsed


def resolving(hosts: Collection[str], resolve: Resolve = addresses_of) -> Resolve:
    """A resolver that finds public addresses, and others only if they are listed themselves."""
    listed = {address for address in map(_address, hosts) if address is not None}

    def allowed(host: str, port: int) -> list[str]:
        found = [text for text in resolve(host, port) if _may_call(_address(text), listed)]
        if not found:
            raise OSError("no address that may be called")
        return found

    return allowed


def _may_call(address: _Address | None, listed: Collection[_Address]) -> bool:
    return address is not None and (address in listed or _is_public(address))


def _is_public(address: _Address) -> bool:
    if isinstance(address, IPv6Address) and (address.sixtofour or address.teredo):
        return False  # tunnels, which lead to any IPv4 address
    return address.is_global and not address.is_multicast


def _address(text: str) -> _Address | None:
    """The address in one spelling; IPv4 that is written as IPv6, or reached through it, is IPv4."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or _behind_nat64(address) or address
    return address


def _behind_nat64(address: IPv6Address) -> IPv4Address | None:
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
