"""The arguments of a call: out of the query, a form or JSON, and into the types that the method wants."""

import re
from typing import Any

from starlette.requests import Request

from bot.sandbox.errors import SlackError
from bot.sandbox.ids import is_timestamp
from bot.sandbox.json_types import JsonObject, parsed
from bot.sandbox.webapi.methods import Method

BODY_BYTES = 5_000_000
POST_TYPES = ("application/json", "text/plain")  # besides forms, which are read before
PLAIN_TIME = re.compile(r"(?=[0-9.]*[0-9])[0-9]{0,12}\.?[0-9]{0,12}")
TRUE, FALSE = ("true", "1", "on", "yes"), ("false", "0", "off", "no", "")


async def read(request: Request, takes_json: bool) -> JsonObject:
    """What the request carries, still as it came.

    Raises invalid_json, json_not_object, invalid_form_data, invalid_post_type, missing_post_type, request_too_large."""
    given: JsonObject = dict(request.query_params)
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > BODY_BYTES:
        raise SlackError("request_too_large")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        given.update(await _form(request))
        return given
    body = await _body(request)
    if body and request.method == "POST" and kind not in POST_TYPES:
        raise SlackError("invalid_post_type" if kind else "missing_post_type")
    if kind == "application/json" and body.strip():
        fields = _json(body)
        # Slack leaves JSON unread where a method does not take it; only the token counts.
        given.update(fields if takes_json else {key: fields[key] for key in ("token",) if key in fields})
    return given


async def _body(request: Request) -> bytes:
    """All of it, as far as it is not too large; a request that comes in chunks does not say so before.

    It is kept with the request: faults look into it before the method does."""
    known: bytes | None = getattr(request.state, "body", None)
    if known is None:
        parts, length = [], 0
        async for part in request.stream():
            length += len(part)
            if length > BODY_BYTES:
                raise SlackError("request_too_large")
            parts.append(part)
        known = request.state.body = b"".join(parts)
    return known


async def _form(request: Request) -> JsonObject:
    from starlette.exceptions import HTTPException

    try:
        async with request.form() as form:
            return {key: value for key, value in form.items() if isinstance(value, str)}
    except (HTTPException, ValueError) as error:
        raise SlackError("invalid_form_data") from error


def _json(body: bytes) -> JsonObject:
    try:
        value = parsed(body)
    except ValueError as error:
        raise SlackError("invalid_json") from error
    if not isinstance(value, dict):
        raise SlackError("json_not_object")
    return value


def typed(method: Method, given: JsonObject) -> JsonObject:
    """The arguments of the method, converted and with defaults; raises invalid_arguments naming each wrong one.

    Some have an error of their own for what cannot be read. Arguments that the method does not know are left out, as
    Slack leaves them."""
    arguments: JsonObject = {}
    problems: list[str] = []
    for name, rule in method.arguments.items():
        value = given.get(name)
        if value is None or (value == "" and rule["kind"] != "string"):
            if rule.get("required"):
                problems.append(f"missing required field: {name}")
            elif "default" in rule:
                arguments[name] = rule["default"]
            continue
        try:
            arguments[name] = _converted(value, rule)
        except ValueError as error:
            if "error" in rule:
                raise SlackError(rule["error"]) from error
            problems.append(f"{error} [json-pointer:/{name}]")
    if problems:
        raise SlackError.with_messages("invalid_arguments", problems)
    return arguments


def _converted(value: Any, rule: JsonObject) -> Any:
    kind = rule["kind"]
    if kind == "boolean":
        return _boolean(value)
    if kind == "integer":
        return _integer(value, rule)
    if kind in ("json_array", "json_object"):
        return _structure(value, list if kind == "json_array" else dict)
    if kind == "csv":
        return list(value) if isinstance(value, list) else str(value).split(",")
    if kind == "string" and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ",".join(value)  # SDKs let lists of ids through
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("must be a string")  # noqa: TRY004 - one kind of error for the caller
    if kind == "timestamp" and not is_timestamp(str(value)) and not _is_plain_time(str(value)):
        raise ValueError("must be a timestamp")
    return str(value)


def _is_plain_time(value: str) -> bool:
    return value == "now" or PLAIN_TIME.fullmatch(value) is not None


def _boolean(value: Any) -> bool:
    word = str(value).lower()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise ValueError("must be a boolean")


def _integer(value: Any, rule: JsonObject) -> int:
    try:
        number = int(str(value))
    except ValueError:
        raise ValueError("must be an integer") from None
    if number < rule.get("minimum", number):
        raise ValueError(f"must be greater than or equal to {rule['minimum']}")
    if number > rule.get("maximum", number):
        raise ValueError(f"must be less than or equal to {rule['maximum']}")
    return number


def _structure(value: Any, wanted: type) -> Any:
    if isinstance(value, str):
        try:
            value = parsed(value)
        except ValueError:
            raise ValueError("must be valid JSON") from None
    if not isinstance(value, wanted):
        raise ValueError("must be an array" if wanted is list else "must be an object")  # noqa: TRY004
    return value
