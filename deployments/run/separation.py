"""`make run` refuses to start where invented patients would meet the real BPJS."""

from bpjs_client.jenis import Service
from bpjs_client.settings import SIMULATOR, BpjsSettings
from database import Database
from database.belonging import check_belonging, note_belonging
from database.faskes_name import UTAMA
from deployments.run.plan import Plan
from tasks.clinics import configured_clinics


class NotFilledIn(Exception):
    """`.env` names the real BPJS and lacks what BPJS gave the clinic; the text names the variables."""


def refuse_unfilled(plan: Plan) -> None:
    """Refuse an `.env` that names the real BPJS and is not filled in. Raises NotFilledIn."""
    if plan.simulator_port is not None or configured_clinics().from_file:
        return
    left = BpjsSettings().unfilled
    if left:
        raise NotFilledIn(f"Belum diisi di .env: {', '.join(left)}.")


def keep_apart(plan: Plan, database: Database) -> None:
    """Refuse a database that belongs to another BPJS. Raises OtherBpjs, DatabaseUnavailable."""
    if plan.simulator_port is None:
        check_belonging(database, configured_clinics().addresses())
        return
    # Its sample day is handed over as soon as it runs: the database belongs to it before.
    for service in Service:
        note_belonging(database, UTAMA, service, SIMULATOR)
