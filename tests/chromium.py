"""A real browser for tests, where one is installed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
ASKED_FOR = "TEST_UI"  # set by `make test-ui`: then a missing Chromium is a failure
HAS_BROWSER = bool(CHROMIUM) or ASKED_FOR in os.environ


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium without a window, which asks nobody but whom it is sent to."""
    assert CHROMIUM, f"Chromium is needed: none of {', '.join(BROWSERS)} is on the PATH"
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()
