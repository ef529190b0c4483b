"""Puts the commands together and turns what can go wrong into one sentence and an exit code."""

import os
import sys

import typer
from pydantic import ValidationError
from typer.exceptions import TyperException
from typer.main import get_command

from cli.dispatch import dispatch
from cli.doctor import doctor
from cli.enqueue import enqueue
from cli.monitor import monitor
from cli.resume import resume
from cli.send import send
from cli.show import show
from cli.simulator import simulator
from cli.terminal import UserError, complain
from cli.tutup import tutup
from database import DatabaseError

app = typer.Typer(
    help="Mengirim pekerjaan BPJS FKTP, memantau, dan memeriksa.",
    no_args_is_help=True,
    add_completion=False,
    # Typer's own tracebacks print local variables, bodies and secrets among them.
    pretty_exceptions_enable=False,
)
for command in (enqueue, send, dispatch, monitor, show, tutup, resume, simulator, doctor):
    app.command()(command)

USER_ERROR, INTERRUPTED = 2, 130


def main() -> None:
    """Run the command line and exit: 0 or what the command says, 2 for a mistake, 130 after Ctrl-C."""
    try:
        code = get_command(app).main(standalone_mode=False)
    except (UserError, DatabaseError) as error:
        code = complain(str(error), USER_ERROR)
    except ValidationError as wrong:
        code = complain(f"Pengaturan salah: {_named(wrong)}", USER_ERROR)
    except TyperException as wrong:
        said = wrong.format_message().replace("Value error, ", "").rstrip(".")
        code = complain(f"{said}. Bantuan: bpjs --help" if said else "Bantuan: bpjs --help", USER_ERROR)
    except (typer.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has left; what is still buffered goes nowhere instead of failing at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code if isinstance(code, int) else 0)


def _named(wrong: ValidationError) -> str:
    """The variables that are wrong and why, never their values."""
    problems = (
        (f"BPJS_{error['loc'][0]}".upper() if error["loc"] else "BPJS_…", error["msg"])
        for error in wrong.errors(include_input=False, include_url=False, include_context=False)
    )
    return "; ".join(f"{name}: {reason.removeprefix('Value error, ')}" for name, reason in problems)
