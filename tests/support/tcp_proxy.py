"""A TCP proxy that loses, swallows and resets, between a client and a server on loopback. For tests only."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER of no seconds: closing sends RST


class _Link:
    """One connection through the proxy."""

    def __init__(self, proxy: TcpProxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy = proxy
        self._ends = {"up": (client, server), "down": (server, client)}
        self.is_frozen = threading.Event()
        self.is_trickling = threading.Event()
        self.left = proxy.lasts_for
        for way in self._ends:
            threading.Thread(target=self._pump, args=(way,), daemon=True).start()

    def _pump(self, way: str) -> None:
        source, sink = self._ends[way]
        with contextlib.suppress(OSError):
            while data := source.recv(16384):
                if way == "up" and self._proxy.pause:
                    time.sleep(self._proxy.pause)
                self._proxy.count(data, way)
                while way == "down" and self.is_trickling.is_set() and data:
                    sink.sendall(data[:1])
                    data = data[1:]
                    time.sleep(0.05)
                if not self.is_frozen.is_set():
                    sink.sendall(self._spend(self._proxy.let_through(data, way)))
            sink.shutdown(socket.SHUT_WR)

    def _spend(self, data: bytes) -> bytes:
        if self.left is not None:
            self.left -= len(data)
            if self.left < 0:
                self.end(reset=True)
                raise ConnectionResetError
        return data

    def end(self, *, reset: bool) -> None:
        """Close both ends, with a RST or as one does."""
        for one in self._ends["up"]:
            with contextlib.suppress(OSError):
                if reset:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                one.shutdown(socket.SHUT_RD)  # wakes the thread that reads
            one.close()


class TcpProxy:
    """Listens at `port`; use it in a `with`. Every fault is about the connections that are open by then."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.connections = 0
        self.lasts_for: int | None = None
        """So many bytes over both directions each connection made from now on carries, and then it is reset."""
        self.pause = 0.0
        """Seconds between two pieces of at most 16 KiB on their way up: a slow link."""
        self.sent = 0
        """Bytes that went up so far."""
        self._may_go_on = threading.Event()
        self._may_go_on.set()
        self._holds_at: int | None = None
        self._links: list[_Link] = []
        self._guard = threading.RLock()
        self._swallow = {"up": 0, "down": 0}
        self._budget: int | None = None

    def __enter__(self) -> TcpProxy:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._end(reset=False)

    def reset(self) -> None:
        """Both sides get a RST."""
        self._end(reset=True)

    def trickle(self) -> None:
        """What comes down goes on byte by byte from now on, twenty a second."""
        with self._guard:
            for link in self._links:
                link.is_trickling.set()

    def freeze(self) -> None:
        """Nothing goes through any more, and nobody is told: half-open. New connections work."""
        with self._guard:
            for link in self._links:
                link.is_frozen.set()

    def swallow(self, count: int, way: str) -> None:
        """The next bytes on their way `up` to the server, or `down` from it, are lost."""
        with self._guard:
            self._swallow[way] = count

    def reset_after(self, count: int) -> None:
        """Reset once so many more bytes have gone through, counted over both directions."""
        with self._guard:
            self._budget = count

    def hold_after(self, count: int) -> None:
        """When so many more bytes went up, nothing goes up until `go_on`."""
        with self._guard:
            self._holds_at = self.sent + count

    def go_on(self) -> None:
        """What was held back goes on, and nothing is held back any more."""
        with self._guard:
            self._holds_at = None
            self._may_go_on.set()

    def count(self, data: bytes, way: str) -> None:
        """So much is about to go there."""
        if way == "up":
            with self._guard:
                self.sent += len(data)
                if self._holds_at is not None and self.sent >= self._holds_at:
                    self._may_go_on.clear()
            self._may_go_on.wait(30)

    def let_through(self, data: bytes, way: str) -> bytes:
        """What of it goes on."""
        with self._guard:
            lost, self._swallow[way] = min(self._swallow[way], len(data)), max(0, self._swallow[way] - len(data))
            data = data[lost:]
            if self._budget is None or len(data) < self._budget:
                self._budget = None if self._budget is None else self._budget - len(data)
                return data
            self._budget = None
            self.reset()
            raise ConnectionResetError

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.connections += 1
                try:
                    server = socket.create_connection(("127.0.0.1", self._server_port), timeout=5)
                except OSError:
                    client.close()
                    continue
                server.settimeout(None)
                for one in (client, server):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with self._guard:
                    self._links.append(_Link(self, client, server))

    def _end(self, *, reset: bool) -> None:
        with self._guard:
            links, self._links = self._links, []
        for link in links:
            link.end(reset=reset)
