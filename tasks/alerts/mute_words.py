"""What an alert quotes calls nobody and leads nowhere in the chat or mail that shows it.

Slack reads `<!channel>` and `<address|words>`, others `@everyone` and `[words](address)`; HTML is mail's. The
signs by which they do are written as others that look alike. A bare address stays: it says where it leads.
"""

import re

_LOOK_ALIKE = str.maketrans({"<": "‹", ">": "›", "@": "＠"})
_LINK = re.compile(r"\](?=[(\[:])")


def mute_words(said: str) -> str:
    """The same words without power. Our own texts have none of these signs."""
    return _LINK.sub("] ", said.translate(_LOOK_ALIKE))
