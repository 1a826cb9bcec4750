"""`/api/<method>`: the token, the scopes, the rate limit, the arguments; then the method itself."""

import logging
import secrets
import time

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse

from bot.sandbox.errors import RateLimited, SlackError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.webapi import arguments
from bot.sandbox.webapi.calls import Call
from bot.sandbox.webapi.handlers import HANDLERS
from bot.sandbox.webapi.methods import METHODS, Method

log = logging.getLogger(__name__)


class _Answer(JSONResponse):
    """Written by orjson: a page of history is a quarter of a megabyte, and half of the call is writing it."""

    def render(self, content: JsonObject) -> bytes:
        """As bytes; numbers that orjson does not know are left to the standard library."""
        try:
            return orjson.dumps(content)
        except TypeError:
            return super().render(content)


async def answer(request: Request) -> JSONResponse:
    """One call of the Web API."""
    sandbox: Sandbox = request.app.state.sandbox
    name = request.path_params["method"]
    started = time.perf_counter()
    status, headers = 200, {}
    error: str | None = None
    given: JsonObject = {}
    try:
        body: JsonObject = {"ok": True, **await _run(sandbox, name, request, given)}
    except RateLimited as refusal:
        status, error = 429, refusal.error
        headers["retry-after"] = str(refusal.retry_after)
        body = {"ok": False, "error": refusal.error}
    except SlackError as refusal:
        error = refusal.error
        body = {"ok": False, "error": refusal.error, **refusal.fields}
    except Exception:
        log.exception("The sandbox failed in %s", name)
        error = "internal_error"
        body = {"ok": False, "error": error}
    method = METHODS.get(name)
    if method is not None and method.token != "none":  # noqa: S105 - a kind of token
        headers["x-oauth-scopes"] = ",".join(sandbox.manifest.scopes)
        headers["x-accepted-oauth-scopes"] = ",".join(method.scopes)
    response = _Answer(body, status, headers)
    sandbox.note_call(name, error, (time.perf_counter() - started) * 1000, given, bytes(response.body))
    return response


async def _run(sandbox: Sandbox, name: str, request: Request, given: JsonObject) -> JsonObject:
    """The method's answer; `given` takes the arguments as they came."""
    method = METHODS.get(name)
    if method is None:
        raise SlackError("unknown_method", req_method=name)
    # Slack names an error for what must be posted; what is neither read nor posted is refused in the same words.
    if request.method not in ("GET", "HEAD", "POST") or (method.post_only and request.method != "POST"):
        raise SlackError("insecure_request")
    given.update(await arguments.read(request, method.json))
    _check_token(sandbox, method, _token(request, given))
    _check_scopes(sandbox, method)
    sandbox.rate_limits.spend_call(method)
    return HANDLERS[name](Call(sandbox, method, arguments.typed(method, given), given))


def _token(request: Request, given: JsonObject) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return str(given.get("token") or "")


def _check_token(sandbox: Sandbox, method: Method, token: str) -> None:
    if method.token == "none":  # noqa: S105
        return
    if not token:
        raise SlackError("not_authed")
    credentials = sandbox.credentials
    if token in sandbox.revoked:
        raise SlackError("token_revoked")
    known = {"bot": credentials.bot_token, "app": credentials.app_token}
    if secrets.compare_digest(token.encode(), known[method.token].encode()):
        return
    others = (value for kind, value in known.items() if kind != method.token)
    if any(secrets.compare_digest(token.encode(), other.encode()) for other in others):
        raise SlackError("not_allowed_token_type")
    raise SlackError("invalid_auth")


def _check_scopes(sandbox: Sandbox, method: Method) -> None:
    if not method.scopes or method.token != "bot":  # noqa: S105
        return
    provided = sandbox.manifest.scopes
    # Where they depend on the type of the conversation, any is enough here: the method asks for the right one.
    enough = any if method.scopes_by_type is not None else all
    is_enough = enough(scope in provided for scope in method.scopes)
    if not is_enough:
        raise SlackError("missing_scope", needed=",".join(method.scopes), provided=",".join(provided))
