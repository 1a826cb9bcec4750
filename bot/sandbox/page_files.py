"""The files of the page, from memory: a hundred small modules are asked for at once; each must cost next to nothing."""

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

PAGE = Path(__file__).resolve().parent / "page"
POLICY = (
    "default-src 'self'; img-src 'self' data: https: http:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class PageFile:
    """One file as it was read, and what says that it is still the same."""

    modified_ns: int
    content: bytes
    etag: str
    media_type: str


_known: dict[Path, PageFile] = {}


async def index(request: Request) -> Response:
    """The page itself, at every address that a link may name."""
    if _file("index.html") is None:
        return PlainTextResponse("The sandbox runs; this build of it has no page.")
    return _response(request, "index.html", {"content-security-policy": POLICY})


async def part(request: Request) -> Response:
    """A module, a style or a picture."""
    return _response(request, request.path_params["name"], {})


def _response(request: Request, name: str, headers: dict[str, str]) -> Response:
    file = _file(name)
    if file is None:
        return PlainTextResponse("not found", 404)
    headers = {**headers, "cache-control": "no-cache", "x-content-type-options": "nosniff", "etag": file.etag}
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=304, headers=headers)
    return Response(file.content, headers=headers, media_type=file.media_type)


def _file(name: str) -> PageFile | None:
    """The file as it is now: it is read again when it changed, so that who works on the page sees it at a reload."""
    path = (PAGE / name).resolve()
    if not path.is_relative_to(PAGE) or not path.is_file():
        return None
    modified_ns = path.stat().st_mtime_ns
    known = _known.get(path)
    if known is None or known.modified_ns != modified_ns:
        content = path.read_bytes()
        etag = f'"{hashlib.sha256(content).hexdigest()[:24]}"'
        media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        known = _known[path] = PageFile(modified_ns, content, etag, media_type)
    return known
