"""Limits the size of an answer at each step of its unpacking, so that none fills this machine's memory.

BPJS's longest lists have some fifty thousand characters; the history of a patient of many years some more.
"""

MOST_HEAD = 128 * 2**10  # bytes of status line and headers, interim answers (1xx) included
MOST_BYTES = 4 * 2**20  # bytes of a body, without what it was packed in for the way
MOST_ON_THE_WAY = 2 * MOST_BYTES  # the same as they come, the frames of chunks included
MOST_CHARACTERS = MOST_BYTES  # of a response that was decrypted and decompressed; UTF-16 units
# Values in one JSON text. Each takes some hundred bytes of memory, however few it has in the text.
MOST_VALUES = 250_000


class AnswerTooLarge(Exception):
    """More came back than anybody wants to read."""
