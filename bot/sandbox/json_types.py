"""The one loose type of this package: a JSON object as it came over the wire or goes out on it."""

from typing import Any

JsonObject = dict[str, Any]
