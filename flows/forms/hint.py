"""The words beneath a field of a form in Prefect's UI."""

from typing import Any

from pydantic import Field


def hint(text: str) -> Any:
    """For `Annotated`: what to type. Prefect overwrites a field's own title and description, not this."""
    return Field(json_schema_extra={"description": text})
