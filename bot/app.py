"""The bot's side of Slack: an app over Socket Mode, the announcer and the groups, started and stopped as one."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot import manifest
from bot.announcer import Announcer
from bot.announcing.checks import CheckAnswers
from bot.announcing.couriers import Courier
from bot.announcing.failures import CREDENTIALS, UNREACHED, understood
from bot.announcing.moved_paces import MovedPace
from bot.announcing.paces import Pace
from bot.announcing.refusals import PrivateLines
from bot.groups import Groups
from bot.hearing import HearingWatch, Patience, abandon
from bot.listeners.requests import Desk
from bot.listeners.table import WORKERS, register
from bot.settings import SlackSettings
from bot.zones import Zones
from engine.contracts import SshMachine
from engine.errors import ForedeckError
from engine.services import Database

THREADS = 32
"""Listeners at once. Bolt's own default is five, and a sixth person would wait for them."""

_CALL_SECONDS = 10
_LEAVE_SECONDS = 2.0  # a connection that is being made just then is left to its thread
_RECONNECT_SECONDS = 5.0
_LONGEST_RECONNECT_SECONDS = 60.0

_log = logging.getLogger("foredeck.slack")


class SlackRefused(ForedeckError):
    """Slack does not take the tokens."""

    message = "Slack refused the {which}: {code}."
    hint_text = "Look at SLACK_BOT_TOKEN and SLACK_APP_TOKEN; install the app to the workspace again if it was removed."


@dataclass(frozen=True)
class Identity:
    """Who the bot is in the workspace, from auth.test."""

    team_id: str
    bot_user_id: str
    bot_id: str
    bot_name: str
    workspace_url: str = ""


def make_client(settings: SlackSettings) -> WebClient:
    """A client without retries of its own: the announcer owns waiting, and a listener never waits."""
    return WebClient(
        token=settings.bot_token, base_url=settings.api_url, timeout=_CALL_SECONDS, retry_handlers=[], logger=_quiet()
    )


def _pace_for(settings: SlackSettings) -> Pace:
    return MovedPace(settings.api_url) if settings.moves_clock else Pace(time.monotonic)


def identify(client: WebClient) -> Identity:
    """Ask Slack who we are. Raises SlackRefused, or one of UNREACHED."""
    try:
        told = client.auth_test()
    except SlackApiError as error:
        raise _meaning(error, "bot token") from error
    missing = manifest.missing_scopes(str(told.headers.get("x-oauth-scopes", "")))
    if missing:
        _log.warning("the app lacks the scopes %s: paste the manifest again and reinstall it", ", ".join(missing))
    return Identity(
        team_id=str(told["team_id"]),
        bot_user_id=str(told["user_id"]),
        bot_id=str(told.get("bot_id") or ""),
        bot_name=str(told["user"]),
        workspace_url=str(told.get("url") or ""),
    )


def make_app(client: WebClient, identity: Identity, desk: Desk, threads: int = THREADS) -> App:
    """Bolt's app with all listeners. It calls nobody: who we are is known already."""

    def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=identity.team_id,
            bot_token=client.token,
            bot_id=identity.bot_id,
            bot_user_id=identity.bot_user_id,
        )

    app = App(
        # Without a token of its own: each request gets the one that `authorize` gives.
        client=WebClient(base_url=client.base_url, timeout=_CALL_SECONDS, retry_handlers=[], logger=_quiet()),
        authorize=authorize,
        signing_secret="socket mode has no signatures",  # noqa: S106
        request_verification_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        listener_executor=ThreadPoolExecutor(threads, thread_name_prefix="foredeck-listener"),
        logger=_quiet(),
    )
    register(app, desk)
    return app


