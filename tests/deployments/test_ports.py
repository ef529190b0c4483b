"""A port that somebody uses is passed over."""

import socket
from collections.abc import Iterator

import pytest

from deployments.children.ports import HOST, free_port, is_free


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    listener = socket.create_server((HOST, 0))
    yield listener
    listener.close()


def test_the_preferred_port_is_taken_when_free(taken: socket.socket) -> None:
    preferred = taken.getsockname()[1]
    taken.close()
    assert is_free(preferred)
    assert free_port(preferred) == preferred


def test_the_next_free_port_is_taken_otherwise(taken: socket.socket) -> None:
    assert free_port(taken.getsockname()[1]) > taken.getsockname()[1]


def test_a_pair_needs_both_ports(taken: socket.socket) -> None:
    before = taken.getsockname()[1] - 1
    found = free_port(before, width=2)
    assert found > before + 1
    assert is_free(found)
    assert is_free(found + 1)
