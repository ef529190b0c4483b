"""The flow `pemeliharaan`: forgets what is no longer needed, here and in Prefect."""

from datetime import timedelta
from typing import Annotated

from prefect import flow, get_client
from prefect.client.schemas import State
from prefect.states import Completed, Failed

from database import DatabaseError
from database.storage.retention import delete_notes, delete_settled
from flows.forms.hint import hint
from flows.run_names import timed
from tasks.composition import composition
from tasks.prefect_server.typed_forms import forget_typed

UNDONE = timedelta(hours=24)  # how long a run may wait to be retried with what was typed


@flow(
    name="pemeliharaan",
    flow_run_name=timed("pemeliharaan"),
    description="Menghapus isian formulir yang tertinggal di Prefect dan pekerjaan lama yang sudah selesai.",
    persist_result=False,
)
def pemeliharaan(
    simpan_hari: Annotated[int | None, hint("Simpan sekian hari; kosong: menurut BPJS_KEEP_DAYS")] = None,
) -> State[None]:
    """Clear forms that were never carried out, delete what is settled and old.

    Raises what Prefect's client raises when its server cannot be reached.
    """
    at = composition()
    keep = timedelta(days=max(simpan_hari or at.settings.keep_days, 1))
    with get_client(sync_client=True) as client:
        cleared = forget_typed(client, at.database.clock() - UNDONE)
    try:
        deleted = delete_settled(at.database, keep)
        delete_notes(at.database, keep)
    except DatabaseError as error:
        return Failed(message=f"Gagal · {error}")
    return Completed(message=f"{cleared} isian formulir dan {deleted} pekerjaan lama dihapus")
