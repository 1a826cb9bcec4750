"""Writes the configuration folder of the demo: packaged files, and what depends on this machine."""

from __future__ import annotations

import json
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from bot.demo.ssh_server import SshServer

_POOL = "worker_pool: production"
_ROOT = "root: /var/www"


def write(folder: Path, *, site_folder: Path, site_address: str, ssh: SshServer | None) -> None:
    """Write it. Without an SSH server, production runs on the built-in worker like everything else."""
    _copy(resources.files("bot.demo") / "configuration", folder)
    _write(
        folder / "projects/web/variables.yml",
        f"SiteAddress: [{{value: {json.dumps(site_address)}}}]\n",
    )
    process = folder / "projects/web/process.yml"
    _write(process, process.read_text().replace(_ROOT, f"root: {json.dumps(str(site_folder))}"))
    for name in ("accounts.yml", "worker_pools.yml", "workers.yml"):
        (folder / name).unlink(missing_ok=True)
    if ssh is None:
        return
    _write(process, process.read_text().replace(f"# {_POOL} ", f"{_POOL} "))
    fingerprint = ssh.prepare()
    key = json.dumps(f"file:{ssh.client_key}")
    _write(
        folder / "accounts.yml",
        f"demo: {{type: ssh_key, username: {json.dumps(ssh.user)}, private_key: {{secret: {key}}}}}\n",
    )
    _write(folder / "worker_pools.yml", "production: {}\n")
    _write(
        folder / "workers.yml",
        f'production-1: {{pools: [production], ssh: "127.0.0.1:{ssh.port}", account: demo, '
        f'host_key: "{fingerprint}"}}\n',
    )


def _copy(source: Traversable, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for entry in source.iterdir():
        if entry.is_dir():
            _copy(entry, target / entry.name)
        elif not entry.name.startswith("_"):
            _write(target / entry.name, entry.read_text())


def _write(path: Path, text: str) -> None:
    path.write_text(text)
