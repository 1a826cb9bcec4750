"""The demo's page server: `/staging/current/` is what is installed in `staging/web/current`, and so is production.

It knows nothing of Foredeck.
"""

from __future__ import annotations

import http.server
import sys
from pathlib import Path
from typing import Any

_STYLE = """
body{margin:0;font:18px/1.5 system-ui,sans-serif;display:grid;place-items:center;min-height:100vh;background:#f5f5f2}
main{padding:3rem 4rem;border-radius:1rem;background:#fff;text-align:center;box-shadow:0 2px 20px #0001}
h1{margin:0}h2{font-size:3rem;margin:.5rem 0}p{margin:.2rem;color:#666}
.production{border-top:.5rem solid #c0392b}.staging{border-top:.5rem solid #2980b9}
@media(prefers-color-scheme:dark){body{background:#181a1b}main{background:#232627;color:#eee}p{color:#aaa}}
"""
_NOTHING = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Nothing here yet</title><link rel="stylesheet" href="/style.css"><main><h1>Nothing here yet</h1>
<p>Deploy something: <code>/deploy web 1.4.0 to staging</code></p></main></html>"""


class _Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        """A page below an environment's `current`, the style, or a hint."""
        if self.path == "/style.css":
            self._answer(_STYLE, "text/css")
        elif self.path.rstrip("/") in {"", "/staging", "/production"} or not self._exists():
            self._answer(_NOTHING, "text/html; charset=utf-8")
        else:
            super().do_GET()

    def translate_path(self, path: str) -> str:
        """Where the file is. Demos of before there were packages had their pages in `staging/current`."""
        asked, root = Path(super().translate_path(path)), Path(self.directory)
        environment, *rest = asked.relative_to(root).parts or ("",)
        if rest[:1] != ["current"]:
            return str(asked)
        links = [
            link for link in (root / environment / "web/current", root / environment / "current") if link.is_symlink()
        ]
        newest = max(links, key=lambda link: link.lstat().st_mtime, default=root / environment / "current")
        return str(newest.joinpath(*rest[1:]))

    def _exists(self) -> bool:
        return Path(self.translate_path(self.path)).exists()

    def _answer(self, text: str, kind: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        """A page must never be an old one."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


def main(port: int, folder: Path) -> None:
    """Serve this folder on loopback until the process ends."""
    folder.mkdir(parents=True, exist_ok=True)

    def handler(*args: Any) -> _Handler:
        return _Handler(*args, directory=str(folder))

    http.server.ThreadingHTTPServer(("127.0.0.1", port), handler).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
