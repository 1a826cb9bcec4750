"""What people type after `/workers`, parsed into requests. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot import clauses, typed_text
from bot.commands import Help
from bot.orders import NotUnderstood

VERBS = ("check", "disable", "enable", "trust", "run", "help")
_SMALL = frozenset(
    ("and", "the", "worker", "workers", "target", "targets", "machine", "machines", "on", "all", "list", "show")
)


@dataclass(frozen=True)
class ShowMachines:
    """Show these; all of them without names."""

    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckMachines:
    """Look at them now."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class DisableMachines:
    """Take them out of use."""

    names: tuple[str, ...]
    reason: str = ""
    until: str = ""


@dataclass(frozen=True)
class EnableMachines:
    """Put them back."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class TrustKey:
    """Trust the host key with this fingerprint; without one, ask which in a form."""

    name: str
    fingerprint: str = ""
    reason: str = ""


@dataclass(frozen=True)
class RunScript:
    """Run this on them; without a script, ask for it in a form."""

    names: tuple[str, ...]
    script: str = ""


WorkersRequest = (
    Help | ShowMachines | CheckMachines | DisableMachines | EnableMachines | TrustKey | RunScript | NotUnderstood
)


def parse_workers(text: str) -> WorkersRequest:  # noqa: PLR0911 - one line for each form
    """`[NAMES]`, `check NAMES`, `disable NAMES [until …] because …`, `enable NAMES`, `run NAMES: SCRIPT`,
    `trust NAME [FINGERPRINT because …]`.
    """
    words = typed_text.words(text)
    verb = words[0].lower() if words else ""
    if verb == "help":
        return Help()
    if verb not in VERBS:
        return ShowMachines(_names(words))
    if verb == "run":
        return _running(text)
    rest = typed_text.after_words(text, 1)
    said = clauses.split(typed_text.escaped(rest))
    if verb == "trust":
        return _trusting(said)
    names = _names((*said.what, *said.on, *said.to))
    if not names:
        example = {"disable": "disable web-17 until 18:00 because its disk is replaced"}.get(verb, f"{verb} web-17")
        return NotUnderstood(f"Say which machines to {verb}.", example)
    match verb:
        case "check":
            return CheckMachines(names)
        case "enable":
            return EnableMachines(names)
        case _:
            return DisableMachines(names, said.reason, said.until)


def _trusting(said: clauses.Clauses) -> WorkersRequest:
    keys = [word for word in said.what if word.startswith("SHA256:")]
    names = _names([word for word in (*said.what, *said.on) if word not in keys and word.lower() not in _OF_A_KEY])
    if len(names) != 1 or len(keys) > 1:
        return NotUnderstood("Say of which machine, one at a time.", "trust web-17")
    return TrustKey(names[0], keys[0] if keys else "", said.reason)


_OF_A_KEY = frozenset({"key", "host", "of", "new", "fingerprint"})
_RUN = re.compile(r"\s*run\b(?P<rest>.*)\Z", re.IGNORECASE | re.DOTALL)
_WORD = r"[^\s:,]+"
_BEFORE_COLON = re.compile(
    rf"(?P<names>{_WORD}(?:(?:\s*,\s*|\s+and\s+){_WORD})*)\s*:(?=\s|\Z)(?P<script>.*)\Z", re.DOTALL | re.IGNORECASE
)


def _running(text: str) -> RunScript:
    """What stands before the first colon are names, what follows is the script; without a colon the first word is."""
    found = _RUN.match(text)
    rest = (found["rest"] if found else "").strip()
    parted = _BEFORE_COLON.match(rest)
    if parted:
        return RunScript(_names(typed_text.words(parted["names"])), typed_text.verbatim(parted["script"]))
    first, _, script = rest.partition(" ")
    return RunScript(_names(typed_text.words(first)), typed_text.verbatim(script))


def _names(words: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    parts = (part for word in words for part in word.split(","))
    return tuple(dict.fromkeys(part for part in parts if part and part.lower() not in _SMALL))
