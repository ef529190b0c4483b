"""Explains a message of a job to staff, known or not: its meaning and what to do, in plain Indonesian."""

from dataclasses import dataclass

from bpjs_client.dictionary import BY_NAME, Entry, entry_of


@dataclass(frozen=True)
class Meaning:
    """In one sentence each."""

    means: str
    todo: str


_UNKNOWN = Meaning("BPJS menolak dengan alasan di atas.", "Perbaiki sesuai alasannya, lalu kirim ulang.")


def meaning_of(message: str, *, uncertain: bool = False) -> Meaning:
    """The meaning of a message; a general one for words that nobody has seen yet."""
    found = entry_of(message)
    if found is None and not uncertain:
        return _UNKNOWN
    return _told(found or BY_NAME["belum-pasti"])


def known_meaning_of(message: str) -> Meaning | None:
    """The meaning of a message that the dictionary has; None for one that it does not have."""
    found = entry_of(message)
    return None if found is None else _told(found)


def _told(entry: Entry) -> Meaning:
    return Meaning(entry.means, entry.todo)
