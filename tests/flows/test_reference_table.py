"""The table that a sync leaves in Prefect stays one that can be read, however many clinics it was for."""

import json
from typing import Any
from uuid import uuid4

from database.references import Synced
from flows.reference_table import leave_table
from tests.database.outage import names
from tests.flows.prefect_server import PrefectServer


def left(prefect: PrefectServer) -> tuple[list[dict[str, Any]], str]:
    """The rows of the newest table, and what is said above them."""
    wanted = {"artifacts": {"key": {"any_": ["referensi"]}}, "sort": "CREATED_DESC", "limit": 1}
    (artifact,) = prefect.query("/artifacts/filter", **wanted)
    return json.loads(str(artifact["data"])), str(artifact["description"])


def test_an_outage_of_500_clinics_is_a_table_of_400_rows_with_what_failed(prefect: PrefectServer) -> None:
    failed = [Synced("pcare", "obat", error="x" * 9_000, faskes=name) for name in names(500)]
    well = [Synced("pcare", "poli", 3, faskes=name) for name in names(500)]
    leave_table({uuid4(): synced for pair in zip(well, failed, strict=True) for synced in pair})
    rows, description = left(prefect)
    assert len(rows) == 400
    assert all(row["Keterangan"].startswith("Gagal · x") and len(row["Keterangan"]) < 320 for row in rows)
    assert description.endswith("; 600 baris lain tidak ikut")


def test_a_table_for_a_few_clinics_is_whole_and_in_the_order_of_the_names(prefect: PrefectServer) -> None:
    done = [Synced("pcare", "poli", 3), Synced("pcare", "obat", error="BPJS tidak dapat dihubungi.")]
    leave_table({uuid4(): synced for synced in done})
    rows, description = left(prefect)
    assert [row["Keterangan"] for row in rows] == ["Selesai", "Gagal · BPJS tidak dapat dihubungi."]
    assert description == "Hasil pembaruan data referensi BPJS"
