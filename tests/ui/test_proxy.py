"""The pages of Prefect's UI behind the proxy: a viewer sees them whole, without Prefect's password."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect

from tasks.prefect_server.password import SERVER_AUTH
from tests.deployments.proxy import NGINX, PASSWORD, proxied
from tests.flows.prefect_server import PrefectServer, ask

pytestmark = [pytest.mark.timeout(300), NGINX]

PAGES = (
    "/dashboard",
    "/runs",
    "/runs?tab=task-runs",
    "/runs/flow-run/{flow_run}",
    "/flows",
    "/flows/flow/{flow}",
    "/deployments",
    "/work-pools",
    "/artifacts",
    "/artifacts/artifact/{artifact}",
    "/artifacts/key/beranda-proxy",
    "/events",
)
# Of the second UI, to which the guide sends nobody.
FEW = ("/dashboard", "/runs/flow-run/{flow_run}", "/artifacts/artifact/{artifact}")
# For the names in a menu of the events' page, which is whole without them.
NOT_NEEDED = {"POST /api/block_documents/filter 403", "POST /api/automations/filter 403"}
# How the proxy refuses. What Prefect itself does not have or understand (its second UI asks for the run of an
# artifact that has none) is no matter of the proxy.
REFUSALS = {401, 403}


@pytest.fixture
def proxy(prefect: PrefectServer, tmp_path: Path) -> Iterator[str]:
    with proxied(urlsplit(prefect.api_url).netloc, os.environ[SERVER_AUTH], tmp_path) as url:
        yield url


def somebody(browser: Browser, proxy: str, who: str) -> BrowserContext:
    """A browser in which this person has typed their own password."""
    return browser.new_context(
        base_url=proxy,
        ignore_https_errors=True,
        http_credentials={"username": who, "password": PASSWORD, "origin": proxy},
    )


@pytest.fixture
def shown(prefect: PrefectServer) -> dict[str, str]:
    """Something to look at on each page."""
    name = f"alur-{uuid4()}"
    flow = ask("POST", f"{prefect.api_url}/flows/", {"name": name})["id"]
    state = {"type": "COMPLETED", "name": "Completed"}
    run = ask("POST", f"{prefect.api_url}/flow_runs/", {"flow_id": flow, "state": state})
    made = {"key": "beranda-proxy", "type": "markdown", "data": "# Menunggu tindakan"}
    artifact = ask("POST", f"{prefect.api_url}/artifacts/", made)["id"]
    return {"flow": flow, "flow_run": run["id"], "artifact": artifact}


def refused_on(page: Page, address: str) -> set[str]:
    """What the proxy did not let a page ask."""
    refused: set[str] = set()

    def note(answer: Response) -> None:
        if answer.status in REFUSALS:
            refused.add(f"{answer.request.method} {urlsplit(answer.url).path} {answer.status}")

    page.on("response", note)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.remove_listener("response", note)
    return refused


@pytest.mark.parametrize(("ui", "pages"), [("v1", PAGES), ("v2", FEW)])
def test_a_viewers_pages_are_whole(
    browser: Browser, proxy: str, shown: dict[str, str], ui: str, pages: tuple[str, ...]
) -> None:
    context = somebody(browser, proxy, "ops")
    context.add_cookies([{"name": "prefect_ui_version", "value": ui, "url": proxy}])
    page = context.new_page()
    base = "/v2" if ui == "v2" else ""
    missing = {address: refused_on(page, base + address.format(**shown)) - NOT_NEEDED for address in pages}
    assert {address: refused for address, refused in missing.items() if refused} == {}
    page.goto(f"{base}/artifacts/artifact/{shown['artifact']}")
    expect(page.get_by_role("heading", name="Menunggu tindakan")).to_be_visible()
    expect(page.get_by_text("Dashboard", exact=True).first).to_be_visible()
    context.close()
