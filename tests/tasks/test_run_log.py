"""Prefect's lines about the end of a run become one sentence, whatever it was."""

import logging

import pytest
from prefect.exceptions import CancelledRun, FailedRun
from prefect.states import Cancelled, Completed, Failed

from database.errors import DatabaseUnavailable
from tasks.prefect_server.run_log import in_plain_words

ENGINE = "Engine execution exited with unexpected exception"


def record(said: str, error: Exception | None = None) -> logging.LogRecord:
    info = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord("prefect.flow_runs", logging.ERROR, "", 0, said, None, info)


ENDS = [
    (FailedRun("Gagal · norm wajib diisi"), "ERROR", "Gagal · norm wajib diisi"),
    (CancelledRun("Menunggu · giliran"), "INFO", "Menunggu · giliran"),
    (DatabaseUnavailable("Basis data penuh."), "ERROR", "Gagal · Basis data penuh."),
    (
        ValueError("0001234567890"),
        "ERROR",
        "Terhenti · kesalahan program (ValueError); laporkan kepada pengembang",
    ),
]


@pytest.mark.parametrize(("error", "level", "said"), ENDS, ids=[type(row[0]).__name__ for row in ENDS])
def test_the_end_of_a_flow_is_a_sentence_without_its_traceback(
    error: Exception, level: str, said: str
) -> None:
    line = record(ENGINE, error)
    assert in_plain_words(line)
    assert (line.levelname, line.getMessage(), line.exc_info, line.exc_text) == (level, said, None, None)


@pytest.mark.parametrize("said", ["Gagal · 412 kdPoli: 'x' \"y\"", "Gagal · O'Brien", "Gagal · dua\nbaris"])
def test_the_end_of_a_task_is_what_its_state_says(said: str) -> None:
    line = record(f"Finished in state {Failed(message=said)}")
    assert in_plain_words(line)
    assert (line.levelname, line.getMessage()) == ("ERROR", said)


def test_a_job_that_waits_alarms_nobody() -> None:
    line = record(f"Finished in state {Cancelled(name='Ditunda', message='Menunggu · giliran')}")
    assert in_plain_words(line)
    assert (line.levelname, line.getMessage()) == ("INFO", "Menunggu · giliran")


@pytest.mark.parametrize("said", ["Finished in state Completed()", "Something else happened", ENGINE])
def test_other_lines_stay(said: str) -> None:
    line = record(said)
    assert in_plain_words(line)
    assert (line.levelname, line.getMessage()) == ("ERROR", said)
    assert in_plain_words(record(f"Finished in state {Completed()}"))
