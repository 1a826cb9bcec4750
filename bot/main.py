"""The composition root: the only place that sees bot, engine and workers together. It wires; it decides nothing."""

from __future__ import annotations

import contextlib
import gc
import getpass
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from types import FrameType
from typing import TYPE_CHECKING

from engine import artifacts
from engine.database import Database, open_database
from engine.domain.holds import HoldKind
from engine.orchestration.exclusive import DispatcherLock
from engine.sealing import Sealer
from engine.services import built_in, configuration, holds, pools
from engine.services.errors import NoConfiguration
from engine.services.package_errors import CannotKeep
from engine.times import utc_now

if TYPE_CHECKING:
    from bot.settings import SlackSettings
    from engine.contracts import SshMachine
    from engine.orchestration.dispatcher import Dispatcher
    from engine.ports import PackageFiles
    from workers.packages.store import Stored
    from workers.ssh.probing import Probed

_log = logging.getLogger("foredeck")


@dataclass(frozen=True)
class State:
    """The folder that holds everything: rows, logs, the sealing key, what runs on the built-in worker."""

    folder: Path

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / "foredeck.db"

    @property
    def seal_key(self) -> Path:
        """The key of what is stored sealed."""
        return self.folder / "seal.key"

    @property
    def packages(self) -> Path:
        """Packages by their digest: pushed ones, and those that were fetched."""
        return self.folder / "packages"

    @property
    def built_in(self) -> Path:
        """Where the built-in worker keeps what runs."""
        return self.folder / "built-in"


def open_state(folder: Path) -> Database:
    """Open (or make) the database of this state folder."""
    return open_database(State(folder.resolve()).database)


def has_state(folder: Path) -> bool:
    """Was a state ever kept in this folder?"""
    return State(folder.resolve()).database.exists()


def sealer_of(folder: Path) -> Sealer:
    """What seals and unseals in this state folder."""
    return Sealer(State(folder.resolve()).seal_key)


def is_served(folder: Path) -> bool:
    """Does a process serve this state folder now?"""
    return DispatcherLock(folder.resolve()).holder() is not None


@contextmanager
def dispatching(folder: Path, db: Database, clock: Callable[[], datetime] = utc_now) -> Iterator[Dispatcher]:
    """Be the dispatcher of this state folder meanwhile. Raises AlreadyServing."""
    # Imported here: only who dispatches pays for the scheduler and paramiko.
    from engine.orchestration.checking import Checker
    from engine.orchestration.clock import Ticker
    from engine.orchestration.dispatcher import Dispatcher
    from engine.orchestration.finding import Finder
    from engine.orchestration.pruning import Pruner
    from workers.packages.feeds import PackageFeeds
    from workers.packages.shelf import PackageShelf
    from workers.pools import WorkerPool

    state = State(folder.resolve())
    lock = DispatcherLock(state.folder)
    lock.acquire()
    workers = WorkerPool(state.built_in, clock=clock)
    shelf = PackageShelf(state.packages)
    dispatcher = Dispatcher(db, clock, workers, Sealer(state.seal_key), shelf)
    checker = Checker(db, clock, workers)
    finder = Finder(db, clock, PackageFeeds(shelf))
    ticker = Ticker([dispatcher.wake, checker.look, finder.wake, Pruner(db, clock, shelf).look])
    try:
        shelf.clean_up()
        artifacts.clean_up(state.folder)
        dispatcher.start()
        finder.start()
        ticker.start()
        yield dispatcher
    finally:
        ticker.stop()
        checker.stop()
        shelf.close()
        finder.stop()
        dispatcher.stop()
        workers.close()
        lock.release()


def serve(folder: Path, config: Path, slack: SlackSettings | None) -> None:
    """Run the bot until SIGTERM or SIGINT; SIGHUP reloads the configuration. Without `slack` it only dispatches."""
    for name in ("alembic", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)
    received: SimpleQueue[int] = SimpleQueue()  # its put is safe within a signal handler

    def on_signal(number: int, _frame: FrameType | None) -> None:
        received.put(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, on_signal)
    db = open_state(folder)
    _load(db, config)
    state = State(folder.resolve())
    _warn_about_built_in(state, db)
    _warn_about_holds(db)
    with dispatching(folder, db), _slack(db, slack):
        gc.collect()
        gc.freeze()  # what is loaded by now stays: collections look only at what came since, and pause nobody for long
        _tell_supervisor("READY=1")
        _log.info("serving; state in %s, configuration from %s", folder.resolve(), config)
        while received.get() == signal.SIGHUP:
            _load(db, config)
            _warn_about_built_in(state, db)
    db.close()
    _log.info("stopped; scripts that run go on and are followed again at the next start")


