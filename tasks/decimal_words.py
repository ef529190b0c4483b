"""Writes numbers as Indonesian readers do: with a decimal comma."""


def decimal(number: float, digits: int = 1) -> str:
    """`4,2`: a number with so many digits behind the comma."""
    return f"{number:.{digits}f}".replace(".", ",")
