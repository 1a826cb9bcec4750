"""Watches that the bot still hears Slack, and connects anew when it does not. It reads no frames: slack_sdk does.

slack_sdk takes a socket that ended without a close frame for a quiet one, reading nothing from it in a busy loop, and
goes on so for most of a minute; a socket that lives but brings nothing it leaves after four pings. Posting works all
the while and every command fails. So its own monitor only pings here, and this watch is who connects again.

A socket may also be deaf: it answers pings, and nothing that people do comes along it. Nothing tells that from a quiet
hour, so after a quiet while the connection is exchanged for a new one, as Slack itself asks every few hours.
"""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import threading
import time
from dataclasses import dataclass

from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.builtin.connection import Connection

from bot.announcing.failures import understood

_ENDED = select.POLLRDHUP | select.POLLHUP | select.POLLERR | select.POLLNVAL
_JOIN_SECONDS = 1.0
_REFRESH = '{"type": "disconnect", "reason": "refresh_requested"}'

_log = logging.getLogger("foredeck.slack")


@dataclass(frozen=True)
class Patience:
    """How long what is waited for, in seconds."""

    look: float = 0.5
    """Between two looks at the socket; a look costs one system call."""
    ping: float = 4.0
    """Between two pings of ours; Slack answers each."""
    silence: float = 12.0
    """Without any sign of life for longer than this, a connection counts as lost."""
    quiet: float = 300.0
    """Without any message for longer than this, a connection that lives is exchanged all the same."""
    first_wait: float = 0.5
    """After the first attempt that failed; doubled after each."""
    longest_wait: float = 15.0


class HearingWatch:
    """Watches one client, whose own reconnecting is off. One thread; only it and Slack's wish make connections."""

    def __init__(self, client: SocketModeClient, patience: Patience) -> None:
        self._client = client
        self._patience = patience
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="foredeck-hearing", daemon=True)
        self._heard_at = self._brought_at = self._connected_at = time.monotonic()
        self._last_pong: tuple[str, float | None] | None = None
        self._wait = 0.0
        client.on_message_listeners.append(self._note_message)

    def start(self) -> None:
        """Begin to watch."""
        self._heard_at = self._brought_at = self._connected_at = time.monotonic()
        self._thread.start()

    def stop(self) -> None:
        """Stop watching. A connection that is just being made is left to its thread, which closes it."""
        self._stopping.set()
        self._thread.join(_JOIN_SECONDS)

    def _run(self) -> None:
        while not self._stopping.wait(self._patience.look):
            try:
                self._look()
            except Exception:
                _log.exception("the watch over the connection to Slack stumbled; it goes on")

    def _look(self) -> None:
        client = self._client
        if not client.connect_operation_lock.acquire(blocking=False):
            _hasten(client)
            return
        try:  # while we hold its lock, the client does not replace its connection
            session = client.current_session
            self._note_pong(session)
            now = time.monotonic()
            if session is None or not _is_open(session):
                lost, deaf_since = "has ended", now
            elif now - self._heard_at > self._patience.silence:
                lost, deaf_since = "is silent", self._heard_at
            else:
                self._exchange_when_quiet(now)
                return
            abandon(client)
        finally:
            client.connect_operation_lock.release()
        _log.warning("the connection to Slack %s; connecting again", lost)
        self._connect_again(deaf_since)

    def _exchange_when_quiet(self, now: float) -> None:
        """Ask the client for a new connection, as Slack would; it keeps the old one until the new one is there."""
        if now - self._brought_at > self._patience.quiet:
            _log.debug("nothing came from Slack for %.0f s; exchanging the connection", now - self._brought_at)
            self._brought_at = now
            self._client.enqueue_message(_REFRESH)

    def _connect_again(self, deaf_since: float) -> None:
        if time.monotonic() - self._connected_at > 4 * self._patience.longest_wait:
            self._wait = 0.0  # otherwise it was lost soon after it was made: the waits go on growing
        while not self._stopping.wait(self._wait):
            self._wait = min(max(self._patience.first_wait, 2 * self._wait), self._patience.longest_wait)
            problem = self._attempt()
            if self._stopping.is_set():
                abandon(self._client)  # it was made too late
            elif problem is None:
                self._heard_at = self._connected_at = time.monotonic()
                _log.warning("hearing Slack again, after %.0f s", self._connected_at - deaf_since)
                return
            else:
                _log.warning("Slack cannot be reached (%s); trying again in %g s", problem, self._wait)

    def _attempt(self) -> str | None:
        """Connect; returns what hindered it."""
        try:
            self._client.connect_to_new_endpoint()  # does nothing when the client has just done so by itself
        except SlackApiError as error:
            return understood(error).code or "an error"
        except Exception as error:  # whatever it was, nothing else would ever try again
            return str(error) or type(error).__name__
        # slack_sdk raises nothing when the handshake fails.
        return None if self._client.is_connected() else "no handshake"

    def _note_message(self, _message: str) -> None:
        self._heard_at = self._brought_at = time.monotonic()

    def _note_pong(self, session: Connection | None) -> None:
        """A pong shows as another time, by the wall clock; when we saw it counts, by a clock that is never set."""
        pong = (session.session_id, session.last_ping_pong_time) if session is not None else None
        if pong != self._last_pong:
            self._last_pong, self._heard_at = pong, time.monotonic()


def abandon(client: SocketModeClient) -> None:
    """End the connection at once. Merely closing it waits for its reader, who may sit in a read for three seconds."""
    session = client.current_session
    if session is None:
        return
    client.current_session_state.terminated = True  # its reader is not to read on
    _shut(session, socket.SHUT_RDWR)
    with contextlib.suppress(OSError, AttributeError):  # its monitor may close it in the same moment
        session.disconnect()


def _hasten(client: SocketModeClient) -> None:
    """The client replaces its connection because Slack asked for it, and reads the new one only when the reader of
    the old one comes back from a read of up to three seconds, which is all the time a command has. Wake that reader.
    """
    session = client.current_session
    if session is not None and client.current_session_state.terminated:
        _shut(session, socket.SHUT_RD)


def _shut(session: Connection, how: int) -> None:
    sock = session.sock
    if sock is not None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(sock, how)  # below TLS, whose own shutdown is not for two threads


def _is_open(session: Connection) -> bool:
    sock = session.sock  # taken once: another thread may close the session meanwhile
    if sock is None:
        return False
    poll = select.poll()
    try:
        poll.register(sock, _ENDED)
        return not poll.poll(0)
    except (OSError, ValueError):  # closed between the lines
        return False
