"""A child counts as started once it answers."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from deployments.children.health import wait_until_answers
from deployments.children.ports import HOST, free_port
from deployments.children.processes import Children, StepFailed
from deployments.children.signals import Stop


class _UnwellAtFirst(BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        self.send_response(200 if self.asked > 2 else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    with HTTPServer((HOST, 0), _UnwellAtFirst) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


@pytest.fixture
def children(tmp_path: Path) -> Children:
    return Children(tmp_path, tmp_path, Stop())


def test_a_server_that_is_not_well_yet_is_waited_for(server: HTTPServer, children: Children) -> None:
    wait_until_answers("Server", f"http://{HOST}:{server.server_port}/", children, seconds=20)
    assert _UnwellAtFirst.asked == 3


def test_a_server_that_never_answers_is_named(children: Children) -> None:
    with pytest.raises(StepFailed, match="Server tidak menjawab"):
        wait_until_answers("Server", f"http://{HOST}:{free_port(21_000)}/", children, seconds=0)
