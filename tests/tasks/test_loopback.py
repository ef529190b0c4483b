"""A proxy of the environment never stands between us and this machine."""

import pytest

from tasks.loopback import spare_loopback

HERE = "127.0.0.1,localhost,::1"
PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize("name", ["HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_where_a_proxy_is_named_this_machine_is_kept_from_it(name: str) -> None:
    environ = {name: PROXY}
    spare_loopback(environ)
    assert environ == {name: PROXY, "NO_PROXY": HERE, "no_proxy": HERE}


def test_what_the_user_keeps_from_it_stays_so() -> None:
    environ = {"HTTP_PROXY": PROXY, "NO_PROXY": "klinik.lan, ::1", "no_proxy": "lain.lan,"}
    spare_loopback(environ)
    assert environ["NO_PROXY"] == environ["no_proxy"] == "klinik.lan,::1,lain.lan,127.0.0.1,localhost"


@pytest.mark.parametrize("environ", [{}, {"HTTP_PROXY": ""}, {"NO_PROXY": "klinik.lan"}])
def test_without_a_proxy_nothing_is_added(environ: dict[str, str]) -> None:
    before = dict(environ)
    spare_loopback(environ)
    assert environ == before


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "socks5h://x", "SOCKS4://x:1", "ftp://x:9"])
@pytest.mark.parametrize("name", ["ALL_PROXY", "all_proxy", "HTTP_PROXY", "https_proxy"])
def test_a_proxy_with_which_no_client_starts_is_left_out(name: str, proxy: str) -> None:
    environ = {name: proxy}
    spare_loopback(environ)
    assert environ == {}


@pytest.mark.parametrize("proxy", ["http://proxy.klinik:3128", "https://x", "proxy.klinik:3128", "HTTP://x"])
def test_any_other_stays(proxy: str) -> None:
    environ = {"HTTP_PROXY": proxy}
    spare_loopback(environ)
    assert environ["HTTP_PROXY"] == proxy
