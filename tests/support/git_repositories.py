"""Real Git repositories for tests: bare ones in a folder, and a server that git's own program answers for."""

from __future__ import annotations

import base64
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_ENVIRON = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    **{
        f"GIT_{who}_{what}": f"tests{at}"
        for who in ("AUTHOR", "COMMITTER")
        for what, at in (("NAME", ""), ("EMAIL", "@x"))
    },
}


def git(folder: Path, *arguments: str, **more: Any) -> str:
    """What git prints."""
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=_ENVIRON, check=True, capture_output=True, text=True, **more
    )
    return done.stdout.strip()


class Repository:
    """A bare repository `scripts.git`, and what is pushed into it."""

    def __init__(self, folder: Path) -> None:
        self.path, self._work = folder / "scripts.git", folder / "work"
        folder.mkdir(parents=True, exist_ok=True)
        git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.path))
        git(folder, "clone", "--quiet", str(self.path), str(self._work))

    @property
    def url(self) -> str:
        """Where it is."""
        return self.path.as_uri()

    def has(self, files: Mapping[str, str], branch: str = "main") -> str:
        """Commit these files, and only these, on a branch; the commit."""
        git(self._work, "checkout", "--quiet", "-B", branch)
        git(self._work, "rm", "-r", "--quiet", "--ignore-unmatch", ".")
        for name, text in files.items():
            path = self._work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return self.commits(branch)

    def commits(self, branch: str = "main") -> str:
        """Commit what lies in the work tree; the commit."""
        git(self._work, "add", "--all", "--force", ".")
        git(self._work, "commit", "--quiet", "--allow-empty", "--message=x")
        git(self._work, "push", "--quiet", "--force", "origin", f"HEAD:refs/heads/{branch}")
        return git(self._work, "rev-parse", "HEAD")

    def tags(self, name: str) -> None:
        """An annotated tag on the last commit."""
        git(self._work, "tag", "--annotate", "--message=x", name)
        git(self._work, "push", "--quiet", "origin", f"refs/tags/{name}")

    @property
    def work(self) -> Path:
        """The work tree."""
        return self._work


class GitServer:
    """Serves a folder of repositories over HTTP to who knows the name and the word, by `git http-backend`."""

    def __init__(self, folder: Path, name: str = "", word: str = "") -> None:
        self.seen: list[bytes] = []  # the command lines of all processes while it was asked
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(b"")

            def do_POST(self) -> None:
                self._answer(self.rfile.read(int(self.headers.get("content-length", "0"))))

            def _answer(self, body: bytes) -> None:
                known = base64.b64encode(f"{name}:{word}".encode()).decode()
                if word and self.headers.get("authorization") != f"Basic {known}":
                    self.send_response(401)
                    self.send_header("www-authenticate", 'Basic realm="git"')
                    self.send_header("content-length", "0")
                    self.end_headers()
                    return
                server.look()
                head, _, content = self._backend(body).partition(b"\r\n\r\n")
                headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
                self.send_response(int(headers.pop("Status", "200 OK").split()[0]))
                for key, value in {**headers, "content-length": str(len(content))}.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(content)

            def _backend(self, body: bytes) -> bytes:
                path, _, query = self.path.partition("?")
                environ = {
                    **_ENVIRON,
                    "GIT_PROJECT_ROOT": str(folder),
                    "GIT_HTTP_EXPORT_ALL": "1",
                    "GIT_PROTOCOL": self.headers.get("git-protocol", ""),
                    "REQUEST_METHOD": self.command,
                    "PATH_INFO": path,
                    "QUERY_STRING": query,
                    "CONTENT_TYPE": self.headers.get("content-type", ""),
                    "HTTP_CONTENT_ENCODING": self.headers.get("content-encoding", ""),
                }
                return subprocess.run(
                    ["git", "http-backend"], env=environ, input=body, capture_output=True, check=True
                ).stdout

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def look(self) -> None:
        """Note what anybody on this machine could see of others' processes just now."""
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                self.seen.append(process.read_bytes())
            except OSError:  # it has ended
                continue

    def url(self, repository: str) -> str:
        """The address of one of its repositories."""
        return f"http://127.0.0.1:{self.server.server_port}/{repository}"


@contextmanager
def serving(folder: Path, name: str = "", word: str = "") -> Iterator[GitServer]:
    """A server for as long as it is needed."""
    made = GitServer(folder, name, word)
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        made.server.server_close()
        thread.join(5)
