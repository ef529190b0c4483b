"""A helper thread outlives whatever goes wrong in it, and says so without saying whom it is about."""

import logging
import threading

import pytest

from database.errors import DatabaseUnavailable
from tasks.repeating import repeatedly

WRONG = (
    DatabaseUnavailable("Basis data tidak dapat dihubungi."),
    ValueError("0001234567890"),
    KeyError("norm"),
)


@pytest.mark.parametrize("wrong", WRONG, ids=lambda error: type(error).__name__)
def test_what_goes_wrong_once_does_not_end_it(wrong: Exception, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    calls, again = [], threading.Event()

    def act() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise wrong
        again.set()

    with repeatedly("lease-keeper", act, every=0.01):
        assert again.wait(5), "it died silently"
    assert "lease-keeper" in caplog.text
    assert "0001234567890" not in caplog.text
