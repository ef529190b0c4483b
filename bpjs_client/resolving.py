"""Asks for a host's addresses, for no longer than a timeout: the system's resolver takes none."""

import socket
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread

import httpcore

Resolve = Callable[[str, int], list[str]]  # a host's addresses in the order to try them; may raise OSError


def addresses_of(host: str, port: int) -> list[str]:
    """The answer of the system's resolver. Raises OSError, or UnicodeError for what cannot be a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def resolved(host: str, port: int, resolve: Resolve, timeout: float | None) -> list[str]:
    """A host's addresses. Raises httpcore's ConnectError and ConnectTimeout, UnicodeError.

    A resolver that thinks for minutes is left to it, in a thread of its own.
    """
    answers: SimpleQueue[list[str] | OSError | UnicodeError] = SimpleQueue()
    Thread(target=lambda: answers.put(_answer(host, port, resolve)), daemon=True).start()
    try:
        answer = answers.get(timeout=timeout)
    except Empty:
        raise httpcore.ConnectTimeout from None
    if isinstance(answer, OSError):
        raise httpcore.ConnectError from None
    if isinstance(answer, UnicodeError):
        raise answer
    return answer


def _answer(host: str, port: int, resolve: Resolve) -> list[str] | OSError | UnicodeError:
    try:
        return resolve(host, port)
    except (OSError, UnicodeError) as failure:
        return failure
