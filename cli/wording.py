"""Refusals of Typer and Pydantic, which are English, are said in Indonesian."""

import re

from tasks.wrong_settings import reason_in_indonesian

# The first pattern that fits wins; a refusal that fits none is passed on as it is.
_SENTENCES: tuple[tuple[str, str], ...] = (
    (r"No such command '(.*)'\. Did you mean (.*)\?", r"Tidak ada perintah '\1'; mungkin maksudnya \2"),
    (r"No such command '(.*)'", r"Tidak ada perintah '\1'"),
    (r"No such option: (\S+) \(Possible options: (.*)\)", r"Tidak ada pilihan \1; mungkin maksudnya \2"),
    (r"No such option:? '?([^' ]+)'?", r"Tidak ada pilihan \1"),
    (r"Missing command", "Pilih satu perintah"),
    (r"Missing \w+ '(.*)'\.? Choose from: (.*)", r"\1 belum diisi; pilihannya: \2"),
    (r"Missing \w+ '(.*)'", r"\1 belum diisi"),
    (r"Option '(.*)' requires an argument", r"\1 memerlukan nilai"),
    (r"Option '(.*)' does not take a value", r"\1 tidak memerlukan nilai"),
    (r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", r"Tidak dimengerti: \1"),
    (
        r"Invalid value for '(.*?)'(?: \(env var: .*?\))?: ('.*') is not one of (.*)",
        r"\1: \2 bukan salah satu dari \3",
    ),
    (r"Invalid value for '(.*?)'(?: \(env var: .*?\))?: (.*)", r"\1: \2"),
)
_FILES: tuple[tuple[str, str], ...] = (
    (r"(?:file|directory|path) ('.*') is a directory", r"\1 sebuah map"),
    (r"(?:file|directory|path) ('.*') is a file", r"\1 sebuah berkas"),
    (r"(?:file|directory|path) ('.*') does not exist", r"\1 tidak ada"),
    (r"(?:file|directory|path) ('.*') is not (?:readable|writable)", r"\1 tidak dapat dibuka"),
)


def in_indonesian(said: str) -> str:
    """The sentence in Indonesian, on one line and without the full stop at its end."""
    sentence = " ".join(said.replace("Value error, ", "").split()).rstrip(".")
    for pattern, ours in _SENTENCES:
        if re.match(pattern, sentence):
            sentence = re.sub(pattern, ours, sentence, count=1)
            break
    for pattern, ours in _FILES:
        sentence = re.sub(pattern, ours, sentence, count=1, flags=re.IGNORECASE)
    return reason_in_indonesian(sentence)
