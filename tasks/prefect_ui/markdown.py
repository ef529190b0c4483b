"""A text in Prefect's pages is words there, whoever wrote it, and neither link nor markup.

Prefect's UI renders Markdown in pages, in the cells of tables and in descriptions.
"""

import re
from collections.abc import Sequence

# CommonMark and GitHub's tables read these as markup within a line; a colon, a dot and an @ make links of
# bare addresses.
_MARKUP = re.compile(r"([\\`*_\[\]<>|~&@]|(?<=[a-z]):(?=//)|(?<=www)\.)", re.IGNORECASE)
# These make a heading, a list or a quotation of a line that begins with them.
_AT_THE_START = re.compile(r"^([#+=>-]|[0-9]{1,9}(?=[.)]\s))")


def words(text: object) -> str:
    """The text on one line, in which nothing is markup."""
    line = _MARKUP.sub(r"\\\1", " ".join(str(text).split()))
    return _AT_THE_START.sub(_as_it_stands, line)


def _as_it_stands(found: re.Match[str]) -> str:
    return f"{found[1]}\\" if found[1].isdigit() else f"\\{found[1]}"


def row(cells: Sequence[str]) -> str:
    """A row of a table; each cell is Markdown already."""
    return f"| {' | '.join(cells)} |"


def ruled(headings: Sequence[str]) -> list[str]:
    """The head of a table and the line below it."""
    return [row(headings), row(["---"] * len(headings))]
