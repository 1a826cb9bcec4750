"""Configuration folders for tests: a good one as text, a way to write it down with changes, and its problems."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine import definitions

PROCESS = "projects/web/process.yml"
VARIABLES = "projects/web/variables.yml"

HOST_KEY = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"

GOOD: Mapping[str, str] = {
    "foredeck.yml": f"""\
foredeck: 1
defaults: {{slack_channel: deployments, time_zone: Europe/Vienna}}
people:
  ana: {{slack: U01ANA}}
  ben: {{slack: U02BEN}}
  eva: {{slack: U03EVA}}
teams:
  web-devs: {{people: [ana]}}
  release-managers: {{people: [ben, eva]}}
grants:
  - {{team: web-devs, roles: [deployment_creator], when: {{project: web}}}}
environments:
  staging: {{}}
  production: {{name: Production, slack_channel: prod}}
worker_pools:
  linux: {{default: true}}
workers:
  build-1: {{pools: [linux], ssh: "10.0.0.7:22", account: deploy, host_key: "{HOST_KEY}"}}
accounts:
  deploy: {{type: ssh_key, username: deploy, private_key: {{secret: "file:/etc/foredeck/key"}}}}
""",
    "projects/web/project.yml": "slug: web\nname: Web shop\n",
    "projects/web/process.yml": """\
steps:
  - step: install
    run_script: {file: install.sh}
    time_limit: 15m
  - step: confirm
    when: {environment: production}
    manual_intervention: {teams: [release-managers], instructions: Is it good?, minimum: 2}
""",
    "projects/web/variables.yml": """\
LogLevel: [{value: info}, {value: debug, when: {environment: staging}}]
DbPassword: [{secret: "env:DB_PASSWORD"}]
""",
    "projects/web/install.sh": "echo installing\n",
}


def write_folder(folder: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Path:
    """The good configuration with these files changed, added or (None) left out. Returns the folder."""
    files: dict[str, str | bytes | None] = {**GOOD, **(changes or {})}
    for name, content in files.items():
        if content is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def main_file(section: str) -> str:
    """The good `foredeck.yml` with one section replaced (or added) by this text."""
    name = section.partition(":")[0]
    kept: list[str] = []
    dropping = False
    for line in GOOD["foredeck.yml"].splitlines():
        if not line.startswith((" ", "-")):
            dropping = line.partition(":")[0] == name
        if not dropping:
            kept.append(line)
    return "\n".join([*kept, section.rstrip("\n"), ""])


def step(*rest: str) -> dict[str, str | bytes | None]:
    """A process of one step with these keys."""
    return {PROCESS: "steps:\n  - step: install\n" + "".join(f"    {line}\n" for line in rest)}


def script(*rest: str) -> dict[str, str | bytes | None]:
    """A process of one step with a script and these keys."""
    return step("run_script: {inline: echo}", *rest)


def problems_of(folder: Path, changes: Mapping[str, str | bytes | None]) -> list[str]:
    """What is wrong with the good configuration after these changes, as sentences."""
    return [str(problem) for problem in definitions.check(write_folder(folder, changes))]
