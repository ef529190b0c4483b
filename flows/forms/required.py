"""Marks which fields a form must ask for, while the flow itself can do without them.

A flow whose argument is missing crashes before its first line, and Prefect's traceback quotes the others. So
every argument has a default, and the flow refuses the empty one in a sentence of its own.
"""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from prefect import Flow
from prefect.utilities.callables import parameter_schema

F = TypeVar("F", bound=Flow[..., Any])


def required(*names: str) -> Callable[[F], F]:
    """Above `@flow`: the deployment's schema requires these arguments, which come first."""

    def mark(flow: F) -> F:
        given = inspect.signature(flow.fn, eval_str=True)
        asked = [
            each.replace(default=inspect.Parameter.empty) if each.name in names else each
            for each in given.parameters.values()
        ]
        # `prefect deploy` reads these two; the arguments of a run are bound to the function beneath.
        flow.__signature__ = given.replace(parameters=asked)  # type: ignore[attr-defined]
        flow.parameters = parameter_schema(flow)
        return flow

    return mark
