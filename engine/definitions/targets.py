"""Reads what is deployed to: `targets:`, machines and cloud regions. One entry may stand for many, by a range in its
slug.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from engine.definitions.fields import Field, Record
from engine.definitions.folders import Folder
from engine.definitions.machine_policies import read_policy_of
from engine.definitions.machines import Pins, pins_of, read_address, read_via
from engine.definitions.nodes import Items, Scalar, shown
from engine.definitions.readings import suggest
from engine.definitions.slugs import flaw_of
from engine.definitions.values import TargetDefinition
from engine.domain.locations import TargetKind

MAXIMUM_OF_ONE_ENTRY = 1000
"""How many machines one entry may stand for."""

_RANGE = re.compile(r"\{([0-9]{1,4})\.\.([0-9]{1,4})\}", re.ASCII)
_EXAMPLE = '`"web-{01..40}"`'
_OF_EVERY = ("type", "environments", "tags")
_OF_A_MACHINE = ("ssh", "account", "host_key", "known_hosts", "via", "policy")

TAGS_WITHOUT_MACHINE = "tags_without_machine"
"""What the reading keeps: the tags of targets that are no machines, so that what is aimed at them runs on workers."""


def read_targets(section: Field, folder: Folder) -> list[TargetDefinition]:
    """`targets:` — slug, or slugs by a range such as `web-{01..40}`, to a machine that is reached over SSH, or to a
    place without one.
    """
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
    record = field.table([*_OF_EVERY, *_OF_A_MACHINE, "worker_pool"])
    kind = _read_kind(record)
    environments = record.need("environments", "[production]")
    if environments and isinstance(environments.node, Items) and not environments.node.nodes:
        environments.wrong("empty", "The target is in no environment, so nothing is deployed to it.", "Name one.")
    target = TargetDefinition(
        slug=key,
        name=key,
        host="",
        port=22,
        account="",
        host_key="",
        environments=environments.references("environments") if environments else (),
        tags=_read_tags(record, kind),
        kind=kind,
    )
    if kind.has_machine:
        return _with_machine(target, record, key), pins_of(record, folder)
    return replace(target, worker_pool=_read_pool_of_region(record)), lambda _host, _port: ""


def _read_kind(record: Record) -> TargetKind:
    """`type: cloud_region`; a machine that is reached over SSH when left out."""
    field = record.get("type")
    word = field.text("`type: cloud_region`") if field else ""
    known = [kind.value for kind in TargetKind]
    if field and word and word not in known:
        field.wrong("target-type", f"There is no type {shown(word)} of targets.", suggest(word, known, "types"))
        # The one of which nothing more is missed.
        return TargetKind.SSH if record.has(*_OF_A_MACHINE) else TargetKind.CLOUD_REGION
    return TargetKind(word) if word else TargetKind.SSH


def _with_machine(target: TargetDefinition, record: Record, key: str) -> TargetDefinition:
    host, port = read_address(record, may_name_slug=True)
    if host and _RANGE.search(key) and "{}" not in host:
        hint = 'Write for example `ssh: "{}.example.org:22"`: {} is the slug.'
        record.fields["ssh"].wrong("range", "All machines of this entry would have one address.", hint)
    account = record.need("account", "deploy")
    if pool := record.get("worker_pool"):
        message = "Steps run on this machine itself, so it has no worker pool."
        pool.wrong("one-of", message, "Name the pool in the step, beside `runs_on: worker_for_each_target`.")
    return replace(
        target,
        host=host,
        port=port,
        account=account.reference("accounts") if account else "",
        policy=read_policy_of(record),
        via=read_via(record),
    )


def _read_pool_of_region(record: Record) -> str | None:
    for name in _OF_A_MACHINE:
        if name in record.fields:
            message = f"A cloud region has no machine, so `{name}` means nothing for it."
            record.fields[name].wrong("one-of", message, "Remove it; what is aimed at a region runs on a worker.")
    pool = record.get("worker_pool")
    return pool.reference("worker_pools") if pool else None


def _read_tags(record: Record, kind: TargetKind) -> tuple[str, ...]:
    field = record.need("tags", "[web]")
    tags = [item.slug(is_typed_first=False) for item in field.items("`[web]`")] if field else []
    for tag in filter(None, tags):
        record.whole.reading.mention("target_tags", tag)
        if not kind.has_machine:
            record.whole.reading.mention(TAGS_WITHOUT_MACHINE, tag)
    if field and not tags and isinstance(field.node, Items):
        field.wrong("empty", "The target has no tag, so no step runs on it.", "Name at least one, for example web.")
    return tuple(dict.fromkeys(filter(None, tags)))