class SlackBot:
    """Everything that talks to Slack. The composition root starts and stops it."""

    def __init__(
        self,
        settings: SlackSettings,
        db: Database,
        clock: Callable[[], datetime],
        pace: Pace | None = None,
        patience: Patience | None = None,
        host_keys_of: Callable[[SshMachine], Mapping[str, str]] = lambda _machine: {},
    ) -> None:
        """`host_keys_of`: asks a machine which host keys it shows, by kind; raises ForedeckError."""
        self._settings = settings
        self._db = db
        self._clock = clock
        self._pace = pace or _pace_for(settings)
        self._patience = patience or Patience()
        self._host_keys_of = host_keys_of
        self._stopping = threading.Event()
        self._connecting: threading.Thread | None = None
        self._parts: list[Callable[[], None]] = []  # how to stop what was started
        self._lock = threading.Lock()

    def start(self) -> None:
        """Connect. Raises SlackRefused; when Slack cannot be reached it goes on trying in the background."""
        try:
            self._connect()
        except (SlackClientError, *UNREACHED) as error:
            _log.warning("Slack cannot be reached (%s); trying again", error)
            self._connecting = threading.Thread(target=self._keep_trying, name="foredeck-connect", daemon=True)
            self._connecting.start()

    def stop(self) -> None:
        """Disconnect. What is being sent is finished; what waits stays in its rows."""
        self._stopping.set()
        if self._connecting is not None:
            self._connecting.join(timeout=_LEAVE_SECONDS)
        with self._lock:
            parts, self._parts = self._parts, []
        for stop in reversed(parts):
            stop()

    def _keep_trying(self) -> None:
        wait = _RECONNECT_SECONDS
        while not self._stopping.wait(wait):
            try:
                self._connect()
            except (SlackClientError, ForedeckError, *UNREACHED) as error:
                wait = min(2 * wait, _LONGEST_RECONNECT_SECONDS)
                _log.warning("Slack cannot be reached (%s); trying again in %d s", error, wait)
            else:
                return

    def _connect(self) -> None:
        client = make_client(self._settings)
        identity = identify(client)
        lines = PrivateLines(self._db, client, api_url=self._settings.api_url, bot_name=identity.bot_name)
        groups = Groups(self._db, self._clock, client)
        zones = Zones(self._db, self._clock, client)
        checks = CheckAnswers(self._db, self._clock, api_url=self._settings.api_url, command=WORKERS)
        desk = Desk(
            db=self._db,
            clock=self._clock,
            team_id=identity.team_id,
            bot_user_id=identity.bot_user_id,
            api_url=self._settings.api_url,
            workspace_url=identity.workspace_url,
            command=self._settings.command,
            groups_changed=groups.changed,
            asked_from=lines.asked_from,
            check_asked=checks.asked,
            host_keys_of=self._host_keys_of,
        )
        courier = Courier(
            self._db, self._clock, client, self._pace, lambda: desk.command, lines.cannot_post, identity.workspace_url
        )
        announcer = Announcer(self._db, self._clock, courier, self._pace)
        desk.invited_to = announcer.invited_to
        app = make_app(client, identity, desk)
        handler = self._make_handler(app)
        try:
            handler.connect()
        except BaseException as error:
            _close(app, handler)
            if isinstance(error, SlackApiError):
                raise _meaning(error, "app-level token") from error
            raise
        watch = HearingWatch(handler.client, self._patience)
        with self._lock:
            if is_wanted := not self._stopping.is_set():
                for part in (announcer, groups, zones, checks, watch):
                    part.start()
                stops = [part.stop for part in (announcer, groups, zones, checks)]
                self._parts = [*stops, lambda: _close(app, handler), watch.stop]
        if is_wanted:
            _log.info("connected to Slack as %s", identity.bot_name)
        else:
            _close(app, handler)

    def _make_handler(self, app: App) -> Any:
        return SocketModeHandler(
            app,
            self._settings.app_token,
            auto_reconnect_enabled=False,  # the watch does it
            ping_interval=self._patience.ping,
            concurrency=THREADS,
            logger=_quiet(),
        )


def _meaning(error: SlackApiError, which: str) -> ForedeckError | OSError:
    """Wrong tokens are somebody's to mend; everything else passes."""
    failure = understood(error)
    if failure.code in CREDENTIALS:
        return SlackRefused(which=which, code=failure.code)
    return ConnectionError(f"Slack answered {failure.code or 'with an error'}")


def _close(app: App, handler: Any) -> None:
    def close_connection() -> None:
        abandon(handler.client)
        handler.close()
        abandon(handler.client)  # it may have been connecting meanwhile

    # Closing waits for whoever makes a connection, and Slack may let that hang.
    closing = threading.Thread(target=close_connection, name="foredeck-close", daemon=True)
    closing.start()
    closing.join(_LEAVE_SECONDS)
    executor: Any = app.listener_runner.listener_executor
    executor.shutdown(wait=True, cancel_futures=True)


def _quiet() -> logging.Logger:
    """Slack's libraries log whole payloads at lower levels: ours are told warnings only."""
    logger = logging.getLogger("foredeck.slack.library")
    logger.setLevel(logging.WARNING)
    logger.addFilter(_means_something)
    return logger


def _means_something(record: logging.LogRecord) -> bool:
    """Bolt finds SLACK_BOT_TOKEN in the environment by itself and says that it will not use it."""
    return "`token` will be unused" not in record.getMessage()
