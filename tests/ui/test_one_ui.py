"""Prefect brings two UIs: people come to the first, by whatever address, and its pages ask nobody outside."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.flows.prefect_server import PrefectServer
from tests.ui.test_foreign_page import enter

pytestmark = [pytest.mark.timeout(300)]

PAGES = ("/", "/runs?tab=task-runs", "/deployments", "/artifacts", "/events", "/settings")
SECOND = "/v2"


@pytest.fixture(scope="module")
def page(browser: Browser, prefect: PrefectServer) -> Iterator[Page]:
    """Somebody who has typed the password."""
    context = browser.new_context(base_url=prefect.api_url.removesuffix("/api"))
    context.set_default_timeout(60_000)
    opened = context.new_page()
    enter(opened, prefect)
    yield opened
    context.close()


def test_the_bare_address_leads_to_the_first_ui(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("button", name="Switch to V2 UI")).to_be_visible()  # only the first offers it
    assert not urlsplit(page.url).path.startswith(SECOND), page.url


def test_no_page_asks_another_host(page: Page) -> None:
    asked: set[str] = set()

    def note(request: Request) -> None:
        asked.add(urlsplit(request.url).netloc)

    page.on("request", note)
    for address in PAGES:
        page.goto(address)
        page.wait_for_load_state("networkidle")
    assert asked - {"", urlsplit(page.url).netloc} == set()
