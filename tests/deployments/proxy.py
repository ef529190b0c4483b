"""nginx with the template that we ship, for one test."""

import base64
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from database.settings import PROJECT
from tests.flows.prefect_server import unused_port

TEMPLATE = PROJECT / "deployments" / "production" / "nginx.conf.template"
NGINX = pytest.mark.skipif(not (shutil.which("nginx") and shutil.which("openssl")), reason="no nginx here")
PEOPLE = ("admin", "ops")
PASSWORD = "sandi"  # of everybody


@contextmanager
def proxied(prefect: str, auth_string: str, folder: Path, *, page: str = "127.0.0.1:9") -> Iterator[str]:
    """Start it before the server at `prefect` (host:port), whose password it knows, and before the page at `page`,
    which it shows under the name 127.0.0.1; its address."""
    port = unused_port()
    certificate, key, users = (folder / name for name in ("c.pem", "k.pem", "users"))
    made_here = ["-days", "1", "-subj", "/CN=localhost", "-out", str(certificate), "-keyout", str(key)]
    _openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", *made_here)
    hashed = _openssl("passwd", "-apr1", PASSWORD)
    users.write_text("".join(f"{who}:{hashed}" for who in PEOPLE))
    values = {
        "LISTEN": f"127.0.0.1:{port}",
        "SERVER_NAME": "localhost",
        "CERTIFICATE": certificate,
        "CERTIFICATE_KEY": key,
        "USERS": users,
        "PREFECT_ADDRESS": prefect,
        "PREFECT_BASIC": base64.b64encode(auth_string.encode()).decode(),
    }
    values |= {"PAGE_NAME": "127.0.0.1", "PAGE_ADDRESS": page}
    config = TEMPLATE.read_text()
    for name, value in values.items():
        config = config.replace(f"${{{name}}}", str(value))
    whole = f"daemon off; user root; pid {folder}/pid; error_log {folder}/nginx.log; events {{}}"
    types = "include /etc/nginx/mime.types;" if Path("/etc/nginx/mime.types").exists() else ""
    (folder / "nginx.conf").write_text(f"{whole} http {{ {types} access_log off; {config} }}")
    command = ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            url = f"https://localhost:{port}"
            _await(url, process, folder / "nginx.log")
            yield url
        finally:
            process.terminate()


def _openssl(*arguments: str) -> str:
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True, text=True).stdout


def _await(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up and process.poll() is None:
        try:
            httpx.get(url, verify=False, timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log.read_text())
