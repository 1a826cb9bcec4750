"""Runs a sandbox: in the foreground for the command line, in a thread for tests and the demo."""

import contextlib
import socket
import sys
import threading
import time
from pathlib import Path
from types import TracebackType

import uvicorn

from bot.sandbox.application import Guard, build
from bot.sandbox.errors import SandboxUnusable
from bot.sandbox.options import Credentials, SandboxOptions
from bot.sandbox.sandbox import Sandbox

PING_SECONDS = 10
START_SECONDS = 10
BACKLOG = 512


class SandboxServer:
    """One sandbox on one port, which is taken at once. `start` and `stop` may be called from any thread, once each."""

    def __init__(self, options: SandboxOptions) -> None:
        self._listener = _bound(options)
        port = self._listener.getsockname()[1]
        self.url = f"http://{_shown_host(options.host)}:{port}"
        try:
            self.sandbox = Sandbox(options, self.url)
        except BaseException:
            self._listener.close()
            raise
        hosts = {"127.0.0.1", "localhost", "[::1]", options.host.lower(), _shown_host(options.host).lower()}
        app = build(self.sandbox, frozenset(f"{host}:{port}" for host in hosts))
        self._server = _Server(app)
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)

    @property
    def credentials(self) -> Credentials:
        """What the app must present."""
        return self.sandbox.credentials

    def start(self) -> None:
        """Serve in a thread; returns when the first call can be answered."""
        self._thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise SandboxUnusable(f"The sandbox did not start on {self.url}.")
            time.sleep(0.002)

    def stop(self) -> None:
        """End every connection, then the thread."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(START_SECONDS)
        self.sandbox.close()

    def run(self) -> None:
        """Serve in this thread until a signal ends it."""
        try:
            self._run()
        finally:
            self.sandbox.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._listener])

    def __enter__(self) -> "SandboxServer":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


class _Server(uvicorn.Server):
    """uvicorn, told to end the endless streams first, or it would wait for them."""

    def __init__(self, guard: Guard) -> None:
        super().__init__(_config(guard))
        self._guard = guard

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Go on with what the state says is still to be done, then listen."""
        self._guard.resume()
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the streams, then everything."""
        self._guard.close_streams()
        await super().shutdown(sockets)


def serve(options: SandboxOptions) -> None:
    """What `foredeck sandbox` does: print one line with the address, serve until Ctrl-C.

    What cannot start ends the process with a sentence and the exit code 2."""
    try:
        server = SandboxServer(options)
    except SandboxUnusable as error:
        print(error, file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from None
    print(f"The sandbox is at {server.url}", flush=True)  # noqa: T201 - this line is the command's answer
    with contextlib.suppress(KeyboardInterrupt):
        server.run()


def run(
    port: int,
    manifest: Path | None,
    bot_token: str | None,
    app_token: str | None,
    signing_secret: str | None,
    state_dir: Path | None,
    host: str = "127.0.0.1",
) -> None:
    """`serve`, with each option by itself."""
    serve(SandboxOptions(port, manifest, bot_token, app_token, signing_secret, state_dir, host))


def _bound(options: SandboxOptions) -> socket.socket:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
        listener.listen(BACKLOG)  # from now on callers wait instead of being refused
    except OSError as error:
        listener.close()
        raise SandboxUnusable(
            f"The sandbox cannot listen on {options.host}:{options.port} ({error.strerror}). Choose another --port."
        ) from error
    return listener


def _shown_host(host: str) -> str:
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _config(app: Guard) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="websockets-sansio",
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=2 * PING_SECONDS,
        timeout_graceful_shutdown=1,
        backlog=BACKLOG,
        server_header=False,
        proxy_headers=False,  # nobody may claim to call from another address
    )
