"""The report's chart: a stacked bar for each hour or day, in shares of the drawing's width and height."""

from collections.abc import Mapping
from dataclasses import dataclass

from pandas import DataFrame

# The columns from the bottom up, and the state whose colour each has.
_COLOURS: Mapping[str, str] = {
    "Terkirim": "terkirim",
    "Menunggu": "menunggu",
    "Gagal": "gagal",
    "Ditutup": "ditutup",
}
MOST = 92  # bars; of more days only the last are drawn
_MOST_LABELS = 6
_FILLED, _WIDEST = 0.7, 8.0  # of the room of a bar; percent of the drawing


@dataclass(frozen=True)
class Part:
    """A piece of a bar; `y` is its upper edge, all in percent."""

    colour: str
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """One hour or day; `middle`, `left` and `width` in percent. `label` is empty where there is no room."""

    left: float
    width: float
    middle: float
    label: str
    says: str
    parts: list[Part]


@dataclass(frozen=True)
class Chart:
    """The bars, the greatest number in one of them, and how many more there would be."""

    bars: list[Bar]
    greatest: int
    left_out: int


def bars_of(course: DataFrame) -> Chart:
    """The chart of the jobs as they spread over time."""
    shown = course.tail(MOST)
    counts = [{name: int(row[name]) for name in _COLOURS} for _, row in shown.iterrows()]
    greatest = max((sum(each.values()) for each in counts), default=0)
    room = 100 / max(len(counts), 1)
    width = min(room * _FILLED, _WIDEST)
    step = -(-len(counts) // _MOST_LABELS)
    bars = [
        Bar(
            left=round(place * room + (room - width) / 2, 3),
            width=round(width, 3),
            middle=round(place * room + room / 2, 3),
            label=_label(name) if place % max(step, 1) == 0 else "",
            says=_says(name, each),
            parts=_parts(each, greatest),
        )
        for place, (name, each) in enumerate(zip(shown.index, counts, strict=True))
    ]
    return Chart(bars, greatest, len(course) - len(shown))


def _parts(counts: Mapping[str, int], greatest: int) -> list[Part]:
    parts, below = [], 0
    for name, colour in _COLOURS.items():
        if counts[name]:
            below += counts[name]
            top = 100 - 100 * below / greatest
            parts.append(Part(colour, round(top, 3), round(100 * counts[name] / greatest, 3)))
    return parts


def _says(name: object, counts: Mapping[str, int]) -> str:
    told = ", ".join(f"{count} {column.lower()}" for column, count in counts.items() if count)
    return f"{_label(name)}: {told or 'tidak ada'}"


def _label(name: object) -> str:
    """`08.00` for an hour, `14-09` for a day."""
    if isinstance(name, int):
        return f"{name:02}.00"
    year_month_day = str(name).split("-")
    return "-".join(reversed(year_month_day[1:])) if len(year_month_day) > 1 else f"{name}"
