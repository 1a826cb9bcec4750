"""Reads `machine_policies:`: how machines are checked, how often, and what it means when one does not answer."""

from __future__ import annotations

from datetime import timedelta

from engine.definitions.fields import Field, Record
from engine.definitions.folders import LARGEST_FILE, Folder
from engine.definitions.nodes import shown
from engine.definitions.places import read_time_zone
from engine.definitions.project_files import ProjectFiles
from engine.definitions.secret_references import HOW, holds_a_secret
from engine.definitions.values import DEFAULT_POLICY, MachinePolicy
from engine.domain import crons

_KINDS = ("script", "connection")
_MEANINGS = ("expected_online", "skip")
SHORTEST = timedelta(minutes=1)
"""Nobody is checked more often."""


def read_machine_policies(section: Field, folder: Folder) -> list[MachinePolicy]:
    """`machine_policies:` — slug to policy. One called `default` is that of all machines that name none."""
    policies = [_read_policy(slug, field, folder) for slug, field in section.named("machine_policies")]
    if all(policy.slug != DEFAULT_POLICY for policy in policies):
        section.reading.mention("machine_policies", DEFAULT_POLICY)
    return policies


def read_policy_of(record: Record) -> str:
    """`policy:` of a machine; what is left out is the default one."""
    field = record.get("policy")
    return field.reference("machine_policies") if field else DEFAULT_POLICY


def _read_policy(slug: str, field: Field, folder: Folder) -> MachinePolicy:
    record = field.table(["name", "health_check", "unavailable"], may_be_empty=True)
    unavailable = record.get("unavailable")
    meaning = _choice(unavailable, _MEANINGS) if unavailable else _MEANINGS[0]
    check = record.get("health_check")
    name, skips = record.line("name", slug), meaning == "skip"
    if check is None:
        return MachinePolicy(slug, name, skips_unavailable=skips)
    written = check.table(["type", "file", "inline", "every", "cron", "time_zone"])
    kind_field = written.get("type")
    kind = _choice(kind_field, _KINDS) if kind_field else "script"
    script, source = _read_script(written, folder, kind)
    every, cron, zone = _read_times(written)
    return MachinePolicy(slug, name, kind == "connection", script, source, every, cron, zone, skips)


def _read_script(record: Record, folder: Folder, kind: str) -> tuple[str, str]:
    """The script and where it is from; empty: the usual look alone."""
    file, inline = record.get("file"), record.get("inline")
    where = file or inline
    if where is None:
        return "", ""
    if file and inline:
        inline.wrong("one-of", "`file` and `inline` exclude each other.", "Keep one of them.")
    if kind == "connection":
        where.wrong("one-of", "A check of the type connection runs no script.", "Remove it, or write `type: script`.")
    files = ProjectFiles(folder.root, called="the configuration folder")
    body = files.read(where) if file else where.text("`inline: df -h`", longest=LARGEST_FILE)
    if holds_a_secret(body):
        where.wrong("literal-secret", "There is a key or a token in this script.", HOW)
    return body, where.line(longest=300) if file else "inline"


def _read_times(record: Record) -> tuple[timedelta, str, str | None]:
    every, cron, zone = record.get("every"), record.get("cron"), record.get("time_zone")
    if every and cron:
        cron.wrong("one-of", "`every` and `cron` exclude each other.", "Keep one of them.")
    if zone and not cron:
        zone.wrong("one-of", "A time zone says something of a `cron` only.", "Remove it.")
    text = cron.line(f'`"{crons.EXAMPLE}"`') if cron else ""
    if cron and text and (flaw := crons.flaw_of(text)):
        cron.wrong("cron", flaw, f'For example "{crons.EXAMPLE}": at 02:30 from Monday to Friday.')
        text = ""
    span = every.duration() if every else timedelta(hours=1)
    if every and timedelta(seconds=1) < span < SHORTEST:
        every.wrong("too-small", "A machine is checked once a minute at most.", "For example `1h`.")
    return span, text, read_time_zone(zone) if zone else None


def _choice(field: Field, known: tuple[str, ...]) -> str:
    text = field.text()
    if text and text not in known:
        field.wrong("choice", f"{shown(text)} is not a choice here.", f"Write {' or '.join(known)}.")
    return text if text in known else known[0]
