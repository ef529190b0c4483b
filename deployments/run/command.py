"""`make run` and `make demo`, every end of which becomes an exit code."""

import argparse
import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from database import DatabaseError
from database.storage.private_files import keep_private
from deployments.children.lock import AlreadyRunning
from deployments.children.processes import Interrupted, StepFailed
from deployments.children.signals import Stop, stop_on_signals
from deployments.run.demo import demonstrate
from deployments.run.make_run import stay_up
from deployments.run.plan import demo_plan, everyday_plan
from deployments.run.screen import Screen
from tasks.clinics import ClinicsWrong, NotFilledIn
from tasks.machine_words import why
from tasks.prefect_server.password import NoPassword
from tasks.wrong_settings import sentence

SUCCESS, FAILURE, USER_ERROR, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until Ctrl-C, or the demo until its end; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m deployments.run", description=__doc__)
    parser.add_argument(
        "--demo", action="store_true", help="one clinic day in a fresh folder, checked, then end"
    )
    keep_private()
    screen = Screen()
    with stop_on_signals() as stop:
        wanted = _demo if parser.parse_args(arguments).demo else _everyday
        return _code(lambda: wanted(stop, screen), screen)


def _everyday(stop: Stop, screen: Screen) -> int:
    with suppress(Interrupted):  # how this run is meant to end
        stay_up(everyday_plan(os.environ), stop, screen)
    return SUCCESS


def _demo(stop: Stop, screen: Screen) -> int:
    with tempfile.TemporaryDirectory(prefix="bpjs-demo-") as folder:
        return SUCCESS if demonstrate(demo_plan(os.environ, Path(folder)), stop, screen) else FAILURE


def _code(wanted: Callable[[], int], screen: Screen) -> int:
    try:
        return wanted()
    except Interrupted:
        return INTERRUPTED
    except (AlreadyRunning, ClinicsWrong, DatabaseError, NoPassword, NotFilledIn) as refused:
        screen.failed(str(refused))
        return USER_ERROR
    except ValidationError as wrong:
        screen.failed(sentence(wrong))
        return USER_ERROR
    except StepFailed as failed:
        screen.failed(str(failed))
        return FAILURE
    except OSError as refused:
        screen.failed(f"{refused.filename or 'Berkas'} tidak dapat dibuka ({why(refused)}).")
        return FAILURE
