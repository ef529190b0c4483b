"""A run's name says which clinic it is for, and never a text that a clinic's system made up."""

from collections.abc import Callable, Iterator

import pytest

from bpjs_client.jenis import Jenis
from database.jobs.claim import ClaimedJob
from tasks import jobs, references
from tasks.clinics import Clinics
from tasks.composition import Composition, using
from tests.database.outage import HOSTILE
from tests.tasks.bodies import CARD
from tests.tasks.listed import listed

Names = Callable[[str], tuple[str, str]]


@pytest.fixture(params=[None, ["klinik.melati"]], ids=["one credential", "a file"])
def names(request: pytest.FixtureRequest) -> Iterator[Names]:
    """How the runs of a job and of a sync are called for a faskes."""

    def of(faskes: str) -> tuple[str, str]:
        job = ClaimedJob(7, faskes, Jenis.TAMBAH_ANTREAN, "RM-1", "Pasien Contoh")
        return jobs.run_name(job), references.run_name("diagnosa", faskes)

    with using(Composition(clinics=listed(request.param) if request.param else Clinics())):
        yield of


def test_a_clinic_other_than_utama_is_named(names: Names) -> None:
    assert names("utama") == ("tambah-antrean RM-1 Pasien Contoh", "sync diagnosa")
    assert names("cabang") == ("tambah-antrean RM-1 Pasien Contoh cabang", "sync diagnosa cabang")


@pytest.mark.parametrize("names", [["klinik.melati"]], indirect=True)
def test_a_configured_name_stays_as_it_is(names: Names) -> None:
    assert names("klinik.melati")[0].endswith(" klinik.melati")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_other_text_gets_into_it(names: Names, text: str) -> None:
    for name in names(text):
        assert text not in name
        assert name.isprintable()
        assert len(name) < 70
        assert CARD not in name
