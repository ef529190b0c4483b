"""Tables whose columns keep words, dates and numbers whole on a screen of any width."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

GAP = 2  # between columns
# A longer word than this is broken: else one text without a space would push the rest off the screen.
_LONGEST_WORD = 24


Size = tuple[int, int]  # the width that a column takes at most, and must have at least


def needed(heading: str, cells: Sequence[Text], *, whole: bool = False) -> Size:
    """The width a column takes at most, and at least so that no word is broken; `whole` cells never wrap."""
    lines = [line for text in cells for line in text.plain.split("\n")]
    words = [heading.split(), *([line] if whole else line.split() for line in lines)]
    longest = max((cell_len(word) for each in words for word in each), default=1)
    most = max(map(cell_len, [heading, *lines]))
    return most, min(longest, most, _LONGEST_WORD)


def widths(columns: Sequence[Size], room: int) -> list[int] | None:
    """A width for each column; the widest give way first. None where they do not fit into the room."""
    given = [max(least, min(most, room)) for most, least in columns]
    over = sum(given) + GAP * (len(given) - 1) - room
    while over > 0:
        slack = [width - least for width, (_, least) in zip(given, columns, strict=True)]
        place = max(range(len(given)), key=lambda at: (slack[at] > 0, given[at]))
        if slack[place] <= 0:
            return None
        given[place] -= 1
        over -= 1
    return given


def fitted(
    headings: Sequence[str],
    rows: Sequence[Sequence[Text]],
    room: int,
    *,
    right: Sequence[str] = (),
    whole: Sequence[str] = (),
    title: str = "",
    footer: Sequence[str] | None = None,
) -> Table:
    """A table for a screen of so many columns; those in `right` are numbers, those in `whole` never wrap."""
    table = Table(
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        collapse_padding=True,
        title=title or None,
        title_justify="left",
        title_style="bold",
        show_footer=footer is not None,
    )
    cells = [[row[place] for row in rows] for place in range(len(headings))]
    if footer is not None:
        cells = [[*column, Text(foot)] for column, foot in zip(cells, footer, strict=True)]
    columns = [
        needed(name, column, whole=name in {*right, *whole})
        for name, column in zip(headings, cells, strict=True)
    ]
    numbers = [name in right for name in headings]
    for place, (name, width) in enumerate(zip(headings, _best(columns, numbers, room), strict=True)):
        table.add_column(
            name,
            width=width,
            justify="right" if name in right else "left",
            overflow="fold",
            footer=footer[place] if footer is not None else "",
        )
    for row in rows:
        table.add_row(*row)
    return table


def _best(columns: Sequence[Size], numbers: Sequence[bool], room: int) -> list[int]:
    """Widths that fit: nothing wraps; or headings over numbers do; or words; or, at the worst, letters."""
    nothing = [(most, most) for most, _ in columns]
    pairs = list(zip(columns, numbers, strict=True))
    headings = [(least, least) if number else (most, most) for (most, least), number in pairs]
    words = [(least, least) if number else (most, least) for (most, least), number in pairs]
    letters = [(least, 1) for _, least in columns]
    for each in (nothing, headings, words, letters):
        if found := widths(each, room):
            return found
    return [least for _, least in columns]
