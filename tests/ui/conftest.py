"""A whole clinic as `make run` starts it, and a browser before it.

Without Chromium these tests are left out, unless `make test-ui` asks for them.
"""

import base64
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from deployments.children.signals import Stop
from deployments.run.clinic import Clinic
from deployments.run.plan import demo_plan
from deployments.run.screen import Screen
from tasks.prefect_server.password import CLIENT_AUTH
from tests.chromium import HAS_BROWSER, chromium
from tests.ui.admin import Admin

WATCH_SECONDS = 2  # how soon the landing page follows
PICTURES = "TEST_UI_PICTURES"  # the folder that the guide's pictures go to

collect_ignore_glob = [] if HAS_BROWSER else ["test_*.py"]


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go."""
    folder = Path(os.environ.get(PICTURES) or tmp_path_factory.mktemp("pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def clinic() -> Iterator[Clinic]:
    """Everything runs, and the sample day is delivered."""
    with tempfile.TemporaryDirectory(prefix="bpjs-ui-") as folder:
        plan = demo_plan(os.environ, Path(folder))
        plan.environ["BPJS_WATCH_SECONDS"] = str(WATCH_SECONDS)
        with Clinic(plan, Stop(), Screen()) as running:
            running.hand_over_today()
            assert running.wait_until_settled(seconds=100)
            yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed with its file: as long as Playwright is open, Prefect's calls in this thread are coroutines."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def admin(browser: Browser, clinic: Clinic, pictures: Path) -> Iterator[Admin]:
    """Somebody of the clinic, in the clinic's time zone."""
    context = browser.new_context(
        base_url=clinic.plan.ui_url,
        viewport={"width": 1280, "height": 860},
        timezone_id=clinic.plan.database.timezone,
    )
    context.set_default_timeout(30_000)
    # The UI keeps what was typed once into its form, in each window (see test_foreign_page.py).
    password = base64.b64encode(clinic.plan.environ[CLIENT_AUTH].encode()).decode()
    context.add_init_script(f"localStorage.setItem('prefect-password', '{password}')")
    yield Admin(context, clinic, pictures)
    context.close()
