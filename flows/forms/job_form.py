"""The seven single-job flows share their steps: store the job, wipe the form, send, say how it ended.

A person types patient data into such a form, and Prefect keeps it as the run's parameters. So the job is
stored in our own tables first, and then the run's parameters are overwritten with the job's id, which is
itself a valid call: a run retried in the UI sends that job again.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any
from uuid import UUID

from prefect import get_client
from prefect.client.schemas import State
from prefect.context import FlowRunContext
from prefect.states import Failed

from bpjs_client.form import body_from_form
from bpjs_client.identifiers import without_identifiers
from bpjs_client.jenis import Jenis
from database import DatabaseError
from database.errors import (
    ConstraintViolated,
    DatabaseUnavailable,
    DataKeyMissing,
    JobForgotten,
    LineRefused,
    MoveRefused,
)
from database.jobs.claim import Waiting, claim_one, standing
from database.jobs.handover import admitted, read_line, store
from database.jobs.resend import Resend, reopen
from database.status import Status
from database.storage.steady_clock import elapsed
from database.typed import whole_number
from flows.forms.hint import hint
from flows.forms.typed import json_object
from flows.run_names import named_by_id
from tasks.composition import Composition, composition
from tasks.delivery.deliver import Delivered
from tasks.dispatch.lease_keeper import keep_leases
from tasks.jobs import leave_page_of, run
from tasks.states import state_of

# Prefect's own validation would quote what was typed; our models check inside the flow.
_FOR_A_RETRY = (DatabaseUnavailable, DataKeyMissing, ConstraintViolated)

# How long a form waits for the end of a job that somebody else has in hand, and how often it looks.
OTHERS_SECONDS = 30.0
_LOOK_SECONDS = 0.2

# The name of whoever sends a job again when nothing is known of them but Prefect.
PREFECT = "Prefect UI"

FORM: dict[str, Any] = {"validate_parameters": False, "persist_result": False}

NORM = Annotated[str, hint("Nomor rekam medis (wajib)")]
NAMA_PASIEN = Annotated[str, hint("Nama pasien (wajib)")]
BODY = Annotated[str, hint("Isi lengkap sebagai JSON; menggantikan kolom-kolom di atas")]
KUNCI = Annotated[str, hint("Kunci unik pekerjaan; kosong: dari isinya")]
RANTAI = Annotated[str, hint("Rantai kunjungan; kosong: dari isinya")]
FASKES = Annotated[str, hint("Faskes; kosong: utama")]
PEKERJAAN_ID = Annotated[str, hint("Kirim ulang pekerjaan ini; kolom lain diabaikan")]


def submit(jenis: Jenis, typed: Mapping[str, Any]) -> State[None]:
    """Store what was typed, wipe it from Prefect, send the job, and end as it ended."""
    at = composition()
    try:
        job_id = _store(at, jenis, typed)
    except Exception as error:  # noqa: BLE001 - whatever it is, what was typed must not stay in Prefect
        return refusal(error)
    wipe({"pekerjaan_id": job_id}, name=_name_of(job_id))
    return send_one(at, job_id)


def _name_of(job_id: int) -> str | None:
    """The job's own name for this run, which was named by what was typed; None: it keeps that name."""
    try:
        return named_by_id(job_id) or None
    except DatabaseError:
        return None


def refusal(error: Exception, *, kept: Mapping[str, Any] = MappingProxyType({})) -> State[Any]:
    """The end of a form that could not be carried out; it is wiped, unless a retry can help.

    `kept` may stay in the run's parameters when the job that they name is there.
    """
    if isinstance(error, _FOR_A_RETRY):
        # Nothing is stored: the form keeps what was typed, so that a retry of this run can store it.
        return Failed(message=f"Gagal · belum diterima. {error}")
    wipe(dict(kept) if isinstance(error, MoveRefused) else {})
    return Failed(message=f"Gagal · {_said(error)}")


def _said(error: Exception) -> str:
    if isinstance(error, DatabaseError):
        return without_identifiers(str(error))
    return f"kesalahan program ({type(error).__name__}); laporkan kepada pengembang"


def _store(at: Composition, jenis: Jenis, typed: Mapping[str, Any]) -> int:
    """The id of the job to send: the one named, put back in line if it had failed, or the one typed in."""
    if typed.get("pekerjaan_id"):
        job_id = whole_number(typed["pekerjaan_id"], "pekerjaan_id")
        reopen(at.database, job_id, asked_here())
        return job_id
    line = {name: typed.get(name) for name in ("norm", "nama_pasien", "kunci", "rantai", "faskes")}
    body = json_object(typed.get("body"), "body")
    line |= {"jenis": jenis.value, "body": body_from_form(jenis, typed) if body is None else body}
    (done,) = store(at.database, [admitted(at.database, read_line(line))])
    if done.differs:
        raise LineRefused(done.note)
    return done.id


def asked_here(*, by: str = "", reason: str = "", **edit: Any) -> Resend:
    """The wish of a person at this run; a Retry says neither who nor why, so the run is named."""
    run = _this_run()
    way = f"lewat Prefect, run {run}" if run else "lewat Prefect"
    return Resend(by=by or PREFECT, reason=reason or way, flow_run_id=run, **edit)


def _this_run() -> UUID | None:
    context = FlowRunContext.get()
    return None if context is None or context.flow_run is None else context.flow_run.id


def wipe(parameters: dict[str, Any], *, name: str | None = None) -> None:
    """Overwrite this run's parameters, which still hold what a person typed; name it if a name is given."""
    run = _this_run()
    if run is None:
        return
    with get_client(sync_client=True) as client:
        client.update_flow_run(run, parameters=parameters, name=name)


def _once_let_go(at: Composition, job_id: int, found: Waiting) -> Waiting:
    """Where the job stands when a dispatcher that was quicker has sent it, or after half a minute."""
    until = elapsed() + OTHERS_SECONDS
    while found.status is Status.PROSES and elapsed() < until and not at.stop.wait(_LOOK_SECONDS):
        found = standing(at.database, job_id)
    return found


def send_one(at: Composition, job_id: int) -> State[None]:
    """Send one job now if its turn has come; the state says how it ended or what it waits for."""
    try:
        claimed = claim_one(
            at.database, job_id, owner=at.owner, lease=at.settings.lease, room=at.clinics.room
        )
        if isinstance(claimed, Waiting):
            claimed = _once_let_go(at, job_id, claimed)
    except JobForgotten as past:
        return state_of(Delivered(Status(past.status), str(past)))
    except DatabaseError as error:
        return Failed(message=f"Gagal · {error}")
    if isinstance(claimed, Waiting):
        return state_of(Delivered(claimed.status, without_identifiers(claimed.why)))
    at.in_hand.add(claimed)
    try:
        with keep_leases(at):
            ended = run(claimed)
    finally:
        at.in_hand.remove([claimed.claim])
    if not ended.is_failed():  # a failed one's task has left it; of the others an older page may be there
        leave_page_of(job_id)
    return State(type=ended.type, name=ended.name, message=ended.message)
