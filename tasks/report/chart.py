"""The report's chart: deliveries over hours or days, as an image that Prefect's UI shows."""

import base64

import pygal
from pandas import DataFrame
from pygal.style import Style

# As the cards: green, yellow, red, grey.
_COLOURS = {"Terkirim": "#2e9e5b", "Menunggu": "#e0b000", "Gagal": "#c8372d", "Ditutup": "#8a8a8a"}
_WIDTH, _HEIGHT = 900, 340  # pixels
_SIDE_BY_SIDE, _MOST_LABELS = 12, 31


def chart(course: DataFrame, title: str) -> str:
    """Stacked bars, a bar for each row of `course`, as SVG."""
    bars = pygal.StackedBar(
        js=[],  # it is shown as an image: nothing in it may load or run anything
        width=_WIDTH,
        height=_HEIGHT,
        title=title,
        style=Style(colors=tuple(_COLOURS.values()), font_family="sans-serif"),
        x_label_rotation=0 if len(course) <= _SIDE_BY_SIDE else 45,
        x_labels_major_every=-(-len(course) // _MOST_LABELS),
        show_minor_x_labels=False,
        pretty_print=False,
        disable_xml_declaration=True,
    )
    bars.x_labels = [str(label) for label in course.index]
    for name in _COLOURS:
        bars.add(name, [int(count) for count in course[name]])
    drawn: str = bars.render(is_unicode=True)
    return drawn


def as_image(svg: str, words: str) -> str:
    """The Markdown of an image that carries its own data."""
    return f"![{words}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"
