"""The web application: routes, and the guard in front of all of them. What they do is elsewhere."""

from ipaddress import ip_address

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from bot.sandbox import page_files
from bot.sandbox.control import endpoint as control
from bot.sandbox.delivery import feed
from bot.sandbox.errors import SlackError
from bot.sandbox.files import MAX_BYTES
from bot.sandbox.json_types import parsed
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.webapi import endpoint as webapi
from bot.sandbox.webapi import trouble

EVERY_VERB = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
SHOWN_INLINE = ("text/plain", "image/png", "image/jpeg", "image/gif", "image/webp")


def build(sandbox: Sandbox, allowed_hosts: frozenset[str]) -> "Guard":
    """The application of one sandbox; `allowed_hosts` are the values of Host that mean this server."""
    routes = [
        Route("/api/{method:path}", trouble.around(webapi.answer), methods=EVERY_VERB),
        WebSocketRoute("/link/", _link),
        WebSocketRoute("/link", _link),
        Route("/response/{token}", trouble.around(_respond, "response_url"), methods=["POST"]),
        Route("/upload/{ticket}", trouble.around(_upload, "upload"), methods=["POST", "PUT"]),
        Route("/files/{file_id}/{name:path}", _download, methods=["GET"]),
        *control.routes(),
        Route("/", page_files.index, methods=["GET"]),
        Route("/archives/{rest:path}", page_files.index, methods=["GET"]),
        Route("/page/{name:path}", page_files.part, methods=["GET"]),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _nowhere})
    app.state.sandbox = sandbox
    feed.listen(sandbox)
    return Guard(app, sandbox, allowed_hosts)


class Guard:
    """Lets in only what is meant for this server, and nothing out before it is written down.

    A web page anywhere could reach a server on loopback: so Host must name it, a foreign Origin is refused, and the
    control API answers only this machine."""

    def __init__(self, app: ASGIApp, sandbox: Sandbox, allowed_hosts: frozenset[str]) -> None:
        self._app, self._sandbox, self._allowed_hosts = app, sandbox, allowed_hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refused = self._refused(scope)
        if refused is not None:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            await control.refusal(403, *refused)(scope, receive, send)
            return

        async def send_after_writing(message: Message) -> None:
            self._sandbox.journal.flush()
            await send(message)

        await self._app(scope, receive, send_after_writing)

    def resume(self) -> None:
        """Go on with what an earlier run left to be done later; called once, in the event loop."""
        self._sandbox.scheduled.resume()

    def close_streams(self) -> None:
        """End the streams of changes, which have no end of their own."""
        self._sandbox.changes.close()

    def _refused(self, scope: Scope) -> tuple[str, str] | None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"] if name in (b"host", b"origin")}
        host, origin = headers.get(b"host", "").lower(), headers.get(b"origin")
        # A socket is opened by its ticket, and slack_sdk names the host without its port there.
        if host not in self._allowed_hosts and scope["type"] != "websocket":
            return "forbidden_host", f"This is not the server {host or 'without a name'}; use {self._sandbox.base_url}."
        if origin is not None and origin.lower().removeprefix("http://") not in self._allowed_hosts:
            return "forbidden_origin", "Other web pages may not use this server."
        if scope["path"].startswith("/sandbox/") and not _is_local(scope):
            return "forbidden_address", "The control API answers this machine only."
        return None


def _is_local(scope: Scope) -> bool:
    client = scope.get("client")
    try:
        return client is not None and ip_address(client[0]).is_loopback
    except ValueError:
        return False


async def _nowhere(request: Request, error: Exception) -> Response:
    """No such place, or nothing to be had there in this way: said as everything else here is."""
    if request.url.path.startswith("/api/"):
        return JSONResponse({"ok": False, "error": "insecure_request"})
    is_wrong_verb = isinstance(error, HTTPException) and error.status_code == 405
    if is_wrong_verb:
        return control.refusal(405, "method_not_allowed", f"{request.method} means nothing at {request.url.path}.")
    return control.refusal(404, "not_found", f"There is nothing at {request.url.path}.")


async def _link(socket: WebSocket) -> None:
    sandbox: Sandbox = socket.app.state.sandbox
    await sandbox.sockets.serve(socket)


async def _respond(request: Request) -> Response:
    """A response_url: `ok`, or what was wrong."""
    sandbox: Sandbox = request.app.state.sandbox
    try:
        body = parsed(await request.body())
        if not isinstance(body, dict):
            return PlainTextResponse("invalid_payload", 400)
        sandbox.response_urls.use(request.path_params["token"], body)
    except ValueError:
        return PlainTextResponse("invalid_payload", 400)
    except SlackError as refusal:
        status = 404 if refusal.error in ("expired_url", "used_url") else 400
        return JSONResponse({"ok": False, "error": refusal.error, **refusal.fields}, status)
    return PlainTextResponse("ok")


async def _upload(request: Request) -> Response:
    """The bytes of a file: raw, or as the one file of a form."""
    sandbox: Sandbox = request.app.state.sandbox
    ticket = request.path_params["ticket"]
    length = request.headers.get("content-length", "0")
    if sandbox.uploads.ticket(ticket) is None:
        return PlainTextResponse("upload_not_found", 404)
    if not length.isdigit() or int(length) > MAX_BYTES:
        return PlainTextResponse("too_large", 413)
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form() as form:
            parts = [part for part in form.values() if not isinstance(part, str)]
            content = await parts[0].read() if parts else b""
    else:
        content = await request.body()
    sandbox.uploads.store(ticket, content)
    return PlainTextResponse(f"OK - {len(content)}")


async def _download(request: Request) -> Response:
    """A file, for the page and for the app. What a browser would run is only offered for saving."""
    sandbox: Sandbox = request.app.state.sandbox
    file = sandbox.workspace.files.get(request.path_params["file_id"])
    content = sandbox.uploads.read(file["id"]) if file is not None else None
    if file is None or content is None:
        return PlainTextResponse("file_not_found", 404)
    is_inline = file["mimetype"] in SHOWN_INLINE and "download" not in request.query_params
    safe_name = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in file["name"])
    headers = {
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        "content-disposition": f'{"inline" if is_inline else "attachment"}; filename="{safe_name}"',
    }
    media_type = file["mimetype"] if is_inline else "application/octet-stream"
    return Response(content, headers=headers, media_type=f"{media_type}")
