"""Evaluates templates with an action's variables, so that what is said of a flaw holds nothing of a secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from engine.contracts import Secret
from engine.domain import templates
from engine.domain.templates import Evaluation

_IN_A_SECRET = "#{…} in a secret"  # noqa: S105 - words of a message


class Evaluator:
    """The variables as they are written; a value may be a template itself."""

    def __init__(self, variables: Mapping[str, str | Secret], now: datetime | None = None) -> None:
        self._now = now
        self._shown = {name: str(value) for name, value in variables.items()}  # secrets as asterisks
        self.values = {
            name: value.reveal() if isinstance(value, Secret) else value for name, value in variables.items()
        }

    def evaluate(self, template: str) -> Evaluation:
        """The text with everything in it; the tokens and the error are those that come without the secrets."""
        evaluation = templates.evaluate(template, self.values, now=self._now)
        if not evaluation.error and not evaluation.unresolved:
            return replace(evaluation, error=None)
        told = templates.evaluate(template, self._shown, now=self._now)
        unresolved = evaluation.unresolved and (told.unresolved or (_IN_A_SECRET,))
        error = (told.error or "a secret in it cannot be evaluated").strip().rstrip(".") if evaluation.error else None
        return replace(evaluation, unresolved=unresolved, error=error)
