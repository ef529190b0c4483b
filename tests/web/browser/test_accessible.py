"""axe finds nothing serious on any page, in light and dark, on a desk and on a phone; nothing is cut off."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from database import enqueue
from tests.tasks.bodies import BODIES
from tests.web.browser.clerk import HOME, Clerk
from tests.web.site import PASSWORD, Site

SIZES = {"desk": {"width": 1280, "height": 860}, "phone": {"width": 390, "height": 844}}
LONG = "Raden Ajeng " + "Kusumawardhanahidayatullah" * 3


def _detail(page: Page) -> None:
    page.get_by_title("Detail").first.click()
    page.locator("#pekerjaan").wait_for()


def _edit(page: Page) -> None:
    page.get_by_title("Perbaiki isiannya").first.click()
    page.locator(".ubah").wait_for()


def _bulk(page: Page) -> None:
    page.get_by_role("button", name="Kirim ulang semua yang gagal").click()
    page.get_by_role("heading", name="Kirim ulang massal").wait_for()


def _account(page: Page) -> None:
    page.get_by_title("Keamanan akun").click()
    page.get_by_role("heading", name="Ganti kata sandi").wait_for()


def _second_factor(page: Page) -> None:
    _account(page)
    card = page.locator("section", has=page.get_by_role("heading", name="Kode kedua"))
    card.get_by_label("Kata sandi sekarang").fill(PASSWORD)
    card.get_by_role("button").click()
    page.get_by_role("button", name="Nyalakan kode kedua").wait_for()


STATES: dict[str, Callable[[Page], None]] = {
    "monitoring": lambda _page: None,
    "detail": _detail,
    "edit": _edit,
    "bulk": _bulk,
    "account": _account,
    "second factor": _second_factor,
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_serious(browser: Browser, site: Site, size: str, scheme: str) -> None:
    site.failed(norm="RM-1")
    site.failed("tambah-kunjungan", norm="RM-2")
    enqueue("tambah-antrean", "RM-3", LONG, BODIES["tambah-antrean"], database=site.database)
    context = browser.new_context(base_url=site.url, viewport=SIZES[size], color_scheme=scheme)  # type: ignore[arg-type]
    clerk = Clerk(context, site)
    clerk.page.goto("/masuk")
    found = {"masuk": _serious(clerk.page)}
    clerk.logs_in("sari")
    for name, reach in STATES.items():
        clerk.page.goto(HOME)
        reach(clerk.page)
        found[name] = [*_serious(clerk.page), *_too_wide(clerk.page)]
    context.close()
    assert [each for each in found.items() if each[1]] == []
    assert clerk.complaints == []


def _serious(page: Page) -> list[str]:
    violations = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:200]}"
        for each in violations
        if each["impact"] in {"serious", "critical"}
    ]


def _too_wide(page: Page) -> list[str]:
    """The page scrolls sideways."""
    wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{wide} px too wide"] if wide > 1 else []
