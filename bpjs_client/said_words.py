"""Words are looked for in a text of BPJS, whatever stands between them."""

import re
from functools import cache

# Where a word begins: "onkologi nuklir" holds no login, but "InvalidLogin" has two words.
_BEGINS = r"(?:(?<![^\W_])|(?-i:(?<=[a-z])(?=[A-Z])))"
_PLACE = re.compile(r"\{[^{}]*\}")
_ANYTHING = r"[\W_]*.{0,80}?[\W_]*"  # what a placeholder stands for


@cache
def at_a_word(words: str) -> re.Pattern[str]:
    """Finds these words where a word begins, in any case, with anything but letters and digits between them.

    `{…}` among them stands for anything, of at most 80 characters.
    """
    parts = (r"[\W_]*".join(re.findall(r"[^\W_]+", part)) for part in _PLACE.split(words))
    return re.compile(_BEGINS + _ANYTHING.join(parts), re.IGNORECASE | re.DOTALL)
