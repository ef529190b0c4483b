"""One sentence about settings that cannot be read."""

from pydantic import ValidationError


def sentence(wrong: ValidationError) -> str:
    """The names of the wrong variables, without their values, which may be secrets."""
    names = sorted({f"BPJS_{error['loc'][0]}".upper() for error in wrong.errors() if error["loc"]})
    return f"Pengaturan salah: {', '.join(names)}."
