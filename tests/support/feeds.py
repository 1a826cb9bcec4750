"""A feed of packages over HTTP that says what a test wants. For tests only."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.packages import an_archive

PACKAGE = an_archive()


class Feed:
    """A server with these pages: path to status, content, headers."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, bytes, dict[str, str]]] = {}
        self.asked: list[tuple[str, str]] = []  # path and authorization
        feed = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                feed.asked.append((self.path, self.headers.get("authorization", "")))
                status, content, headers = feed.pages.get(self.path, (404, b"not here", {}))
                self.send_response(status)
                for name, value in {"content-length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def address(self, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server.server_port}"

    def has(self, path: str, content: bytes = b"", status: int = 200, **headers: str) -> None:
        self.pages[path] = (status, content, headers)

    def has_package(self, version: str = "1.4.0", content: bytes = PACKAGE) -> None:
        self.has(f"/web-{version}.tgz", content)
        self.has(f"/web-{version}.tgz.sha256", f"{hashlib.sha256(content).hexdigest()}  web.tgz\n".encode())

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