def look_for_packages(folder: Path, db: Database, project: str, version: str) -> None:
    """Ask the feeds for the packages of a release once, unless the process that serves this folder does so anyway."""
    if is_served(folder):
        return
    from engine.orchestration.finding import Finder
    from workers.packages.feeds import PackageFeeds
    from workers.packages.shelf import PackageShelf

    feeds = PackageFeeds(PackageShelf(State(folder.resolve()).packages))
    Finder(db, utc_now, feeds).look(project, version)


def keep_package(folder: Path, chunks: Iterable[bytes]) -> Stored:
    """Keep the content of a package in this state folder. Raises CannotKeep; then nothing of it is left."""
    from workers.packages.archives import look_through
    from workers.packages.entries import UnsafePackage
    from workers.packages.store import NotAPackage, PackageStore

    try:
        return PackageStore(State(folder.resolve()).packages).put(chunks, look=look_through)
    except (NotAPackage, UnsafePackage) as error:
        raise CannotKeep(why=error) from None
    except OSError as error:
        raise CannotKeep(why=(error.strerror or str(error)).lower()) from None


def package_files(folder: Path) -> PackageFiles:
    """The packages that this state folder keeps."""
    from workers.packages.shelf import PackageShelf

    return PackageShelf(State(folder.resolve()).packages)


def probe_machine(machine: SshMachine) -> Probed:
    """Try a machine that is not configured yet. Raises CannotConnect."""
    from workers.ssh.probing import probe

    return probe(machine, clock=utc_now)


def host_keys_of(machine: SshMachine) -> dict[str, str]:
    """The fingerprints of the host keys that a machine shows now, by kind. Raises CannotConnect."""
    from workers.ssh.probing import host_keys

    return host_keys(machine)


def _warn_about_built_in(state: State, db: Database) -> None:
    with contextlib.suppress(NoConfiguration):
        definitions = configuration.current_definitions(db)
        if not pools.falls_to_built_in(definitions, None) or not definitions.built_in_worker.enabled:
            return
        settings = built_in.settings_of(definitions)
        if settings.run_as is None:
            _log.warning(
                "the default worker pool is empty, so scripts run on the built-in worker, as this account (%s): "
                "they can read what the bot can read; `built_in_worker: {run_as: …}` gives them another",
                getpass.getuser(),
            )
            return
        from workers import self_test

        kept = [state.database, state.seal_key, state.folder / "logs", Path(".env").absolute()]
        wrong = self_test.examine(settings, kept)
        for sentence in wrong:
            _log.error("the built-in worker: %s", sentence)
        if not wrong:
            _log.info("the built-in worker runs scripts as %s, which cannot reach the bot's files", settings.run_as)


def _warn_about_holds(db: Database) -> None:
    for hold in holds.current(db):
        if hold.kind is HoldKind.DRAIN:
            _log.warning(
                "drained by %s since %s: nothing new begins; `foredeck drain --end` ends it", hold.by, hold.since
            )


def _tell_supervisor(message: str) -> None:
    """Tell systemd (Type=notify) or the demo that we are ready; see sd_notify(3)."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notification:
        notification.sendto(message.encode(), address)


def _load(db: Database, config: Path) -> None:
    loaded = configuration.load_folder(db, utc_now(), config)
    for problem in loaded.problems:
        _log.error("configuration: %s", problem)
    if loaded.problems and loaded.revision is not None:
        _log.error("the configuration in %s is broken; revision %s stays in force", config, loaded.revision)
    elif loaded.problems:
        _log.error("the configuration in %s is broken and none was ever good; nothing can be deployed", config)
    elif loaded.is_new:
        _log.info("configuration revision %s is in force", loaded.revision)


@contextmanager
def _slack(db: Database, settings: SlackSettings | None) -> Iterator[None]:
    if settings is None:
        yield
        return
    # Imported here: without Slack nobody pays for its memory.
    from bot.app import SlackBot

    slack_bot = SlackBot(settings, db, utc_now, host_keys_of=host_keys_of)
    slack_bot.start()
    try:
        yield
    finally:
        slack_bot.stop()
