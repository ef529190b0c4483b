"""The page of a run tells its end in one Indonesian sentence, and never in a traceback.

Prefect writes a line of its own when a run ends. Of a flow that returned a failed or postponed state it is an
exception with its whole traceback, in whose last line the reason stands; of a task it quotes the state. A
traceback may also quote what a person typed. So these lines are rewritten before anything keeps them.
"""

import ast
import logging
import re

from prefect.exceptions import CancelledRun, FailedRun

from database import DatabaseError

# Prefect's own words (3.8.8); a test with a real worker sees whether they are still these.
_FLOW_ENDED = ("Engine execution ", "Execution of flow run ", "Execution exited ", "Execution interrupted ")
_TASK_ENDED = re.compile(r"Finished in state \w+\((?P<said>(['\"]).*\2)(?P<kind>, type=\w+)?\)", re.DOTALL)


def say_ends_plainly() -> None:
    """Rewrite the lines from here on; calling it again changes nothing."""
    for name in ("prefect.flow_runs", "prefect.engine", "prefect.task_runs"):
        logging.getLogger(name).addFilter(in_plain_words)
    # The reason of a failure belongs on the run's page; the terminal of a dispatcher would drown in it.
    logging.getLogger("prefect.task_runs").propagate = False


def in_plain_words(record: logging.LogRecord) -> bool:
    """A filter for loggers: says in a sentence how a run ended. It drops nothing."""
    said = record.getMessage()
    if record.exc_info and said.startswith(_FLOW_ENDED):
        _end_of_flow(record)
    elif found := _TASK_ENDED.fullmatch(said):
        # Of the standard states Prefect does not name the type: with one, the job waits, which alarms nobody.
        _say(record, str(ast.literal_eval(found["said"])), is_alarming=not found["kind"])
    return True


def _end_of_flow(record: logging.LogRecord) -> None:
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    record.exc_info = record.exc_text = None
    if isinstance(error, FailedRun | CancelledRun):  # the state that the flow returned, raised by Prefect
        _say(record, str(error), is_alarming=isinstance(error, FailedRun))
    elif isinstance(error, DatabaseError):
        _say(record, f"Gagal · {error}", is_alarming=True)
    else:  # only its kind: its text may quote what was typed
        kind = type(error).__name__
        _say(record, f"Terhenti · kesalahan program ({kind}); laporkan kepada pengembang", is_alarming=True)


def _say(record: logging.LogRecord, said: str, *, is_alarming: bool) -> None:
    record.msg, record.args = said, ()
    if not is_alarming:
        record.levelno, record.levelname = logging.INFO, logging.getLevelName(logging.INFO)
