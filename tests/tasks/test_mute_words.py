"""BPJS's words and names in an alert call nobody and hide no address, whatever shows them."""

from typing import Any

import pytest

from tasks.alerts import watch
from tasks.alerts.mute_words import mute_words

POWERFUL = [
    ("<!channel> ditolak", "‹!channel› ditolak"),
    ("<https://evil.example|Kirim ulang>", "‹https://evil.example|Kirim ulang›"),
    ("@everyone dan @here", "＠everyone dan ＠here"),
    (
        "[x](https://evil.example) ![y](https://evil.example)",
        "[x] (https://evil.example) ![y] (https://evil.example)",
    ),
    ("[x][1] [1]: https://evil.example", "[x] [1] [1] : https://evil.example"),
    ('<img src="https://evil.example">', '‹img src="https://evil.example"›'),
    ("kdPoli: Tidak sesuai (412).", "kdPoli: Tidak sesuai (412)."),
]


@pytest.mark.parametrize(("said", "shown"), POWERFUL)
def test_no_sign_keeps_its_power(said: str, shown: str) -> None:
    assert mute_words(said) == shown


def test_every_event_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(watch, "emit_event", lambda _event, **more: told.append(more["payload"]))
    watch.emit(watch.News("bpjs.sebab.datang", {}, "PCare: <!channel>."))
    assert told == [{"pesan": "PCare: ‹!channel›."}]
