"""What is refused before any page sees it, and what is said with every answer."""

import httpx
import pytest

from tests.web.site import PASSWORD, Site

LOGIN = {"nama": "budi", "kata_sandi": PASSWORD}


@pytest.mark.parametrize("site_word", ["cross-site", "same-site", "none", ""])
def test_a_form_of_another_page_is_refused(site: Site, site_word: str) -> None:
    answer = site.client(headers={"Sec-Fetch-Site": site_word}).post("/masuk", data=LOGIN)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("origin", ["https://jahat.example", "null", "http://127.0.0.1", ""])
def test_without_the_browsers_word_a_foreign_origin_is_refused(site: Site, origin: str) -> None:
    with httpx.Client(base_url=site.url, headers={"Origin": origin}, trust_env=False) as old_browser:
        assert old_browser.post("/masuk", data=LOGIN).status_code == 403


def test_a_browser_that_only_names_its_origin_may_log_in(site: Site) -> None:
    with httpx.Client(base_url=site.url, headers={"Origin": site.url}, trust_env=False) as old_browser:
        assert old_browser.post("/masuk", data=LOGIN).status_code == 303


def test_who_says_neither_is_refused(site: Site) -> None:
    with httpx.Client(base_url=site.url, trust_env=False) as nobody:
        assert nobody.post("/masuk", data=LOGIN).status_code == 403


@pytest.mark.parametrize("host", ["jahat.example", "127.0.0.1.jahat.example", "localhost@jahat.example", ""])
def test_a_name_that_is_not_ours_is_refused(site: Site, host: str) -> None:
    assert site.client(headers={"Host": host}).get("/masuk").status_code == 400


def test_a_body_that_is_too_large_is_refused_before_it_is_read(site: Site) -> None:
    answer = site.client().post("/masuk", data={"nama": "x" * 1_100_000})
    assert answer.status_code == 413


def test_a_body_without_a_length_has_the_same_limit(site: Site) -> None:
    def much() -> object:
        for _ in range(40):
            yield b"a" * 50_000

    answer = site.client().post("/masuk", content=much())  # type: ignore[arg-type]
    assert answer.status_code == 413


def test_every_answer_forbids_framing_caching_and_foreign_scripts(site: Site) -> None:
    client = site.logged_in("budi")
    for path in ("/masuk", "/bpjs-fktp/monitoring", "/tidak-ada", "/"):
        headers = client.get(path).headers
        assert "default-src 'none'; script-src 'self'" in headers["content-security-policy"], path
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"


def test_no_page_has_a_script_or_a_style_of_its_own(site: Site) -> None:
    site.failed()
    text = site.logged_in("budi").get("/bpjs-fktp/monitoring").text
    assert "style=" not in text
    assert "<style" not in text
    assert "onclick" not in text
    assert text.count("<script") == text.count('<script src="/static/')


@pytest.mark.parametrize(
    "body",
    [b"nama=%ff%fe", b"&".join([b"a=1"] * 7_000), b"\xff\xfe\x00", b"nama=\x00\x00&kata_sandi=" + b"%00" * 9],
)
def test_nonsense_is_a_sentence_and_no_traceback(site: Site, body: bytes) -> None:
    answer = site.client().post(
        "/masuk", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code in {400, 403}
    assert "Traceback" not in answer.text


def test_another_kind_of_body_is_refused(site: Site) -> None:
    assert site.client().post("/masuk", json=LOGIN).status_code == 415


def test_an_unforeseen_error_is_a_sentence_and_its_text_is_nowhere(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_given: object, **_named: object) -> None:
        raise RuntimeError("noKartu 0001234567890")

    client = site.logged_in("budi")
    monkeypatch.setattr("web.monitor.job_page", broken)
    answer = client.get("/bpjs-fktp/monitoring")
    assert answer.status_code == 500
    assert answer.text.startswith("Ada kesalahan di server ini")
    assert "RuntimeError at broken:" in caplog.text
    assert "0001234567890" not in answer.text + caplog.text
