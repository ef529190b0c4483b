"""A client that others wrote, the package bpjs-bridging, talks to the simulator; in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.caller import Caller, add, batal, panggil

OTHERS = Path(__file__).parents[2] / ".venv" / "others"
SCRIPT = """
import json, sys
from bpjs.bpjs import Bridging
asked = json.load(sys.stdin)
clinic = Bridging(asked["client"], "antrean")
answers = [clinic.request(path, method, body) for path, method, body in asked["requests"]]
print(json.dumps(answers))
"""
Request = tuple[str, str, Any]


def bridged(clinic: Caller, requests: list[Request], **changes: str) -> list[dict[str, Any]]:
    client = {
        "host": clinic.simulator.antrean_url,
        "consid": clinic.clinic.cons_id,
        "secret": clinic.clinic.secret_key,
        "user_key": clinic.clinic.antrean_user_key,
    } | changes
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=json.dumps({"client": client, "requests": requests}),
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(OTHERS), "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    answers: list[dict[str, Any]] = json.loads(run.stdout)
    return answers


def test_it_reads_both_forms_of_the_references(clinic: Caller) -> None:
    polis, doctors = bridged(
        clinic,
        [
            ("ref/poli/tanggal/2026-09-14", "GET", None),
            ("ref/dokter/kodepoli/001/tanggal/2026-09-14", "GET", None),
        ],
    )

    assert polis["metaData"]["code"] == 1
    assert {"kodepoli": "001", "namapoli": "POLI UMUM"} in polis["response"]["list"]
    assert doctors["metaData"]["code"] == 200
    assert doctors["response"] == clinic.antrean("GET", "ref/dokter/kodepoli/001/tanggal/2026-09-14").response


def test_it_adds_calls_and_cancels(clinic: Caller) -> None:
    answers = bridged(
        clinic,
        [
            ("antrean/add", "POST", add()),
            ("antrean/add", "POST", add()),
            ("antrean/panggil", "POST", panggil()),
            ("antrean/batal", "POST", batal()),
        ],
    )

    assert [answer["metaData"]["code"] for answer in answers] == [200, 201, 200, 200]
    assert [row["status"] for row in clinic.simulator.ledger()["antrean"]] == ["batal"]


@pytest.mark.parametrize("changes", [{"secret": "rahasia lain"}, {"user_key": "kunci lain"}, {"consid": "1"}])
def test_it_is_refused_with_a_wrong_credential(clinic: Caller, changes: dict[str, str]) -> None:
    (answer,) = bridged(clinic, [("antrean/add", "POST", add())], **changes)

    assert answer["metaData"]["code"] == 401
    assert clinic.simulator.ledger()["antrean"] == []
