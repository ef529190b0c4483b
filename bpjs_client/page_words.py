"""The words of a page: what a gateway, a firewall or ASP.NET says in HTML where BPJS's JSON was due."""

import re
from html.parser import HTMLParser

MOST_WORDS = 300  # characters (contract 2.4)
# A page's own styles and scripts may be long; of the rest the words stand at the beginning. The parser needs
# time with the square of what it is given, if that is nonsense.
_MOST_READ = 2**16
_MOST_PARSED = 4000
_UNSEEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>?|\Z)", re.IGNORECASE | re.DOTALL)
_MARKUP = re.compile(r"<[!?/]?[a-z]", re.IGNORECASE)
# JSON that cannot be parsed holds data, perhaps a patient's, and no sentence.
_BROKEN_JSON = ("{", "[")


def page_words(raw: str) -> str:
    """The words that a person sees of a page or a plain text: one line of at most MOST_WORDS characters.

    Empty when there is nothing to be seen, and for JSON that is broken. Never raises.
    """
    if raw[:_MOST_READ].lstrip().startswith(_BROKEN_JSON):
        return ""
    reader = _Reader()
    try:
        reader.feed(_parsed(_UNSEEN.sub(" ", raw[:_MOST_READ])))
        reader.close()
    except AssertionError:
        pass  # the parser's way to give up nonsense; what it saw until then stands
    return _on_one_line(reader.seen)


def has_markup(raw: str) -> bool:
    """Whether a text is a page of HTML or XML and not a plain sentence."""
    return _MARKUP.search(raw, 0, _MOST_READ) is not None


class _Reader(HTMLParser):
    """Gathers the texts between the tags."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_data(self, data: str) -> None:
        """A text between two tags."""
        self.seen.append(data)


def _parsed(text: str) -> str:
    """The part that is parsed; a tag that its end cuts in two is left out."""
    part = text[:_MOST_PARSED]
    last = part.rfind("<")
    return part[:last] if len(text) > _MOST_PARSED and last > part.rfind(">") else part


def _on_one_line(texts: list[str]) -> str:
    shown = (letter if letter.isprintable() else " " for letter in " ".join(texts))
    return " ".join("".join(shown).split())[:MOST_WORDS].strip()
