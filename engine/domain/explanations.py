"""Says of every value of a variable whether it wins somewhere, and why not. Pure; the words are for people."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from engine.domain import precedence
from engine.domain.precedence import Rank, Situation, Specificity
from engine.domain.scopes import Scope
from engine.domain.variables import Variable

_KINDS = {
    Rank.STEP: "a step",
    Rank.MACHINE: "a machine",
    Rank.TARGET_TAG_OF_STEP: "a target tag that the step names",
    Rank.TARGET_TAG: "a target tag",
    Rank.TENANT: "a tenant",
    Rank.TENANT_TAG: "a tenant tag",
    Rank.ENVIRONMENT: "an environment",
    Rank.CHANNEL: "a channel",
    Rank.PROCESS: "a process",
    Rank.PROJECT: "a project",
}
_WORDS = (
    ("environment", "environments"),
    ("step", "steps"),
    ("action", "actions"),
    ("process", "processes"),
    ("machine", "machines"),
    ("target tag", "target_tags"),
    ("channel", "channels"),
    ("tenant", "tenants"),
    ("tenant tag", "tenant_tags"),
    ("project", "projects"),
)


class Standing(enum.StrEnum):
    """How a value stands there."""

    WINS = "wins"
    TIES = "ties"  # with the one that wins; `check` refuses that
    LOSES = "loses"  # it applies, and another is more specific
    ELSEWHERE = "elsewhere"  # it does not apply


@dataclass(frozen=True)
class Explanation:
    """One value, how it stands, and why, as the rest of a sentence."""

    variable: Variable
    standing: Standing
    why: str


def explain(variables: Iterable[Variable], name: str, at: Situation) -> tuple[Explanation, ...]:
    """Every value of this name: the one that wins first, then those that apply, then the rest."""
    found = [variable for variable in variables if variable.name.casefold() == name.casefold()]
    ranked = [(variable, precedence.specificity(variable, at)) for variable in found]
    applying = [(variable, own) for variable, own in ranked if own is not None]
    applying.sort(key=lambda pair: pair[1], reverse=True)
    told = []
    for index, (variable, own) in enumerate(applying):
        winner, best = applying[0]
        if index == 0:
            told.append(Explanation(variable, Standing.WINS, _why_it_wins(variable, at, len(applying))))
        elif own == best:
            told.append(Explanation(variable, Standing.TIES, f"as specific as the one in {winner.place}"))
        else:
            told.append(Explanation(variable, Standing.LOSES, _why_it_loses(own, best)))
    elsewhere = (variable for variable, own in ranked if own is None)
    told += [
        Explanation(variable, Standing.ELSEWHERE, f"only for {scope_in_words(variable.scope)}")
        for variable in elsewhere
    ]
    return tuple(told)


def scope_in_words(scope: Scope) -> str:
    """`environment staging or production, step migrate`; `everything` for one that restricts nothing."""
    parts = [f"{word} {' or '.join(slugs)}" for word, kind in _WORDS if (slugs := getattr(scope, kind))]
    return ", ".join(parts) or "everything"


def _why_it_wins(variable: Variable, at: Situation, applying: int) -> str:
    ranks = precedence.ranks(variable.scope, at) or ()
    what = f"for {scope_in_words(variable.scope)}" if ranks else "for everything"
    return f"{what}; no other value applies" if applying == 1 else f"{what}; the most specific that applies"


def _why_it_loses(own: Specificity, best: Specificity) -> str:
    if own[0] != best[0]:
        return f"names {_kinds(own[0])} of scope, the winner {best[0]}"
    for mine, better in zip(own[1], best[1], strict=True):
        if mine != better and Rank(-mine) is not Rank.UNSCOPED:
            return f"{_KINDS[Rank(-mine)]} is less specific than {_KINDS[Rank(-better)]}"
    return "of a variable set; equal values of the project come first"


def _kinds(count: int) -> str:
    return "no kind" if count == 0 else "1 kind" if count == 1 else f"{count} kinds"
