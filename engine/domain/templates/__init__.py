"""The substitution language: `#{Name}`, conditions, loops, calculations and filters, as Octopus has them.

Pure: the caller brings the variables and the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.domain.templates.evaluating import Evaluator, NullValue, is_truthy
from engine.domain.templates.limits import Impossible
from engine.domain.templates.parsing import parse, parse_tolerantly
from engine.domain.templates.reading import TooLarge, Unreadable

__all__ = ["Evaluation", "evaluate", "is_truthy"]


@dataclass(frozen=True)
class Evaluation:
    """The text with its variables put in."""

    text: str | None
    """None where the filter `null` took the value away, and where `error` says that there cannot be one."""
    unresolved: tuple[str, ...] = ()
    """What has no value, as written (`#{Name}`), once each, in order; it stands in the text unchanged."""
    error: str | None = None
    """A sentence on what is wrong with the template."""


def evaluate(
    template: str,
    variables: Mapping[str, str | None],
    *,
    now: datetime | None = None,
    tolerant: bool = False,
) -> Evaluation:
    """Put variables into `template`; never raises.

    `now` is what the filters `NowDate` and `NowDateUtc` print; without it they stay unresolved. A template that
    cannot be read comes back unchanged with an error; with `tolerant` only the unreadable part of it does.
    """
    if "#" not in template:
        return Evaluation(template)
    error: str | None = None
    try:
        if tolerant:
            tokens, error = parse_tolerantly(template)
        else:
            tokens = parse(template)
    except (Unreadable, TooLarge) as wrong:
        return Evaluation(template, (), _sentence(str(wrong)))
    except RecursionError:  # the caller's own stack was almost full
        return Evaluation(template, (), "The template nests too deep to be read.")
    evaluator = Evaluator(variables, now)
    try:
        text: str | None = evaluator.run(tokens)
    except NullValue:
        text = None
    except Impossible as impossible:
        return Evaluation(None, tuple(evaluator.unresolved), _sentence(str(impossible)))
    except RecursionError:  # the caller's own stack was almost full
        return Evaluation(None, tuple(evaluator.unresolved), "The values nest too deep to be evaluated.")
    return Evaluation(text, tuple(evaluator.unresolved), None if error is None else _sentence(error))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
