"""Reads `freezes:` — windows of time in which nothing is deployed there."""

from __future__ import annotations

import zoneinfo
from datetime import date, datetime, timedelta

from engine.definitions.fields import Field, Record
from engine.definitions.nodes import shown
from engine.definitions.places import read_time_zone
from engine.definitions.scopes import read_scope
from engine.definitions.values import FreezeDefinition
from engine.domain.moments import Unclear, Zone, localized
from engine.domain.windows import Repeats, read_mark

_KEYS = ("name", "when", "from", "until", "repeats", "time_zone", "requests")
_EXAMPLES = {
    Repeats.NEVER: '"2026-12-23 18:00"',
    Repeats.DAILY: '"18:00"',
    Repeats.WEEKLY: '"Friday 18:00"',
    Repeats.MONTHLY: '"28 18:00" or "last 18:00"',
}


def read_freezes(section: Field, default_zone: str) -> list[FreezeDefinition]:
    """`freezes:` — slug to freeze. Times are read in `default_zone` where no other is named."""
    return [_read(slug, field, default_zone) for slug, field in section.named("freezes")]


def _read(slug: str, field: Field, default_zone: str) -> FreezeDefinition:
    record = field.table(_KEYS)
    repeats = _read_repeats(record)
    opens, closes = (_read_mark(record, key, repeats) for key in ("from", "until"))
    if opens and closes and (opens == closes or (repeats is Repeats.NEVER and closes < opens)):
        record.fields["until"].wrong("window", "It would close before it opens.", "Write a later `until`.")
    zone, requests = record.get("time_zone"), record.get("requests")
    zone_name = read_time_zone(zone) if zone else None
    if repeats is Repeats.NEVER:
        for key, text in (("from", opens), ("until", closes)):
            _refuse_unclear(record, key, text, zone_name or default_zone)
    chosen = requests.text("refuse") if requests else "refuse"
    if requests and chosen not in {"refuse", "hold", ""}:
        requests.wrong("choice", f"{shown(chosen)} is not a choice here.", "Write refuse or hold.")
    return FreezeDefinition(
        slug=slug,
        name=record.line("name", slug),
        scope=read_scope(record, by_project=True),
        opens=opens,
        closes=closes,
        repeats=repeats.value,
        time_zone=zone_name,
        refuses=chosen != "hold",
    )


def _refuse_unclear(record: Record, key: str, text: str, zone_name: str) -> None:
    """A date is known, so it is known whether the clocks show that time once. Windows that come again are widened."""
    mark = read_mark(text, Repeats.NEVER) if text and zone_name in zoneinfo.available_timezones() else None
    if mark is None or not isinstance(mark.day, date):
        return
    found = localized(mark.day, mark.clock, Zone(zone_name, zoneinfo.ZoneInfo(zone_name)))
    if isinstance(found, Unclear):
        aside = timedelta(hours=-1 if key == "from" else 1)
        clear = datetime.combine(mark.day, mark.clock) + aside
        record.fields[key].wrong("unclear-time", found.sentence, f'Write for example "{clear:%Y-%m-%d %H:%M}".')


def _read_repeats(record: Record) -> Repeats:
    field = record.get("repeats")
    text = field.text("weekly") if field else ""
    known = [repeats.value for repeats in Repeats if repeats is not Repeats.NEVER]
    if field and text and text not in known:
        field.wrong("choice", f"{shown(text)} is not a choice here.", f"Write {', '.join(known[:-1])} or {known[-1]}.")
    return Repeats(text) if text in known else Repeats.NEVER


def _read_mark(record: Record, key: str, repeats: Repeats) -> str:
    field = record.need(key, _EXAMPLES[repeats])
    text = field.line(_EXAMPLES[repeats]) if field else ""
    if field and text and read_mark(text, repeats) is None:
        how = "once" if repeats is Repeats.NEVER else repeats.value
        field.wrong(
            "moment", f"{shown(text)} is no time of a window that comes {how}.", f"For example {_EXAMPLES[repeats]}."
        )
        return ""
    return text
