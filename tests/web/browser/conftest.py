"""A clerk at the page in a real browser; every message on its console is a fault."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.chromium import HAS_BROWSER, chromium
from tests.web.browser.clerk import Clerk
from tests.web.site import Site

collect_ignore_glob = [] if HAS_BROWSER else ["test_*.py"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def clerk(browser: Browser, site: Site) -> Iterator[Clerk]:
    """`budi` of the clinic utama, who has just logged in."""
    context = browser.new_context(
        base_url=site.url, viewport={"width": 1280, "height": 860}, timezone_id="Asia/Jakarta"
    )
    context.set_default_timeout(10_000)
    clerk = Clerk(context, site)
    clerk.logs_in("budi")
    yield clerk
    context.close()
    assert clerk.complaints == []
