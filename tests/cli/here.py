"""The `bpjs` command in this process, for tests that need no process of its own: a hundredth of the time."""

import io
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from unittest.mock import patch

from typer._click.core import Command
from typer.core import TyperGroup
from typer.main import get_command

from cli.app import _app, main
from tasks.clinics import configured_clinics
from tests.cli.terminal import Ran


def every_command() -> Mapping[str, Command]:
    """The commands of `bpjs` by name."""
    group = get_command(_app([]))
    assert isinstance(group, TyperGroup)
    return group.commands


def bpjs(*words: str, typed: str = "", environ: Mapping[str, str] | None = None) -> Ran:
    """How a call ends and what it prints; `environ` is added to this process's for its length."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    kept = [(number, signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM)]
    with ExitStack() as around:
        around.enter_context(patch.dict(os.environ, environ or {}))
        around.enter_context(patch.object(sys, "argv", ["bpjs", *words]))
        around.enter_context(patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode()))))
        around.enter_context(redirect_stdout(out))
        around.enter_context(redirect_stderr(err))
        around.callback(os.umask, os.umask(0o077))  # the command sets it for its whole process
        around.callback(configured_clinics.cache_clear)
        configured_clinics.cache_clear()
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        finally:
            for number, handler in kept:
                signal.signal(number, handler)
    return Ran(code, *(_said(stream) for stream in (out, err)))


def _said(stream: io.TextIOWrapper) -> str:
    stream.flush()
    written = stream.buffer
    assert isinstance(written, io.BytesIO)
    return written.getvalue().decode()
