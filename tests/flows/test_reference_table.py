"""The table that a sync leaves in Prefect stays one that can be read, however many clinics it was for."""

import json
from typing import Any
from uuid import uuid4

from bpjs_client.references import BY_NAME
from database import Database
from database.references.store import Synced, store_failure, store_reference
from flows.artifacts.reference_table import leave_table
from tests.conftest import SQLITE
from tests.database.outage import names
from tests.flows.prefect_server import PrefectServer


def left(prefect: PrefectServer) -> tuple[list[dict[str, Any]], str]:
    """The rows of the newest table, and what is said above them."""
    wanted = {"artifacts": {"key": {"any_": ["referensi"]}}, "sort": "CREATED_DESC", "limit": 1}
    (artifact,) = prefect.query("/artifacts/filter", **wanted)
    return json.loads(str(artifact["data"])), str(artifact["description"])


@SQLITE
def test_an_outage_of_500_clinics_is_a_table_of_400_rows_with_what_failed(
    prefect: PrefectServer, database: Database
) -> None:
    failed = [Synced("pcare", "obat", error="x" * 9_000, faskes=name) for name in names(500)]
    well = [Synced("pcare", "poli", 3, faskes=name) for name in names(500)]
    done = {uuid4(): synced for pair in zip(well, failed, strict=True) for synced in pair}
    leave_table(database, done, names(500))
    rows, description = left(prefect)
    assert len(rows) == 400
    assert all(row["Keterangan"].startswith("Gagal · x") and len(row["Keterangan"]) < 320 for row in rows)
    assert description.endswith("; 600 baris lain tidak ikut")


@SQLITE
def test_a_table_for_a_few_clinics_is_whole_and_in_the_order_of_the_names(
    prefect: PrefectServer, database: Database
) -> None:
    done = [Synced("pcare", "obat", error="BPJS tidak dapat dihubungi."), Synced("pcare", "poli", 3)]
    leave_table(database, {uuid4(): synced for synced in done}, ["utama"])
    rows, description = left(prefect)
    assert [row["Keterangan"] for row in rows] == ["Selesai", "Gagal · BPJS tidak dapat dihubungi."]
    assert description == "Keadaan data referensi BPJS"


@SQLITE
def test_a_run_that_reads_two_references_leaves_the_table_of_all(
    prefect: PrefectServer, database: Database
) -> None:
    run, began = uuid4(), database.clock()
    for name, reference in BY_NAME.items():
        if name == "pcare/obat":
            store_failure(database, "utama", reference, "BPJS menolak.", started_at=began, seconds=1.0)
        else:
            store_reference(
                database,
                "utama",
                reference,
                [],
                variants=None,
                started_at=began,
                seconds=1.0,
                flow_run_id=run,
            )
    store_failure(database, "klinik-tutup", reference, "BPJS menolak.", started_at=began, seconds=1.0)
    again = {uuid4(): Synced("antrean", "poli", 5), uuid4(): Synced("antrean", "dokter", 6)}
    leave_table(database, again, ["utama"])
    rows, _ = left(prefect)
    names_shown = [row["Referensi"].removeprefix("[").partition("]")[0] for row in rows]
    assert names_shown == list(BY_NAME)
    by_name = dict(zip(names_shown, rows, strict=True))
    assert (by_name["antrean/poli"]["Baris"], by_name["antrean/dokter"]["Baris"]) == (5, 6)
    assert by_name["pcare/poli"]["Referensi"] == f"[pcare/poli](/runs/flow-run/{run})"
    assert by_name["pcare/obat"]["Keterangan"] == "Gagal · BPJS menolak."
