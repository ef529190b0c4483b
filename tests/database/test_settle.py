"""A person settles what no look-up can: who and why are kept."""

import pytest

from database import Database, JobNotFound, MoveRefused, enqueue
from database.detail import show
from database.settle import Settled, close_by_hand
from tests.tasks.bodies import BODIES


def handed(database: Database, **changes: object) -> int:
    body = {**BODIES["tambah-antrean"], **changes}
    return enqueue("tambah-antrean", "RM-1", "Contoh", body, database=database).id


@pytest.mark.parametrize("how", list(Settled))
def test_a_failed_job_is_closed_with_who_and_why(database: Database, how: Settled) -> None:
    job_id = handed(database, kodedokter="dua")
    close_by_hand(database, job_id, how, reason="dicek di P-Care", by="Sari")
    seen = show(database, job_id)
    assert seen["status"] == "ditutup"
    assert (seen["history"][-1]["requested_by"], seen["history"][-1]["reason"]) == ("Sari", "dicek di P-Care")


def test_what_is_closed_cannot_be_closed_again(database: Database) -> None:
    job_id = handed(database)
    close_by_hand(database, job_id, Settled.NOT_NEEDED, reason="batal", by="Sari")
    with pytest.raises(MoveRefused, match="ditutup"):
        close_by_hand(database, job_id, Settled.NOT_NEEDED, reason="batal", by="Sari")


def test_closing_what_does_not_exist_says_so(database: Database) -> None:
    with pytest.raises(JobNotFound):
        close_by_hand(database, 999, Settled.NOT_NEEDED, reason="x", by="y")
