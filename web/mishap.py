"""Says of an unforeseen error where it was, and never what it says: its text may quote a body."""

import traceback


def place_of(failed: BaseException) -> str:
    """The innermost functions, with their lines."""
    frames = traceback.extract_tb(failed.__traceback__)
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-4:]))
