"""Reads the machines that are deployed to: `targets:`. One entry may stand for many, by a range in its slug."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from engine.definitions.fields import Field, Record
from engine.definitions.folders import Folder
from engine.definitions.machine_policies import read_policy_of
from engine.definitions.machines import Pins, pins_of, read_address
from engine.definitions.nodes import Items, Scalar, shown
from engine.definitions.slugs import flaw_of
from engine.definitions.values import TargetDefinition

MAXIMUM_OF_ONE_ENTRY = 1000
"""How many machines one entry may stand for."""

_RANGE = re.compile(r"\{([0-9]{1,4})\.\.([0-9]{1,4})\}", re.ASCII)
_EXAMPLE = '`"web-{01..40}"`'


def read_targets(section: Field, folder: Folder) -> list[TargetDefinition]:
    """`targets:` — slug, or slugs by a range such as `web-{01..40}`, to a machine that is reached over SSH."""
    targets: list[TargetDefinition] = []
    for key, field in section.entries():
        slugs = tuple(_slugs(Field(key, key.place, field.path, section.reading)))
        declared = [slug for slug in slugs if section.reading.declare("targets", slug, key.place, field.path)]
        target, pins = _read_target(key.text, field, folder)
        for slug in declared:
            host = target.host.replace("{}", slug)
            targets.append(replace(target, slug=slug, name=slug, host=host, host_key=pins(host, target.port)))
    return targets


def _slugs(key: Field) -> Iterator[str]:
    """The slugs that an entry stands for; leading zeros count."""
    text = key.node.text if isinstance(key.node, Scalar) else ""
    found = _RANGE.search(text)
    if found is None:
        if "{" in text:
            key.wrong("range", f"{shown(text)} has no range that is understood.", f"For example {_EXAMPLE}.")
        elif flaw := flaw_of(text):
            key.wrong("slug", *flaw)
        else:
            yield text
        return
    first, last = int(found[1]), int(found[2])
    if not first <= last < first + MAXIMUM_OF_ONE_ENTRY:
        message = f"A range counts up, to {MAXIMUM_OF_ONE_ENTRY} machines at most."
        key.wrong("range", message, f"For example {_EXAMPLE}.")
        return
    before, after = text[: found.start()], text[found.end() :]
    if flaw := flaw_of(f"{before}{found[1]}{after}"):
        key.wrong("slug", *flaw)
        return
    for number in range(first, last + 1):
        yield f"{before}{number:0{len(found[1])}d}{after}"


def _read_target(key: str, field: Field, folder: Folder) -> tuple[TargetDefinition, Pins]:
    """The target, and what tells which host keys are pinned for an address."""
    record = field.table(["ssh", "account", "host_key", "known_hosts", "environments", "tags", "policy"])
    host, port = read_address(record, may_name_slug=True)
    if host and _RANGE.search(key) and "{}" not in host:
        hint = 'Write for example `ssh: "{}.example.org:22"`: {} is the slug.'
        record.fields["ssh"].wrong("range", "All machines of this entry would have one address.", hint)
    account = record.need("account", "deploy")
    environments = record.need("environments", "[production]")
    if environments and isinstance(environments.node, Items) and not environments.node.nodes:
        environments.wrong("empty", "The target is in no environment, so nothing is deployed to it.", "Name one.")
    target = TargetDefinition(
        slug=key,
        name=key,
        host=host,
        port=port,
        account=account.reference("accounts") if account else "",
        host_key="",
        environments=environments.references("environments") if environments else (),
        tags=_read_tags(record),
        policy=read_policy_of(record),
    )
    return target, pins_of(record, folder)


def _read_tags(record: Record) -> tuple[str, ...]:
    field = record.need("tags", "[web]")
    tags = [item.slug(is_typed_first=False) for item in field.items("`[web]`")] if field else []
    for tag in filter(None, tags):
        record.whole.reading.mention("target_tags", tag)
    if field and not tags and isinstance(field.node, Items):
        field.wrong("empty", "The target has no tag, so no step runs on it.", "Name at least one, for example web.")
    return tuple(dict.fromkeys(filter(None, tags)))
