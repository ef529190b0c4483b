"""Values are written as JSON by its own rules."""

import json
from typing import Any


def strict_json(value: Any) -> str:
    """JSON by its own rules: for numbers it has no word for, such as infinity, stands the word as text."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError:
        return json.dumps(json.loads(json.dumps(value), parse_constant=str), ensure_ascii=False)
