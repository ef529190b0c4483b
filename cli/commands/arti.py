"""`bpjs arti`: what a text of BPJS means, and what to do about it."""

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from bpjs_client.dictionary import OWN, Entry, entries_of
from cli.lookup import tell_nothing_found
from cli.standard_input import one_line
from cli.terminal import UserError, console, plain, print_json

_UNKNOWN = "Kamus belum punya arti kata-kata itu; bacalah apa adanya, dan beri tahu pengembang."


def arti(
    text: Annotated[
        str,
        typer.Argument(
            metavar="KATA", help="Kata-kata BPJS, di antara tanda kutip; - membacanya dari stdin."
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Satu dokumen JSON.")] = False,
) -> None:
    """Menjelaskan kata-kata BPJS: artinya, dan yang perlu dilakukan.

    Kata yang belum ada di kamus: kode keluar 1.
    """
    said = one_line(text, "Kata-kata BPJS").strip()
    if not said:
        raise UserError("Sebutkan kata-kata BPJS yang ingin diartikan.")
    found = entries_of(said)
    if as_json:
        print_json({"dikenal": bool(found), "arti": [_document(entry) for entry in found]})
    elif found:
        for entry in found:
            console().print(_table(entry))
    if not found:
        tell_nothing_found(_UNKNOWN)


def _document(entry: Entry) -> dict[str, str]:
    return {
        "nama": entry.name,
        "arti": entry.means,
        "yang_perlu_dilakukan": entry.todo,
        "sumber": _source(entry),
        "contoh": entry.example,
    }


def _table(entry: Entry) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, said in (
        ("Artinya", entry.means),
        ("Yang perlu dilakukan", entry.todo),
        ("Sumber", _source(entry)),
    ):
        table.add_row(Text(name, style="dim"), plain(said))
    return table


def _source(entry: Entry) -> str:
    """Who says so: this system, or a heading of what is known of BPJS."""
    return "kata sistem ini" if entry.source == OWN else f"docs/bpjs-contract.md, {entry.source}"
