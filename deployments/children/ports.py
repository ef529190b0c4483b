"""Free ports of this machine are looked for."""

import socket

HOST = "127.0.0.1"
_HIGHEST = 65_535


def free_port(preferred: int, *, width: int = 1) -> int:
    """The first port from `preferred` upwards that starts `width` free ones. Raises OSError if none does."""
    for port in range(preferred, _HIGHEST - width):
        if all(is_free(port + step) for step in range(width)):
            return port
    raise OSError("tidak ada port yang bebas")


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # Servers, too, take a port whose last connections are still closing for free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
