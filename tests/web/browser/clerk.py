"""A person at the page: what they do is counted, what their browser complains of is kept."""

from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Locator, Page

from tests.web.site import PASSWORD, Site

HOME = "/bpjs-fktp/monitoring"


@dataclass
class Clerk:
    """One window; `clicks` and `keys` since the last `begins`."""

    context: BrowserContext
    site: Site
    clicks: int = 0
    keys: int = 0
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def logs_in(self, name: str) -> None:
        self.page.goto("/")
        self.page.get_by_label("Nama pengguna").fill(name)
        self.page.get_by_label("Kata sandi").fill(PASSWORD)
        self.page.get_by_role("button", name="Masuk").click()
        self.page.wait_for_url(f"**{HOME}")

    def begins(self) -> None:
        """Open the page anew, and count from here."""
        self.page.goto(HOME)
        self.clicks = self.keys = 0

    def clicks_on(self, place: Locator) -> None:
        place.click()
        self.clicks += 1

    def types(self, place: Locator, text: str, *, enters: bool = False) -> None:
        """Type into a field that is clicked first; Enter is one key more."""
        self.clicks_on(place)
        place.fill(text)
        self.keys += len(text)
        if enters:
            place.press("Enter")
            self.keys += 1

    def chooses(self, name: str, word: str) -> None:
        """Choose from a list: a click opens it, a click chooses."""
        self.page.get_by_role("combobox", name=name).select_option(label=word)
        self.clicks += 2

    def row(self, job_id: int) -> Locator:
        return self.page.locator(f"#baris-{job_id}")

    def detail(self) -> Locator:
        return self.page.locator("#rincian")
