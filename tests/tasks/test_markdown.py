"""Whatever a clinic's system or BPJS wrote is words on Prefect's pages: no link, no picture, no markup."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tasks.prefect_ui.markdown import row, ruled, words

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HOSTILE = (
    "[Kirim ulang](https://evil.example/a)",
    "![x](https://evil.example/b.png)",
    "<img src=x onerror=alert(1)>",
    "<https://evil.example>",
    "**tebal** _miring_ ~~coret~~ `kode`",
    "a | b | c",
    "# judul",
    "> kutipan",
    "- daftar",
    "1. daftar",
    "&lt;b&gt;",
    "\\[x](y)",
    "[x]: https://evil.example",
    "---",
    "===",
    "```",
)


def read(markdown: str) -> tuple[str, set[str]]:
    """The text that a reader sees of it, and the kinds of markup in it."""
    tokens = [inner for token in READER.parse(markdown) for inner in (token, *(token.children or ()))]
    seen = "".join(token.content for token in tokens if token.type in {"text", "text_special"})
    return seen, {token.type for token in tokens} - {"text", "text_special", "inline"}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_words_in_a_paragraph_and_in_a_cell(text: str) -> None:
    assert read(words(text)) == (text, {"paragraph_open", "paragraph_close"})
    table = "\n".join([*ruled(["Pesan", "Norm"]), row([words(text), "RM-1"])])
    seen, kinds = read(table)
    assert seen == f"PesanNorm{text}RM-1"
    assert all(kind.rsplit("_", 1)[0] in {"table", "thead", "tbody", "tr", "th", "td"} for kind in kinds)


@pytest.mark.parametrize(
    "text", ["lihat https://evil.example/a", "http://evil.example", "www.evil.example", "a@evil.example"]
)
def test_a_bare_address_becomes_no_link(text: str) -> None:
    """Prefect's UI makes links of them; what it looks for does not stand there."""
    assert not any(start in words(text) for start in ("http://", "https://", "www.", "a@"))
    assert read(words(text))[0] == text


@given(st.text())
@example("0) x")
@example("+ x")
def test_no_text_is_markup(text: str) -> None:
    seen, kinds = read(words(text))
    assert kinds <= {"paragraph_open", "paragraph_close"}
    assert seen.split() == text.replace("\x00", "\ufffd").split()
