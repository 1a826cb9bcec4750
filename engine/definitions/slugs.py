"""What may be a slug: the key that identifies something and that people type. It knows no section."""

from __future__ import annotations

import re

# fmt: off
RESERVED = frozenset({
    "help", "status", "queue", "pause", "resume", "cancel", "abandon", "retry", "fail", "approve", "abort",
    "logs", "plan", "create", "list", "show", "promote", "redeploy", "rollback", "prevent", "allow", "lock",
    "unlock", "freeze", "thaw", "emergency", "where", "audit", "chart", "follow", "mute", "doctor", "reload",
    "run", "check", "take", "exclude", "ignore", "acknowledge", "to", "on", "at", "with", "skip", "because", "tenants",
})
# fmt: on
"""Words of the commands, those of later versions included: as a slug they could not be told from the command."""

LONGEST = 50

_SLUG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def flaw_of(slug: str, *, is_typed_first: bool = True) -> tuple[str, str] | None:
    """Why this cannot be a slug, and the way out, as two sentences; None when it can.

    `is_typed_first`: it stands where a command's own word could stand, so it may not be one.
    """
    if is_typed_first and slug in RESERVED:
        return f'"{slug}" is a word of the commands and cannot be a slug.', f'Choose another, for example "{slug}-1".'
    if len(slug) > LONGEST:
        return f"A slug has at most {LONGEST} characters.", "Shorten it; `name` is what is shown."
    if not _SLUG.fullmatch(slug):
        proposal = propose(slug)
        return (
            "A slug is made of lower-case letters, digits and single hyphens, and begins with a letter.",
            f'For example "{proposal}"; `name` is what is shown.' if proposal else "`name` is what is shown.",
        )
    return None


def propose(text: str) -> str:
    """A slug made of this text; empty when nothing of it can stay."""
    proposal = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-0123456789")[:LONGEST].strip("-")
    return "" if proposal in RESERVED else proposal
