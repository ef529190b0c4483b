"""Sinkronisasi of the page when Prefect is away, in a process of its own as the page has."""

import os
import subprocess
import sys

import pytest

from tests.cli.terminal import Terminal

ORDER = """
from cli.sync_order import start_sync
from web.desk import SyncUnavailable
try:
    start_sync(["antrean/poli"], "utama")
except SyncUnavailable as away:
    print(away)
"""


def said(terminal: Terminal, **environ: str) -> str:
    whole = {"PATH": os.environ["PATH"]} | terminal.environ | environ
    ran = subprocess.run(
        [sys.executable, "-c", ORDER], env=whole, capture_output=True, text=True, timeout=90, check=True
    )
    return ran.stdout.strip()


def test_without_a_server_no_other_is_started(terminal: Terminal) -> None:
    assert said(terminal).startswith("Prefect tidak dapat dihubungi, jadi referensi belum dibaca ulang;")


@pytest.mark.long
def test_a_server_that_does_not_answer_is_said(terminal: Terminal) -> None:
    away = said(terminal, PREFECT_API_URL="http://127.0.0.1:9/api")
    assert away.startswith("Prefect tidak dapat dihubungi, jadi referensi belum dibaca ulang;")
