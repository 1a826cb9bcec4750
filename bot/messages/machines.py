"""`/workers` as private answers: pools, workers and targets, a page at a time, made for a phone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot import ids
from bot.messages import blocks as b
from bot.messages import wording
from bot.messages.health import SIGNS, WORDS, in_short
from engine.errors import ForedeckError
from engine.services.machine_views import MachineStanding, Overview, PoolStanding
from engine.services.views import HealthState

PAGE = 8
"""Machines on a page: two thumbs of scrolling."""

_OUT = "🔧"
_REGION = "☁️"
_WHY = 140
_POOLS = 10


def overview(view: Overview, command: str) -> b.Message:
    """How all of them are, and each machine of this page with a button that opens it."""
    return b.message(
        _summary(view),
        b.rich(*_head(view)),
        *(_entry(machine, view.now) for machine in view.machines),
        _turn(view),
        b.context(_hint(view, command)),
    )


def details(machine: MachineStanding, *, said: str = "") -> b.Message:
    """One machine with all that is known of it and what can be done. `said`: what was just done."""
    lines = [[b.bold(f"{_sign(machine)} {machine.slug}"), b.text(f"  {_state(machine)}"), *_moment(" since ", machine)]]
    if machine.disabled:
        out = machine.disabled
        until = [b.text(", until "), b.date(out.until)] if out.until else []
        lines.append([b.text(f"Disabled by {out.by} since "), b.date(out.since), *until])
        lines.append([b.text(f"because {b.shorten(out.reason, 300)}")])
    if machine.why and machine.state is not HealthState.UNKNOWN:
        lines.append(b.sentence(b.shorten(machine.why, 600)))
    facts = [*_facts(machine)]
    return b.message(
        f"{said} {machine.slug} {_state(machine)}".replace("`", "").strip(),
        b.section(said) if said else None,
        b.rich(*lines),
        b.rich(*facts),
        b.actions(*_buttons(machine)),
    )


def done(slugs: Sequence[str], what: str, command: str) -> b.Message:
    """Something was done to these machines; told in the channel, too, where others have to know."""
    words = f"{wording.few(slugs)} {'is' if len(slugs) == 1 else 'are'} {what}."
    look = f"{command} {','.join(slugs) if len(slugs) <= 3 else ''}".strip()
    return b.message(words, b.rich([b.text(words)], [b.text("How it is now: "), b.code(look)]))


def being_checked(slugs: Sequence[str]) -> b.Message:
    """They are looked at; another answer says what was found."""
    words = f"{wording.few(slugs)} {'is' if len(slugs) == 1 else 'are'} looked at now. What was found follows."
    return b.message(words, b.rich([b.text(words)]))


def check_not_told(error: ForedeckError) -> b.Message:
    """What was found cannot be shown."""
    return b.message(str(error), b.rich(b.sentence(str(error)), b.sentence(error.hint or " ")))


def help_text(command: str) -> b.Message:
    """What can be typed after `/workers`."""
    told = (
        ("", "pools, workers and targets: health, load, last error"),
        ("web-17", "one of them; also web-*, web-01..05, a tag, a pool, an environment, unhealthy, disabled"),
        ("check web-17", "looks at it now"),
        ("disable web-17 until 18:00 because …", "nothing new begins there; without until: until somebody enables it"),
        ("enable web-17", "it is in use again"),
        ("trust web-17", "shows the host key that it shows, and trusts it once you have compared it"),
        ("run web-17,web-18: df -h", "runs a Bash script there, for who may; without a script a form asks for it"),
    )
    lines = [[b.code(f"{command} {typed}".strip()), b.text(f"  {meaning}")] for typed, meaning in told]
    return b.message(f"What you can type after {command}", b.rich(*lines))


def _summary(view: Overview) -> str:
    if not view.total:
        return "No machine is like that."
    return f"{wording.plural(view.total, 'machine')}: {_counted(view)}"


def _counted(view: Overview) -> str:
    words = {**WORDS, HealthState.HAS_WARNINGS: "with warnings"}
    parts = [f"{SIGNS[state]} {view.counts[state]:,} {words[state]}" for state in SIGNS if view.counts.get(state)]
    if view.regions:
        parts.append(f"{_REGION} {wording.plural(view.regions, 'cloud region')}")
    if view.disabled:
        parts.append(f"{_OUT} {view.disabled:,} disabled")
    return " · ".join(parts)


def _head(view: Overview) -> Iterator[list[b.Element]]:
    if view.total:
        asked = f" ({', '.join(view.asked)})" if view.asked else ""
        yield [b.bold(f"{wording.plural(view.total, 'machine')}{b.shorten(asked, 100)}")]
        yield [b.text(_counted(view))]
    else:
        yield [b.text("No machine is like that." if view.asked else "There are no workers and no targets to be seen.")]
    for pool in view.pools[:_POOLS]:
        yield _pool(pool)
    if len(view.pools) > _POOLS:
        yield [b.text(f"… and {len(view.pools) - _POOLS} more pools")]
    if view.built_in:
        yield [b.text(view.built_in)]


def _pool(pool: PoolStanding) -> list[b.Element]:
    default = " (default)" if pool.is_default else ""
    if not pool.workers:
        return [b.text("Pool "), b.bold(pool.slug), b.text(f"{default}: no workers")]
    steps = f", {wording.plural(pool.load, 'step')} there" if pool.load else ""
    sign = "⚠️ " if not pool.usable else ""
    usable = f"{sign}{pool.usable} of {wording.plural(pool.workers, 'worker')} can be used{steps}"
    return [b.text("Pool "), b.bold(pool.slug), b.text(f"{default}: {usable}")]


def _entry(machine: MachineStanding, now: datetime) -> b.Block:
    """Two or three short lines of plain text, and a button: nothing that a machine said can format or link."""
    lines = [
        f"{_sign(machine)} {machine.slug}  {_state(machine)}{_span(machine, now)}",
        f"{_where(machine)}{_load(machine)}",
    ]
    if machine.disabled:
        lines.append(f"{machine.disabled.by}: {b.shorten(machine.disabled.reason, _WHY)}")
    elif machine.is_region:
        warning = "⚠️ " if machine.pool and not machine.pool.usable else ""
        lines.append(f"{warning}Its steps run {_serves(machine.pool)}")
    elif machine.state is not HealthState.HEALTHY and machine.why:
        lines.append(b.shorten(in_short(machine.slug, machine.why), _WHY))
    label = f"Open {machine.slug}"
    opens = b.button("Open", f"{ids.OPEN_MACHINE}:{machine.slug}"[:255], machine.slug, accessibility_label=label)
    return {"type": "section", "text": b.plain("\n".join(lines)), "accessory": opens}


def _turn(view: Overview) -> b.Block | None:
    """The buttons to the pages around this one."""
    if view.pages == 1:
        return None
    buttons = []
    for page, label in ((view.page - 1, "◀ Before"), (view.page + 1, "Next ▶")):
        if 1 <= page <= view.pages:
            value = ids.pack(p=page, n=",".join(view.asked) or None)
            buttons.append(b.button(label, f"{ids.SHOW_MACHINES}:{page}", value))
    return b.actions(*buttons)


def _hint(view: Overview, command: str) -> str:
    page = f"Page {view.page} of {view.pages}, the worst first. " if view.pages > 1 else ""
    one = next((machine.slug for machine in view.machines), "web-17")
    return f"{page}{command} {one}, {command} unhealthy, {command} help"


def _facts(machine: MachineStanding) -> Iterator[list[b.Element]]:
    if machine.is_region:
        yield [b.text(f"A target without a machine · {_where(machine)}{_load(machine)}")]
        yield [b.text(f"Steps aimed at it run {_serves(machine.pool)}, unless they name a pool themselves.")]
        return
    what = "worker" if machine.is_worker else "target"
    yield [b.text(f"{wording.capitalised(what)} at {machine.address} · {_where(machine)}{_load(machine)}")]
    labels = {"system": "", "bash": "Bash ", "user": "as "}
    known = ", ".join(f"{label}{machine.facts[name]}" for name, label in labels.items() if machine.facts.get(name))
    free = machine.facts.get("free_mib", "")
    if known:
        yield [b.text(known + (f", {int(free):,} MiB free" if free.isdecimal() else ""))]
    if machine.trusted:
        trusted = machine.trusted
        yield [
            b.text(f"{trusted.by} trusts its host key {trusted.fingerprint} since "),
            b.date(trusted.at),
            b.text(f", because {b.shorten(trusted.reason, 200)}"),
        ]
    if machine.checked_at:
        is_next = machine.next_check_at and not machine.disabled
        upcoming = [b.text(", next "), b.date(machine.next_check_at)] if is_next and machine.next_check_at else []
        yield [b.text("Checked "), b.date(machine.checked_at), *upcoming, b.text(f" (policy {machine.policy})")]
    if machine.last_error_at and machine.last_error != machine.why:
        last_error = b.sentence(f": {b.shorten(machine.last_error, 300)}")
        yield [b.text("Last error "), b.date(machine.last_error_at), *last_error]


def _buttons(machine: MachineStanding) -> Iterator[b.Element]:
    yield b.button("Refresh", ids.OPEN_MACHINE, machine.slug)
    if machine.may_edit and machine.disabled:
        yield b.button("Enable", ids.ENABLE_MACHINE, machine.slug, style="primary")
    elif machine.may_edit:
        if not machine.is_region:
            yield b.button("Check now", ids.CHECK_MACHINE, machine.slug)
            yield b.button("Host key…", ids.TRUST_KEY, machine.slug)
        yield b.button("Disable…", ids.DISABLE_MACHINE, machine.slug)
    if machine.may_run:
        yield b.button("Run a script…", ids.RUN_SCRIPT, machine.slug)
    yield b.button("All machines", ids.SHOW_MACHINES, ids.pack(p=1))


def _sign(machine: MachineStanding) -> str:
    return _OUT if machine.disabled else _REGION if machine.is_region else SIGNS[machine.state]


def _state(machine: MachineStanding) -> str:
    return "disabled" if machine.disabled else "cloud region" if machine.is_region else WORDS[machine.state]


def _span(machine: MachineStanding, now: datetime) -> str:
    since = machine.disabled.since if machine.disabled else machine.since
    if since is None or (machine.state in {HealthState.HEALTHY, HealthState.UNKNOWN} and not machine.disabled):
        return ""
    return f" for {wording.duration(since, now)}"


def _moment(words: str, machine: MachineStanding) -> list[b.Element]:
    is_told = machine.since and not machine.disabled and machine.state is not HealthState.UNKNOWN
    return [b.text(words), b.date(machine.since)] if is_told and machine.since else []


def _where(machine: MachineStanding) -> str:
    if machine.is_worker:
        return f"pool {', '.join(machine.pools)}"
    return f"{', '.join(machine.environments)} · {', '.join(machine.tags)}"


def _serves(pool: PoolStanding | None) -> str:
    """By whom a region is served, after *run*."""
    if pool is None:
        return "on the built-in worker"
    if not pool.workers:
        return f"in the pool {pool.slug}, in which no worker is"
    return f"in the pool {pool.slug} ({pool.usable} of {wording.plural(pool.workers, 'worker')} can be used)"


def _load(machine: MachineStanding) -> str:
    return f" · {wording.plural(machine.load, 'step')} running" if machine.load else ""
