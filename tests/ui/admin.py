"""What a member of the staff does in Prefect's UI, and what they see there."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import BrowserContext, Locator, Page, expect

from bpjs_client.jenis import Jenis
from database.views.monitor import Filter, look, today
from deployments.run.clinic import Clinic
from tasks.prefect_server.environment import API_URL
from tests.flows.prefect_server import ask

RUN_SECONDS = 90
PRESSES, PRESS_SECONDS = 3, 15
_ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@dataclass
class Admin:
    """One person at one browser window; every link is followed in it."""

    context: BrowserContext
    clinic: Clinic
    pictures: Path

    def __post_init__(self) -> None:
        self.page: Page = self.context.new_page()

    def opens(self, address: str) -> None:
        """Type an address, or choose a bookmark."""
        self.page.goto(address)

    def opens_form(self, flow: str, filled: dict[str, Any]) -> None:
        """A deployment's form, as a link with values in it opens it."""
        ours = {"deployments": {"name": {"any_": [flow]}}}
        (deployment,) = self.asks("/deployments/filter", ours)
        self.opens(f"/deployments/deployment/{deployment['id']}/run?parameters={quote(json.dumps(filled))}")

    def opens_landing(self) -> None:
        """The bookmark of the first day: the address that `make run` prints."""
        key = {"artifacts": {"key": {"any_": ["beranda"]}}}
        (landing,) = self.asks("/artifacts/filter", key)
        self.opens(f"/artifacts/artifact/{landing['id']}")
        self._awaits_landing()

    def _awaits_landing(self) -> None:
        expect(self.page.get_by_role("heading", name="Menunggu tindakan")).to_be_visible()
        expect(self.page.get_by_role("cell", name="Semua")).to_be_visible()

    def follows(self, link: Locator | str) -> None:
        """Click a link, wherever it opens."""
        found = self.page.get_by_role("link", name=link, exact=True).first if isinstance(link, str) else link
        found.scroll_into_view_if_needed()
        before = len(self.context.pages)
        found.click()
        self.page.wait_for_timeout(500)
        if len(self.context.pages) > before:
            self.page = self.context.pages[-1]

    def types(self, value: str, over: str) -> None:
        """Replace what a field holds."""
        fields = self.page.locator("textarea, input")
        expect(fields.first).to_be_visible()
        self.page.wait_for_function(
            "over => [...document.querySelectorAll('textarea, input')].some(e => e.value.includes(over))",
            arg=over,
        )
        held = [field for field in fields.all() if over in field.input_value()]
        held[0].fill(value)

    def fills(self, name: str, value: str) -> None:
        """Type into an empty field of a form, required or not."""
        label = self.page.get_by_text(re.compile(rf"^\s*{name}( \(Optional\))?\s*$"))
        field = self.page.locator(".schema-form-property", has=label).last
        field.locator("textarea, input").first.fill(value)

    def chooses(self, value: str, name: str) -> None:
        """Open a form's drop-down by its arrow, the only place where this UI keeps it open, and choose."""
        label = self.page.get_by_text(name, exact=True)
        field = self.page.locator(".schema-form-property", has=label).last
        field.locator(".p-select-button__icon").click()
        self.page.locator(".p-select-option", has_text=value).first.click()
        expect(field).to_contain_text(value)

    def lists(self) -> list[str]:
        """The numbers of the jobs on the page of a list."""
        expect(self.page.get_by_role("link", name="Beranda")).to_be_visible()
        rows = self.page.locator("table").first.locator("tbody tr").all()
        return [row.locator("td").first.inner_text() for row in rows]

    def submits(self) -> dict[str, Any]:
        """Press the form's button and open the run that it started; the run, ended."""
        deployment = re.search(r"/deployments/deployment/([^/?]+)", self.page.url)
        assert deployment, self.page.url
        known = {run["id"] for run in self._runs_of(deployment[1])}
        self._presses_submit(lambda: {run["id"] for run in self._runs_of(deployment[1])} != known)
        deadline = time.monotonic() + RUN_SECONDS
        while time.monotonic() < deadline:
            new = [run for run in self._runs_of(deployment[1]) if run["id"] not in known]
            if new and new[0]["state_type"] in _ENDED:
                self.opens(f"/runs/flow-run/{new[0]['id']}")
                return new[0]
            self.page.wait_for_timeout(300)
        raise AssertionError(f"not ended: {[(r['name'], r['state_name']) for r in new]}")

    def _presses_submit(self, accepted: Callable[[], bool]) -> None:
        """Press, and press again if the form, still loading on a busy machine, did not react."""
        expect(self.page.locator(".schema-form-property").first).to_be_visible()
        form = self.page.url
        for _ in range(PRESSES):
            self.page.get_by_role("button", name="Submit").click()
            deadline = time.monotonic() + PRESS_SECONDS
            while time.monotonic() < deadline:
                self.page.wait_for_timeout(300)
                if self.page.url != form or accepted():
                    return
        raise AssertionError("the form's button does nothing")

    def _runs_of(self, deployment_id: str) -> list[dict[str, Any]]:
        ours = {"deployments": {"id": {"any_": [deployment_id]}}}
        runs = self.asks("/flow_runs/filter", ours)
        return [run for run in runs if not run["auto_scheduled"]]

    def counts(self) -> dict[str, list[int]]:
        """The landing page's table: by job type, the four cards."""
        rows = self.page.locator("table").first.locator("tbody tr").all()
        texts = [row.locator("td").all_inner_texts() for row in rows]
        return {name: [int(count) for count in counts] for name, *counts in texts}

    def true_counts(self, jenis: Jenis) -> list[int]:
        """What the four cards of a job type must show now."""
        database = self.clinic.database
        return list(look(database, Filter(jenis, today(database)), limit=1).cards.values())

    def a_failed_norm(self, jenis: Jenis, *, isi: tuple[str, str] | None = None) -> str:
        """The medical record number of a job that failed today."""
        database = self.clinic.database
        failed = Filter(jenis, today(database), status="tidak-terkirim", isi=isi)
        return str(look(database, failed, limit=1).rows[0]["norm"])

    def sees_counts(self, jenis: str, expected: list[int]) -> None:
        """Open the landing page until it shows these counts of a job type."""
        deadline = time.monotonic() + RUN_SECONDS
        self.opens_landing()
        while (found := self.counts()[jenis]) != expected:
            assert time.monotonic() < deadline, f"{jenis}: {found}, not {expected}"
            self.page.wait_for_timeout(1000)
            self.page.reload()
            self._awaits_landing()

    def sees(self, text: str) -> None:
        """Wait until the page shows it."""
        found = self.page.get_by_text(text).first
        expect(found).to_be_visible()
        found.scroll_into_view_if_needed()

    def sees_later(self, text: str) -> None:
        """Open the landing page until it shows this."""
        deadline = time.monotonic() + RUN_SECONDS
        self.opens_landing()
        while not self.page.get_by_text(text).count():
            assert time.monotonic() < deadline, f"never seen: {text}"
            self.page.wait_for_timeout(1000)
            self.page.reload()
            self._awaits_landing()

    def keeps(self, name: str) -> None:
        """Keep what the screen shows as a picture of the guide."""
        self.page.wait_for_timeout(700)  # what slides or fades in has done so
        self.page.screenshot(path=self.pictures / f"{name}.png")

    def asks(self, path: str, question: dict[str, Any]) -> list[dict[str, Any]]:
        """What Prefect's API knows; for the test, not for the person."""
        environ = self.clinic.plan.environ
        found: list[dict[str, Any]] = ask("POST", f"{environ[API_URL]}{path}", question, environ=environ)
        return found
