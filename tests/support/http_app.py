"""An app that is called over HTTP: it keeps every request, and answers each as it is told; or Bolt answers."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

from ruamel.yaml import YAML
from slack_bolt import App, BoltRequest

from tests.support.sandbox import EVERYTHING, JsonObject

Answer = tuple[int, dict[str, str], str]


@dataclass(frozen=True)
class Received:
    """One request of the sandbox; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form."""
        return {name: values[0] for name, values in parse_qs(self.body, keep_blank_values=True).items()}

    @property
    def json(self) -> JsonObject:
        """The body of an event, or what is in the form of an interaction."""
        text = self.body if self.headers["content-type"] == "application/json" else self.form["payload"]
        parsed: JsonObject = json.loads(text)
        return parsed


@dataclass
class HttpApp:
    """Where it is, what came, and what it says to that."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    ssl_checks: list[Received] = field(default_factory=list)  # beside the others, and answered with 200
    answer: Callable[[Received], Answer] = lambda _request: (200, {}, "")

    def manifest(self, folder: Path) -> Path:
        """A manifest of an app without Socket Mode that is called here."""
        yaml = YAML(typ="safe", pure=True)
        document = yaml.load(EVERYTHING)
        document["settings"]["socket_mode_enabled"] = False
        document["settings"]["event_subscriptions"]["request_url"] = f"{self.url}/events"
        document["settings"]["interactivity"].update(
            request_url=f"{self.url}/interactive", message_menu_options_url=f"{self.url}/options"
        )
        for command in document["features"]["slash_commands"]:
            command["url"] = f"{self.url}/commands{command['command']}"
        path = folder / "manifest.json"
        path.write_text(json.dumps(document))
        return path


def echoing(request: Received) -> Answer:
    """200, and the challenge when there is one."""
    is_event = request.headers["content-type"] == "application/json"
    return 200, {}, str(request.json.get("challenge", "")) if is_event else ""


def bolt_answering(app: App) -> Callable[[Received], Answer]:
    """What Bolt answers, as its own server would send it."""

    def answer(request: Received) -> Answer:
        response = app.dispatch(BoltRequest(body=request.body, headers=request.headers))
        return response.status, response.first_headers(), response.body or ""

    return answer


@contextlib.contextmanager
def start_http_app() -> Iterator[HttpApp]:
    """Serve it on a free port."""
    app = HttpApp(answer=echoing)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            request = Received(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            is_check = request.form.get("ssl_check") == "1"
            (app.ssl_checks if is_check else app.received).append(request)
            status, headers, text = (200, {}, "") if is_check else app.answer(request)
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(text.encode()))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        app.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield app
        finally:
            server.shutdown()
            thread.join()
