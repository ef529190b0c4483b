"""The table of jobs on a screen: a line for each, and its message beside it or, for want of room, beneath."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bpjs_client.dates import shown_date
from cli.fitted_table import GAP, Size, needed, widths
from cli.terminal import badge, plain
from database.views.monitor import Row

ID, DAY, MESSAGE = "Id", "Tanggal", "Pesan"
# Heading -> key of the row; a job type's own columns are keyed by their headings.
KEYS = {
    ID: "id",
    DAY: "tanggal",
    "Norm": "norm",
    "Nama Pasien": "nama_pasien",
    "Jenis": "jenis",
    "Status": "status",
    "HTTP": "http_code",
    "Percobaan": "attempts",
    MESSAGE: "message",
}
# These columns give way on a narrow screen, the first of them first; a list of many days keeps its days.
_GIVES_WAY = ("HTTP", "Percobaan")
_NEVER_WRAPS = {"Norm", "Jenis", "Status", DAY}
# The columns that stand on a job's own line however narrow the screen is.
_ALWAYS = {ID, "Norm", "Nama Pasien", "Jenis", "Status"}
# Characters that a message needs beside its job to be read with ease; no word of ours is longer.
_BESIDE = 34


@dataclass(frozen=True)
class JobTable:
    """The jobs as a screen of some width shows them.

    `columns` are headings and their widths; `beneath` are those for which a job's line has no room.
    """

    columns: tuple[tuple[str, int], ...]
    beneath: tuple[str, ...]
    rows: Sequence[Row]

    @property
    def heading(self) -> RenderableType:
        """The names of the columns, and a line beneath them."""
        names = self._line([Text(name, style="bold") for name, _ in self.columns])
        width = sum(width for _, width in self.columns) + GAP * (len(self.columns) - 1)
        return Group(names, Text("─" * width, style="dim", no_wrap=True))

    def lines(self) -> Iterator[RenderableType]:
        """Each job, with what is said about it."""
        indent = (0, 0, 0, self.columns[0][1] + GAP)
        for row in self.rows:
            line = self._line([cell(row, name) for name, _ in self.columns])
            said = _said(row, self.beneath)
            yield Group(line, Padding(said, indent)) if said else line

    def _line(self, cells: Sequence[Text]) -> Table:
        table = Table.grid(padding=(0, GAP))
        for _, width in self.columns:
            table.add_column(width=width, overflow="fold")
        table.add_row(*cells)
        return table


def _said(row: Row, names: Sequence[str]) -> Text:
    """`No. Urut A12 · menunggu …`: values with their headings, and the message, which needs none."""
    values = ((name, cell(row, name)) for name in names)
    parts = [value if name == MESSAGE else Text(f"{name} ").append(value) for name, value in values if value]
    return Text(" · ").join(parts)


def job_table(rows: Sequence[Row], headings: Sequence[str], room: int, *, one_day: bool) -> JobTable:
    """The fullest table of that width which keeps words, dates and numbers whole.

    `one_day`: the day stands above the table already, so that its column gives way first.
    """
    named = [ID, *(name for name in headings if name != MESSAGE)]
    sizes = {name: _size(rows, name) for name in named}
    for names, beneath, wanted in _layouts(named, sizes, _message_size(rows), one_day=one_day):
        if found := widths(wanted, room):
            return JobTable(tuple(zip(names, found, strict=True)), beneath, rows)
    squeezed = widths([(least, 1) for _, least in wanted], room) or [1] * len(names)
    return JobTable(tuple(zip(names, squeezed, strict=True)), beneath, rows)


Layout = tuple[list[str], tuple[str, ...], list[Size]]


def _layouts(
    named: Sequence[str], sizes: Mapping[str, Size], message: Size, *, one_day: bool
) -> Iterator[Layout]:
    """The columns in a job's line, those beneath it, and the widths wanted; the best layout first."""
    choices = list(_without_the_least_needed(named, one_day=one_day))
    one_line = {name: (most, most) for name, (most, _) in sizes.items()}
    for names in choices:
        yield [*names, MESSAGE], (), [*(one_line[name] for name in names), message]
    for each in (one_line, sizes):
        for names in choices:
            yield names, (MESSAGE,), [each[name] for name in names]
    names = choices[-1]
    beneath: list[str] = []
    for name in sorted(set(names) - _ALWAYS, key=lambda name: sizes[name][1], reverse=True):
        names, beneath = [each for each in names if each != name], [*beneath, name]
        yield names, (*beneath, MESSAGE), [sizes[name] for name in names]


def _without_the_least_needed(named: Sequence[str], *, one_day: bool) -> Iterator[list[str]]:
    """All columns, then fewer and fewer."""
    left = list(named)
    yield left
    for name in (DAY, *_GIVES_WAY) if one_day else _GIVES_WAY:
        if name in left:
            left = [each for each in left if each != name]
            yield left


def _size(rows: Sequence[Row], name: str) -> Size:
    return needed(name, [cell(row, name) for row in rows], whole=name in _NEVER_WRAPS)


def _message_size(rows: Sequence[Row]) -> Size:
    most, _ = needed(MESSAGE, [cell(row, MESSAGE) for row in rows])
    return most, min(most, _BESIDE)


def cell(row: Row, name: str) -> Text:
    """The text in a column of a job's line; a day as people read it."""
    if name == "Status":
        return badge(row["status"])
    value = row.get(KEYS.get(name, name))
    return plain(shown_date(value) if isinstance(value, str) else value)
