"""A configuration with two workers and three targets, for tests of what is known of machines."""

from __future__ import annotations

from tests.support.engine import MAIN, Deck

KEY = f"SHA256:{'A' * 43}"

MACHINES = {
    "accounts.yml": 'me: {type: ssh_key, username: me, private_key: {secret: "env:HOME"}}\n',
    "worker_pools.yml": "linux: {default: true}\n",
    "workers.yml": "".join(
        f'build-{n}: {{pools: [linux], ssh: "10.0.0.{n}:22", account: me, host_key: "{KEY}"}}\n' for n in (1, 2)
    ),
    "targets.yml": "".join(
        f'web-{n}: {{ssh: "10.0.1.{n}:22", account: me, host_key: "{KEY}", environments: [staging, production], '
        "tags: [web]}\n"
        for n in (1, 2, 3)
    ),
}

ROLES = MAIN.replace("grants:", "grants:\n  - {team: release-managers, roles: [environment_manager]}")

INSTALL = "steps: [{step: install, target_tags: [web], run_script: {inline: echo there}}]\n"


def with_machines(deck: Deck, process: str = INSTALL, **files: str) -> Deck:
    """The deck with them; `files` by section or `project`."""
    named = {("projects/web/project.yml" if name == "project" else f"{name}.yml"): text for name, text in files.items()}
    return deck.configured(process, {"foredeck.yml": ROLES, **MACHINES, **named})
