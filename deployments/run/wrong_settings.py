"""One sentence about settings that cannot be read."""

from pydantic import ValidationError


def sentence(wrong: ValidationError) -> str:
    """Which variables are wrong; only their names, for a value may be a secret."""
    names = sorted({f"BPJS_{error['loc'][0]}".upper() for error in wrong.errors() if error["loc"]})
    return f"Pengaturan salah: {', '.join(names)}."
