"""The SQL expression for one field of a body, whatever characters the body holds."""

from typing import Any

from sqlalchemy import ColumnElement, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from database.models import Job

# PostgreSQL refuses to look into JSON with a NUL or half a surrogate pair, and the whole query fails with it.
UNREADABLE = r"\\u0000|\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f])|(?<!\\ud[89ab][0-9a-f]{2})\\ud[c-f][0-9a-f]{2}"


class BodyValue(ColumnElement[str]):
    """The field as text; NULL when it is not there, or where PostgreSQL cannot read the body."""

    inherit_cache = False
    type = String()

    def __init__(self, field: str) -> None:
        self.value: ColumnElement[str] = Job.body[field].as_string()


@compiles(BodyValue)
def _plain(element: BodyValue, compiler: SQLCompiler, **how: Any) -> str:
    return compiler.process(element.value, **how)


@compiles(BodyValue, "postgresql")
def _guarded(element: BodyValue, compiler: SQLCompiler, **how: Any) -> str:
    body = compiler.process(Job.__table__.c.body, **how)
    return f"CASE WHEN {body}::text !~ '{UNREADABLE}' THEN {compiler.process(element.value, **how)} END"
