"""Certificates are verified, always; a private authority can be trusted besides the public ones."""

import datetime
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError

from bpjs_client.errors import NotSent
from bpjs_client.jenis import Service
from bpjs_client.jobs import Bpjs
from bpjs_client.settings import BpjsSettings


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
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA")]),
    )
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = builder.add_extension(address, critical=False).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "ca.pem").write_bytes(signed.public_bytes(pem))
    (tmp_path / "key.pem").write_bytes(key.private_bytes(pem, *plain))
    return tmp_path / "ca.pem"


@pytest.fixture
def url(authority: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, authority.with_name("key.pem"))
    server = HTTPServer(("127.0.0.1", 0), Nothing)
    server.socket = context.wrap_socket(server.socket, server_side=True)
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
