"""The page behind nginx with the template that we ship: https, a cookie for it alone, the browser's own address."""

from pathlib import Path
from urllib.parse import urlsplit

import httpx

from database.people.acts import last_acts
from tests.database.clinic import Clinic
from tests.deployments.proxy import NGINX, proxied
from tests.web.site import PASSWORD, Site, serving
from web.desk import Desk
from web.settings import WebSettings


@NGINX
def test_behind_the_proxy_a_session_travels_by_https_alone(site: Site, tmp_path: Path) -> None:
    settings = WebSettings(_env_file=None, hosts="klinik.example", proxy="127.0.0.1")
    with serving(Desk(site.database, settings), Clinic(site.database)) as page:
        behind = urlsplit(page.url).netloc
        with proxied("127.0.0.1:9", "admin:x", tmp_path, page=behind) as proxy:
            url = proxy.replace("localhost", "127.0.0.1")
            headers = {"Origin": url.rpartition(":")[0], "Sec-Fetch-Site": "same-origin"}
            with httpx.Client(base_url=url, verify=False, trust_env=False, headers=headers) as browser:
                answer = browser.post(
                    "/masuk",
                    data={"nama": "budi", "kata_sandi": PASSWORD},
                    headers={"X-Forwarded-For": "203.0.113.9"},
                )
                assert answer.status_code == 303, answer.text
                said = answer.headers["set-cookie"]
                assert said.startswith("__Host-bpjs=")
                assert "; Secure" in said
                assert "Path=/" in said
                assert "max-age" in answer.headers["strict-transport-security"]
                assert browser.get("/bpjs-fktp/monitoring").status_code == 200
    assert last_acts(site.database, limit=1)[0].address == "127.0.0.1", "the proxy's word, not the browser's"
