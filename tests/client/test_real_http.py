"""A whole exchange over a real socket, with a server that checks nothing but records what it saw."""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bpjs_client.jenis import Jenis, Service
from bpjs_client.jobs import Bpjs

from .samples import BODIES, CARD, settings


@contextmanager
def pcare() -> Iterator[tuple[str, list[tuple[str, str, bytes]]]]:
    """A server on HTTP/1.1 that accepts everything; yields its address and the requests it got."""
    seen: list[tuple[str, str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            seen.append((self.command, self.path, body))
            content = json.dumps({"response": "", "metaData": {"code": 200, "message": "OK"}}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = answer  # noqa: N815 - the names that http.server looks for

        def log_message(self, *_: object) -> None:
            """Keep the test's output quiet."""

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.server_port}/pcare-rest/", seen
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join(5)


def test_a_job_goes_out_over_real_http_and_is_confirmed() -> None:
    with pcare() as (url, seen), Bpjs(settings(pcare_base_url=url)) as bpjs:
        receipt = bpjs.send(Jenis.HAPUS_PENDAFTARAN, BODIES[Jenis.HAPUS_PENDAFTARAN])

    path = f"/pcare-rest/pendaftaran/peserta/{CARD}/tglDaftar/14-09-2026/noUrut/B12/kdPoli/001"
    assert seen == [("DELETE", path, b"")]
    assert (receipt.exchange.http_code, receipt.exchange.meta_code) == (200, "200")
    assert receipt.exchange.server_date is not None


def test_no_library_below_us_logs_a_card_number(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pcare() as (url, _), Bpjs(settings(pcare_base_url=url)) as bpjs:
        bpjs.send(Jenis.HAPUS_PENDAFTARAN, BODIES[Jenis.HAPUS_PENDAFTARAN])
        bpjs.read(Service.PCARE, f"kunjungan/peserta/{CARD}")

    assert [record for record in caplog.records if record.name.startswith(("httpx", "httpcore"))] == []
    assert CARD not in caplog.text


def test_a_proxy_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)

    with pcare() as (url, seen), Bpjs(settings(pcare_base_url=url)) as bpjs:
        bpjs.probe(Service.PCARE)

    assert [path for _, path, _ in seen] == ["/pcare-rest/kesadaran"]


def test_the_bodies_can_be_checked_without_loading_an_http_library() -> None:
    program = "import sys, bpjs_client.bodies, bpjs_client.form; sys.exit('httpx' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
