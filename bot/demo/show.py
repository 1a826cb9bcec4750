"""Starts the demo, prints one address, and ends it: Ctrl-C cancels what runs and leaves no process."""

from __future__ import annotations

import json
import secrets
import signal
import socket
import sys
import time
from contextlib import closing
from pathlib import Path
from queue import Empty, SimpleQueue

import click

from bot import main as root
from bot.demo import configuration_folder, releases, ssh_server
from bot.demo.children import Children
from bot.sandbox.options import DEFAULT_APP_TOKEN, DEFAULT_BOT_TOKEN, DEFAULT_SIGNING_SECRET
from engine.services import tasks
from engine.times import utc_now

READY_SECONDS = 30.0
"""How long the parts may take to start."""

CANCEL_SECONDS = 15.0
"""How long canceled scripts have to end."""


def run(port: int, folder: Path) -> int:
    """Run the demo until Ctrl-C; the exit code."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not _wait_until_free(port):
        click.echo(f"Port {port} is in use. Choose another: foredeck demo --port {port + 10}", err=True)
        return 1
    received: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda signum, _frame: received.put(signum))
    children = Children(folder / "logs")
    try:
        ports = _ports(folder, port)
        ssh = _prepare(folder, ports)
        address = f"http://127.0.0.1:{port}"
        ready_name = f"foredeck-demo-{secrets.token_hex(8)}"  # an abstract socket: no file, any length of folder
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as ready:
            ready.bind(f"\0{ready_name}")
            _start(children, folder, port, ports, ssh, ready_name)
            if not _wait_until_ready(children, ready, received):
                return 1
        releases.push(folder / "foredeck")
        _announce(address, has_ssh=ssh is not None)
        return _watch(children, folder, received)
    finally:
        children.stop()


def _prepare(folder: Path, ports: dict[str, int]) -> ssh_server.SshServer | None:
    program = ssh_server.find()
    ssh = ssh_server.SshServer(folder / "ssh", ports["ssh"], program) if program else None
    configuration_folder.write(
        folder / "configuration",
        site_folder=folder / "site",
        site_address=f"http://127.0.0.1:{ports['site']}",
        ssh=ssh,
    )
    return ssh


def _start(
    children: Children,
    folder: Path,
    port: int,
    ports: dict[str, int],
    ssh: ssh_server.SshServer | None,
    ready_name: str,
) -> None:
    python = [sys.executable, "-P", "-m"]
    if ssh is not None:
        children.start("ssh", ssh.command)
    children.start("site", [*python, "bot.demo.page_server", str(ports["site"]), str(folder / "site")])
    children.start("sandbox", [*python, "bot.cli", "sandbox", "--port", str(port), "--state", str(folder / "sandbox")])
    slack = {
        "SLACK_API_URL": f"http://127.0.0.1:{port}/api/",
        "SLACK_BOT_TOKEN": DEFAULT_BOT_TOKEN,
        "SLACK_APP_TOKEN": DEFAULT_APP_TOKEN,
        "SLACK_SIGNING_SECRET": DEFAULT_SIGNING_SECRET,
        "NOTIFY_SOCKET": f"@{ready_name}",
    }
    state, config = folder / "foredeck", folder / "configuration"
    children.start("bot", [*python, "bot.cli", "serve", "--state", str(state), "--config", str(config)], slack)


def _wait_until_ready(children: Children, ready: socket.socket, received: SimpleQueue[int]) -> bool:
    """Wait until the bot is connected. False when something did not start, or was interrupted."""
    ready.settimeout(0.1)
    deadline = time.monotonic() + READY_SECONDS
    while received.empty():
        try:
            if b"READY=1" in ready.recv(1024):
                return True
        except TimeoutError:
            pass
        name = children.ended() or ("bot" if time.monotonic() > deadline else None)
        if name is not None:
            click.echo(f"The demo's {name} did not start. {children.log(name)} ends with:", err=True)
            click.echo(children.last_lines(name), err=True)
            return False
    return False


def _announce(address: str, *, has_ssh: bool) -> None:
    click.echo(f"Foredeck demo: {address}/?user=ana")
    click.echo("Type  /deploy web 1.4.0 to production  as ana, then be ben and proceed. Ctrl-C ends it.")
    if not has_ssh:
        click.echo("OpenSSH's server is not installed, so production also runs on the built-in worker.")


def _watch(children: Children, folder: Path, received: SimpleQueue[int]) -> int:
    while True:
        try:
            received.get(timeout=0.5)
        except Empty:
            name = children.ended()
            if name is None:
                continue
            click.echo(f"The demo's {name} has ended by itself. {children.log(name)} ends with:", err=True)
            click.echo(children.last_lines(name), err=True)
            click.echo("Start the demo again with the same command: it continues where it was.", err=True)
            return 1
        _cancel_everything(folder, received)
        return 0


def _cancel_everything(folder: Path, received: SimpleQueue[int]) -> None:
    """Cancel what runs and wait until it has ended; a second Ctrl-C does not wait."""
    db = root.open_state(folder / "foredeck")
    try:
        count = tasks.cancel_running(db, utc_now(), by="the end of the demo")
        if count:
            click.echo(f"\nCanceling {count} deployment{'s' if count > 1 else ''} …")
        deadline = time.monotonic() + CANCEL_SECONDS
        while tasks.running_count(db) and time.monotonic() < deadline and received.empty():
            time.sleep(0.1)
    finally:
        db.close()


def _ports(folder: Path, port: int) -> dict[str, int]:
    """The ports of the page server and of SSH: the same ones as last time where they are free."""
    file = folder / "ports.json"
    known: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
    ports = {}
    for name, wanted in (("site", known.get("site", port + 1)), ("ssh", known.get("ssh", port + 2))):
        ports[name] = wanted if wanted <= 65535 and _wait_until_free(wanted, 2) else _free_port()
    file.write_text(json.dumps(ports))
    return ports


def _wait_until_free(port: int, seconds: float = 5) -> bool:
    """Is the port free? What a killed demo left behind ends within moments, so a taken port is tried for a while."""
    deadline = time.monotonic() + seconds
    while True:
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                if time.monotonic() > deadline:
                    return False
                time.sleep(0.1)
            else:
                return True


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
