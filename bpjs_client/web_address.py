"""A service of BPJS may be reached behind TLS, or on this machine, and nowhere else."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import HttpUrl, TypeAdapter, ValidationError

_WEB_ADDRESS = TypeAdapter(HttpUrl)


def safe_address(text: str) -> str:
    """The address of a service, without blanks around it.

    Raises ValueError, which never quotes the address, for it may hold a password: for what is no address of
    the web, for one with a password, which httpx would send along, and for one without TLS: it would show
    patients and the PCare password to the network. This machine itself, where the simulator is, needs none.
    """
    address = text.strip()
    try:
        _WEB_ADDRESS.validate_python(address)
        parts = urlsplit(address)
        host = parts.hostname or ""
    except (ValidationError, ValueError):
        raise ValueError("harus alamat http:// atau https:// dari layanan BPJS") from None
    if "@" in parts.netloc:
        raise ValueError("tidak boleh memuat nama pengguna atau kata sandi")
    if parts.scheme.lower() != "https" and not is_loopback(host):
        raise ValueError("harus https://; http:// hanya untuk komputer ini sendiri (localhost)")
    return address


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or number; no name server is asked."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
