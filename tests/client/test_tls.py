"""Certificates are verified, always; a private authority can be trusted besides the public ones."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from pydantic import ValidationError

from bpjs_client.errors import NotSent
from bpjs_client.jenis import Service
from bpjs_client.jobs import Bpjs
from bpjs_client.settings import BpjsSettings
from tests.authority import make_authority, server_context


class Nothing(BaseHTTPRequestHandler):
    """PCare's answer to a read that finds nothing."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"response": null, "metaData": {"message": "OK", "code": 200}}')

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that no public authority signed."""
    return make_authority(tmp_path)


@pytest.fixture
def url(authority: Path) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Nothing)
    server.socket = server_context(authority).wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}/pcare"
    server.shutdown()


def test_a_certificate_that_nobody_vouches_for_gets_no_request(url: str) -> None:
    with Bpjs(BpjsSettings(_env_file=None, pcare_base_url=url)) as bpjs, pytest.raises(NotSent):
        bpjs.probe(Service.PCARE)


def test_a_private_authority_can_be_trusted(url: str, authority: Path) -> None:
    with Bpjs(BpjsSettings(_env_file=None, pcare_base_url=url, ca_file=authority)) as bpjs:
        assert bpjs.probe(Service.PCARE).response is None


@pytest.mark.parametrize("content", [None, "", "bukan sertifikat"])
def test_a_file_that_is_no_authority_is_refused_at_once(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ValidationError, match="harus berkas PEM"):
        BpjsSettings(_env_file=None, ca_file=file)
