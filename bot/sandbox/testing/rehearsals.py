"""A private copy of a configuration folder that is safe to run in a sandbox.

People, groups and channels become the sandbox's. No worker, account or secret is left in it, and scripts do only what
the test says, unless it wants them to run for real. The folder itself is not touched."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.sandbox.testing.errors import NotStarted, nothing_like

Node = dict[str, Any]

SECRET = "made up for the rehearsal"  # noqa: S105 - what every secret is in a rehearsal
IGNORED = shutil.ignore_patterns(".git", ".venv", "__pycache__", "node_modules")


def _round_trip() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000
    return yaml


@dataclass
class Rehearsal:
    """The copy in `folder`, which is made by `write`."""

    source: Path
    folder: Path
    scripts: Mapping[str, str] | None
    """Bash instead of the script of an action (`install`, or `web/install`); None runs the real ones, really."""
    channels: set[str] = field(default_factory=set)
    people: dict[str, str] = field(default_factory=dict)  # slug: shown name, of those who have a Slack id
    default_channel: str = ""
    _yaml: YAML = field(default_factory=_round_trip)
    _actions: list[str] = field(default_factory=list)

    def write(self, slack_ids: Callable[[str, str], str], group_ids: Callable[[str, list[str]], str]) -> None:
        """Make the copy. `slack_ids(slug, name)` gives the member of the sandbox, `group_ids(slug, people)` a group."""
        shutil.copytree(self.source, self.folder, ignore=IGNORED)
        for path in sorted(filter(self._is_read, self.folder.rglob("*.y*ml"))):
            document = self._yaml.load(path.read_text(encoding="utf-8"))
            if isinstance(document, dict):
                self._change(path.relative_to(self.folder), document, slack_ids, group_ids)
                self._yaml.dump(document, path)
        self._check_scripts()

    def _is_read(self, path: Path) -> bool:
        """Is it part of the configuration itself? What lies deeper are the files of steps, which stay as they are."""
        parts = path.relative_to(self.folder).parts
        return len(parts) == 3 if parts[0] == "projects" else len(parts) <= 2

    def _change(
        self,
        path: Path,
        document: Node,
        slack_ids: Callable[[str, str], str],
        group_ids: Callable[[str, list[str]], str],
    ) -> None:
        for slug, person in _section(path, document, "people"):
            if person.get("slack"):
                self.people[slug] = str(person.get("name") or slug)
                person["slack"] = slack_ids(slug, self.people[slug])
        for slug, team in _section(path, document, "teams"):
            if team.get("slack_group"):
                team["slack_group"] = group_ids(slug, [str(one) for one in team.get("people") or []])
        if path == Path("foredeck.yml"):
            self.default_channel = str((document.get("defaults") or {}).get("slack_channel") or "").lower()
        self._change_channels(document)
        if self.scripts is not None:
            self._take_workers_away(path, document)
            _take_values_of_targets_away(document)
            self._change_actions(path, document.get("steps") or [])
            _make_secrets_up(document, self._secret)

    def _change_channels(self, node: Any) -> None:
        """Every channel, wherever it is named, is there; one that was named by its id is called by it."""
        for one in _nodes(node):
            if isinstance(one.get("slack_channel"), str):
                one["slack_channel"] = one["slack_channel"].removeprefix("#").lower()
                self.channels.add(one["slack_channel"])

    def _take_workers_away(self, path: Path, document: Node) -> None:
        for section in ("workers", "targets", "bastions", "accounts"):
            if path.parts[0] in (section, f"{section}.yml", f"{section}.yaml"):
                document.clear()
            document.pop(section, None)

    def _change_actions(self, path: Path, steps: list[Node]) -> None:
        project = path.parts[1] if len(path.parts) > 2 else ""
        for step in steps:
            step.pop("target_tags", None)  # without targets it runs once
            step.pop("rolling", None)
            for action in step.get("actions") or [step]:
                for where in ("runs_on", "worker_pool"):
                    action.pop(where, None)
                if isinstance(action.get("retries"), dict):
                    action["retries"]["delay"] = "1s"  # nobody waits for what cannot heal meanwhile
                script = action.get("run_script")
                if isinstance(script, dict):
                    self._change_script(self.folder / path.parent, project, step, action)

    def _change_script(self, folder: Path, project: str, step: Node, action: Node) -> None:
        slug = str(action.get("action") or step["step"])
        self._actions += [slug, f"{project}/{slug}"]
        script = action["run_script"]
        scripts = self.scripts or {}
        given = scripts.get(f"{project}/{slug}", scripts.get(slug))
        is_elsewhere = not _NOT_HERE.isdisjoint(script)
        for key in _NOT_HERE:
            script.pop(key, None)
        if given is not None:
            script.pop("file", None)
            script["inline"] = given
        elif "inline" in script or is_elsewhere or not script["file"].endswith((".sh", ".bash")):
            script.pop("syntax", None)
            script.pop("script_modules", None)  # they may be in the language that it was in
            script["inline"] = _told(script.pop("file", f"the script of {slug}"))
        else:
            for place in (folder / script["file"], folder / "scripts" / script["file"]):
                if place.is_file():
                    place.write_text(_told(script["file"]), encoding="utf-8")

    def _check_scripts(self) -> None:
        for wanted in self.scripts or {}:
            if wanted not in self._actions:
                where = f" with a script in {self.source}"
                raise NotStarted(nothing_like("action", wanted, sorted(set(self._actions)), where))

    @property
    def _secret(self) -> str:
        file = self.folder.parent / "secret"
        file.write_text(SECRET, encoding="utf-8")
        return f"file:{file}"


def _section(path: Path, document: Node, name: str) -> Iterator[tuple[str, Node]]:
    """The entries of a section, whether it stands in foredeck.yml, in a file of its own, or in a folder of files."""
    if path == Path("foredeck.yml"):
        document = document.get(name) or {}
    elif path.parts[0] not in (name, f"{name}.yml", f"{name}.yaml"):
        return
    for slug, entry in document.items():
        if isinstance(entry, dict):
            yield str(slug), entry


def _nodes(value: Any) -> Iterator[Node]:
    """Every mapping within."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from _nodes(inner)


def _make_secrets_up(document: Node, secret: str) -> None:
    for node in _nodes(document):
        if isinstance(node.get("secret"), str):
            node["secret"] = secret


def _take_values_of_targets_away(document: Node) -> None:
    """Values of variables that are for some targets only: there are none, so nobody would get them."""
    for node in list(_nodes(document)):
        for name, values in list(node.items()):
            if not isinstance(values, list) or not any(map(_is_of_targets, values)):
                continue
            node[name] = [value for value in values if not _is_of_targets(value)]
            if not node[name]:
                del node[name]


def _is_of_targets(value: Any) -> bool:
    when = value.get("when") if isinstance(value, dict) else None
    return isinstance(when, dict) and not {"target", "target_tag"}.isdisjoint(when)


_NOT_HERE = frozenset({"git", "package", "packages"})
"""What a script uses that is not in the configuration's folder."""


def _told(what: str) -> str:
    return f"echo 'A rehearsal: {what} is not run.'\n"
