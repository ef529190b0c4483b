"""The help of the commands is shown in Indonesian; Typer's own is English."""

import inspect
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, get_args

from rich.table import Table
from rich.text import Text
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from cli.terminal import console

# The word that stands for the value of an option, by its type.
_VALUES: dict[object, str] = {int: "ANGKA", float: "ANGKA", Path: "BERKAS"}
_MOST = 2**31  # a greater limit is the database's, and nobody needs to read it
_HELP = "Menampilkan bantuan ini."


class IndonesianCommand(TyperCommand):
    """A command whose help is in Indonesian."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print it; what goes through the formatter would be Typer's."""
        _print_help(ctx.command_path, self.help, self.get_params(ctx))


class IndonesianGroup(TyperGroup):
    """All commands, with an Indonesian help."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print it; what goes through the formatter would be Typer's."""
        _print_help(ctx.command_path, self.help, self.get_params(ctx), rest="PERINTAH …")
        _print_section("Perintah", [(name, _first(each.help)) for name, each in self.commands.items()])
        console().print("\nBantuan satu perintah: bpjs PERINTAH --help", markup=False)


def _first(text: str | None) -> str:
    """The first paragraph of a help text, on one line."""
    return " ".join(inspect.cleandoc(text or "").partition("\n\n")[0].split())


def _print_help(path: str, text: str | None, params: Sequence[Any], rest: str = "") -> None:
    arguments = [each for each in params if isinstance(each, TyperArgument)]
    options = [each for each in params if isinstance(each, TyperOption)]
    words = [path, "[PILIHAN]", *(_place(each) for each in arguments), rest]
    screen = console()
    screen.print("Pemakaian:", Text(" ".join(filter(None, words)), style="bold"))
    for paragraph in inspect.cleandoc(text or "").split("\n\n"):
        screen.print(f"\n{' '.join(paragraph.split())}", markup=False)
    _print_section("Yang disebut", [(_name(each), _told(each)) for each in arguments])
    _print_section("Pilihan", [(_option(each), _told(each)) for each in options])


def _print_section(title: str, rows: Sequence[tuple[str, str]]) -> None:
    if not rows:
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, told in rows:
        table.add_row(Text(f"  {name}", style="bold cyan"), Text(told))
    screen = console()
    screen.print(f"\n{title}", style="bold")
    screen.print(table)


def _place(argument: TyperArgument) -> str:
    """An argument in the line that shows how the command is called; brackets: it may be left out."""
    more = "…" if argument.nargs != 1 else ""
    return f"{_name(argument)}{more}" if argument.required else f"[{_name(argument)}{more}]"


def _name(argument: TyperArgument) -> str:
    return (argument.metavar or argument.name or "").strip("[]").upper()


def _option(option: TyperOption) -> str:
    """`--limit ANGKA`."""
    if option.is_flag:
        return option.opts[0]
    words = "NILAI" if _choices(option) else _VALUES.get(_type(option), "TEKS")
    return f"{option.opts[0]} {option.metavar or words}"


def _told(param: Any) -> str:
    return " ".join(filter(None, _sentences(param)))


def _sentences(param: Any) -> Iterator[str]:
    """The help of a parameter: its own text, then its possible values, and whether it must be given."""
    yield _HELP if param.name == "help" else param.help or ""
    if choices := _choices(param):
        yield f"Salah satu dari: {', '.join(choices)}."
    yield _range(param)
    if param.required:
        yield "Wajib."
    default = param.default.value if isinstance(param.default, Enum) else param.default
    if default not in (None, False, "") and not callable(default):
        yield f"Bawaan: {default}."


def _range(param: Any) -> str:
    least, most = param.min, param.max
    if least is None:
        return ""
    return f"Paling kecil {least}." if most is None or most > _MOST else f"Dari {least} sampai {most}."


def _type(param: Any) -> object:
    """`int` of an optional int, or of a list of them."""
    annotation = param.type_descriptor.annotation
    while get_args(annotation):
        annotation = get_args(annotation)[0]
    return annotation


def _choices(param: Any) -> list[str]:
    kind = _type(param)
    return [str(member.value) for member in kind] if isinstance(kind, type) and issubclass(kind, Enum) else []
