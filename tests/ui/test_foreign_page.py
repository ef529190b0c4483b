"""A page of another origin in the clinic's browser: it learns nothing from Prefect's server, and starts nothing."""

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tasks.prefect_server.password import CLIENT_AUTH
from tests.flows.prefect_server import PrefectServer, ask

pytestmark = [pytest.mark.timeout(300)]

# The answer's text, or why there is none.
ASKS = """async ([url, how]) => {
    try { const answer = await fetch(url, how); return [answer.type, answer.status, await answer.text()]; }
    catch (refused) { return ["refused", 0, String(refused)]; }
}"""
LISTENS = """url => new Promise(done => {
    const heard = [], socket = new WebSocket(url, "prefect");
    socket.onopen = () => {
        socket.send(JSON.stringify({type: "auth", token: null}));
        socket.send(JSON.stringify({type: "filter", filter: {}}));
    };
    socket.onmessage = message => heard.push(message.data);
    socket.onclose = () => done(heard);
    setTimeout(() => done(heard), 10000);
})"""


@pytest.fixture(scope="module")
def foreign() -> Iterator[str]:
    """The address of a page that is not ours."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>evil</title>")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context()
    made.set_default_timeout(60_000)
    yield made
    made.close()


def enter(page: Page, prefect: PrefectServer, host: str = "127.0.0.1") -> None:
    """Log in to the UI, as somebody of the clinic has done in the same browser."""
    ui = prefect.api_url.removesuffix("/api").replace("127.0.0.1", host)
    page.goto(f"{ui}/login")
    page.get_by_placeholder("admin:pass").fill(os.environ[CLIENT_AUTH])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def tried(page: Page, url: str, **how: Any) -> Any:
    return page.evaluate(ASKS, [url, how])


def test_a_foreign_page_learns_and_starts_nothing(
    context: BrowserContext, foreign: str, prefect: PrefectServer
) -> None:
    enter(context.new_page(), prefect)
    page, name = context.new_page(), f"dari-halaman-lain-{uuid4()}"
    page.goto(foreign)
    json_type = {"Content-Type": "application/json"}
    for credentials in ("omit", "include"):
        told = {"method": "POST", "body": "{}", "headers": json_type, "credentials": credentials}
        for path in ("/task_runs/filter", f"/deployments/{uuid4()}/create_flow_run"):
            assert tried(page, f"{prefect.api_url}{path}", **told)[0] == "refused"
        read = tried(page, f"{prefect.api_url}/admin/version", credentials=credentials)
        assert read[0] == "refused"
        for kind in ({"Content-Type": "text/plain"}, {}):
            simple = {"method": "POST", "mode": "no-cors", "headers": kind, "credentials": credentials}
            sent = tried(page, f"{prefect.api_url}/flows/", body=f'{{"name": "{name}"}}', **simple)
            assert sent == ["opaque", 0, ""]
    assert page.evaluate(LISTENS, f"{prefect.api_url.replace('http:', 'ws:')}/events/out") == []
    assert prefect.query("/flows/filter", flows={"name": {"any_": [name]}}) == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_ui_asks_for_the_password_once(
    context: BrowserContext, prefect: PrefectServer, host: str
) -> None:
    name = f"alur-{uuid4()}"
    ask("POST", f"{prefect.api_url}/flows/", {"name": name})
    ui = prefect.api_url.removesuffix("/api").replace("127.0.0.1", host)
    page = context.new_page()
    page.goto(f"{ui}/flows")
    expect(page.get_by_placeholder("admin:pass")).to_be_visible()
    enter(page, prefect, host)
    page.goto(f"{ui}/flows")
    expect(page.get_by_text(name)).to_be_visible()
