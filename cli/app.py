"""The command line of `bpjs`: it turns every error into one sentence and an exit code."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Annotated

import typer
from pydantic import ValidationError
from typer.exceptions import TyperException
from typer.main import get_command

from cli.help import IndonesianCommand, IndonesianGroup
from cli.patience import patience
from cli.shutdown import INTERRUPTED
from cli.terminal import UserError, complain, console, forgive_encoding, open_closed_streams, stop_talking
from cli.wording import in_indonesian
from database import DatabaseError
from database.storage.private_files import keep_private
from tasks.clinics import ClinicsWrong, NotFilledIn
from tasks.machine_words import why
from tasks.prefect_server.running import know_simulator
from tasks.wrong_settings import sentence

# In the order of the help; a command is the function of its module's name.
_COMMANDS = (
    "enqueue",
    "periksa",
    "send",
    "dispatch",
    "monitor",
    "show",
    "arti",
    "resend",
    "report",
    "kbk",
    "tutup",
    "jeda",
    "resume",
    "sync",
    "referensi",
    "jadwal",
    "peserta",
    "rujukan",
    "simulator",
    "doctor",
    "migrate_database",
    "reseal",
    "pindah_bpjs",
    "pengguna",
    "web",
    "token",
    "webhook",
)


def _say_version(asked: bool) -> None:
    if asked:
        console().print(f"bpjs {version('bpjs-fktp')}")
        raise typer.Exit


def _options(
    shows_version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Menampilkan versinya.")
    ] = False,
) -> None:
    """Options of `bpjs` itself, before the name of a command."""


def _app(asked: Sequence[str]) -> typer.Typer:
    """The command that the call names, or all commands, which take long to import."""
    app = typer.Typer(
        cls=IndonesianGroup,
        help="Mengirim pekerjaan BPJS FKTP, memantau, dan memeriksa.",
        no_args_is_help=True,
        add_completion=False,
        # Typer's own tracebacks print local variables, bodies and secrets among them.
        pretty_exceptions_enable=False,
    )
    app.callback()(_options)  # without a callback a lone command would be the whole application
    named = asked[0].replace("-", "_") if asked else ""
    for name in (named,) if named in _COMMANDS else _COMMANDS:
        app.command(cls=IndonesianCommand)(getattr(import_module(f"cli.commands.{name}"), name))
    return app


USER_ERROR = 2


def main() -> None:
    """Run the command line and exit: 0 or what the command says, 2 for a mistake, 130 after Ctrl-C."""
    keep_private()
    open_closed_streams()
    forgive_encoding()
    try:
        know_simulator(os.environ)
        code = get_command(_app(sys.argv[1:])).main(prog_name="bpjs", standalone_mode=False)
    except (UserError, DatabaseError, ClinicsWrong, NotFilledIn) as error:
        code = complain(str(error), USER_ERROR)
    except ValidationError as wrong:
        code = complain(sentence(wrong), USER_ERROR)
    except UnicodeError:
        code = complain(
            "Ada yang bukan teks UTF-8 atau alamat yang sah; periksa .env dan yang diketik.", USER_ERROR
        )
    except OSError as broken:
        stop_talking()
        code = complain(
            f"Keluaran tidak dapat ditulis ({why(broken)}); yang sudah diterima tetap tersimpan.",
            USER_ERROR,
        )
    except TyperException as wrong:
        said = in_indonesian(wrong.format_message()) or "Pilih satu perintah"
        code = complain(f"{said}. Bantuan: bpjs --help", USER_ERROR)
    except (typer.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    patience.over()
    sys.exit(code if isinstance(code, int) else 0)
