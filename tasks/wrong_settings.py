"""One Indonesian sentence about settings that cannot be read, for commands and for `make`."""

import re

from pydantic import ValidationError

# Title of a model of settings -> what the names of its variables begin with.
_OURS = {
    **dict.fromkeys(
        (
            "_Named",
            "AlertSettings",
            "BpjsSettings",
            "ClinicsSettings",
            "DatabaseSettings",
            "DeliverySettings",
        ),
        "BPJS_",
    ),
    "WebSettings": "BPJS_WEB_",
}
# Pydantic's reasons; one that fits none is passed on as it is.
_REASONS: tuple[tuple[str, str], ...] = (
    (r"Input should be a valid integer.*", "harus bilangan bulat"),
    (r"Input should be a valid number.*", "harus bilangan"),
    (r"Input should be a finite number", "harus bilangan"),
    (r"Input should be greater than or equal to (\S+)", r"paling kecil \1"),
    (r"Input should be less than or equal to (\S+)", r"paling besar \1"),
    (r"Input should be greater than (\S+)", r"harus lebih dari \1"),
    (r"Input should be less than (\S+)", r"harus kurang dari \1"),
    (r"Input should be ('.*') or ('.*')", r"harus \1 atau \2"),
    (r"Input should be a valid boolean.*", "harus true atau false"),
    (r"Input should be a valid string", "harus teks"),
    (r"Input is not a valid path", "harus nama berkas"),
    (r"String should have at least 1 character", "tidak boleh kosong"),
    (r"Field required", "wajib diisi"),
)


def sentence(wrong: ValidationError) -> str:
    """The variables that are wrong and why, never their values, which may be secrets."""
    whose = "Pengaturan" if wrong.title in _OURS else "Pengaturan Prefect"
    problems = (
        f"{_variable(wrong.title, error['loc'])}: {reason_in_indonesian(error['msg'])}"
        for error in wrong.errors(include_input=False, include_url=False, include_context=False)
    )
    return f"{whose} salah: {'; '.join(problems)}"


def reason_in_indonesian(said: str) -> str:
    """A reason of Pydantic's in Indonesian, on one line and without the full stop at its end."""
    reason = " ".join(said.replace("Value error, ", "").split()).rstrip(".")
    for pattern, ours in _REASONS:
        reason = re.sub(pattern, ours, reason, count=1, flags=re.IGNORECASE)
    return re.sub(r"\b\d\.\d{5,}\b", lambda long: f"{float(long[0]):.3g}", reason)  # a third is 0.333


def _variable(whose: str, place: tuple[int | str, ...]) -> str:
    """The variable of a wrong setting; of Prefect's own only the last part of the name is known."""
    name = str(place[0]) if place else "…"
    return f"{_OURS.get(whose, 'PREFECT_…')}{name}".upper()
