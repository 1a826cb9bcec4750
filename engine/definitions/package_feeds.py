"""Reads what stays in the built-in feed of what no release uses: how long, and how many."""

from __future__ import annotations

from engine.definitions.fields import Field
from engine.definitions.values import FeedRules

_KEYS = ("retention", "keep")


def read_feed_rules(section: Field) -> FeedRules:
    """`built_in_feed:` — without `retention` all of it stays."""
    usual = FeedRules()
    record = section.table(_KEYS, may_be_empty=section.is_empty)
    retention, keep = (record.get(key) for key in _KEYS)
    if keep and not retention:
        keep.wrong("contradiction", "Everything stays anyhow: there is no `retention`.", "Add one, such as `90d`.")
    return FeedRules(
        retention.duration() if retention else usual.retention, keep.whole_number(least=0) if keep else usual.keep
    )
