"""The work pool in Prefect, with a job template in which there is nothing that a run could bring along.

Prefect's own template lets whoever starts a run name the command, the environment and the folder of its
process. Ours names none of them: they are always the worker's.
"""

import json

from prefect import get_client
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.exceptions import ObjectNotFound

from database.settings import PROJECT
from deployments.commands import POOL

_JOB_TEMPLATE = PROJECT / "deployments" / "job_template.json"


def provide_pool() -> None:
    """Make the pool, or give one that is there our template; its limit and whether it is paused stay.

    Raises what Prefect's client raises when its server cannot be reached.
    """
    template = json.loads(_JOB_TEMPLATE.read_text())
    with get_client(sync_client=True) as client:
        try:
            client.read_work_pool(POOL)
        except ObjectNotFound:
            made = WorkPoolCreate(name=POOL, type="process", base_job_template=template)
            client.create_work_pool(made)
        else:
            client.update_work_pool(POOL, WorkPoolUpdate(base_job_template=template))
