"""JSON as it came over the wire: its one loose type, and reading it strictly."""

import json
from typing import Any

JsonObject = dict[str, Any]


def parsed(text: str | bytes) -> Any:
    """The value of a JSON text; raises ValueError also for NaN, half characters, and what is nested too deeply."""
    try:
        value = json.loads(text, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error
    if "\\ud" in (text if isinstance(text, str) else text.decode("utf-8", "replace")).lower():
        json.dumps(value, ensure_ascii=False).encode()  # a lone surrogate raises UnicodeEncodeError, a ValueError
    return value


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
