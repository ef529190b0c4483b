"""One Prefect server for all tests of this room: starting it takes seconds."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings

from database import Database
from tasks.composition import using
from tests.flows.prefect_server import PrefectServer, prefect_server
from tests.tasks.desk import Answer, Desk


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    home = tmp_path_factory.mktemp("prefect")
    with (
        prefect_server(home) as server,
        temporary_settings({PREFECT_API_URL: server.api_url, PREFECT_HOME: home}),
    ):
        yield server


@pytest.fixture
def desk(database: Database, prefect: PrefectServer) -> Iterator[Callable[[Answer], Desk]]:
    """A desk whose composition is the one that tasks see."""
    opened = []

    def make(answer: Answer) -> Desk:
        here = Desk(database, answer)
        context = using(here.at)
        context.__enter__()
        opened.append(context)
        return here

    yield make
    for context in opened:
        context.__exit__(None, None, None)


@pytest.fixture
def norm() -> str:
    """A norm of this test alone: all tests share one Prefect server."""
    return f"RM-{uuid4().hex[:8]}"
