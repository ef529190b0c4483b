"""`make run` refuses to start where invented patients would meet the real BPJS."""

from bpjs_client.jenis import Service
from bpjs_client.settings import SIMULATOR
from database import Database
from database.belonging import check_belonging, note_belonging
from database.faskes_name import UTAMA
from deployments.run.plan import Plan
from tasks.clinics import configured_clinics


def refuse_unfilled(plan: Plan) -> None:
    """Refuse an `.env` that names the real BPJS and is not filled in. Raises NotFilledIn, ClinicsWrong."""
    if plan.simulator_port is None:
        configured_clinics().refuse_unfilled()


def keep_apart(plan: Plan, database: Database) -> None:
    """Refuse a database that belongs to another BPJS. Raises OtherBpjs, DatabaseUnavailable."""
    if plan.simulator_port is None:
        check_belonging(database, configured_clinics().addresses())
        return
    # Its sample day is handed over as soon as it runs: the database belongs to it before.
    for service in Service:
        note_belonging(database, UTAMA, service, SIMULATOR)
