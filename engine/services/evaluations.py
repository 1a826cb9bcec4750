"""Evaluates variables: for a script, whose values must be whole; for people, who see no secret; for a condition.

What cannot be resolved is told from an evaluation in which secrets are asterisks, so that no message holds any.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from engine.contracts import Secret
from engine.domain import templates
from engine.domain.histories import Judgement
from engine.domain.next_moves import CONDITION_FALSE
from engine.domain.variables import SecretReference
from engine.services.variables import Value

SWITCH = "OctopusShouldFailDeploymentOnSubstitutionFails"
"""Octopus's switch: `True` makes a token that nothing resolves fail the step."""

ERROR_OUTPUT = "Octopus.Action.FailScriptOnErrorOutput"
"""Octopus's switch: `True` makes text on stderr fail a script that exits with 0."""

_ASKING = r"(?:get_octopusvariable[\s(]+|octopus_?(?:parameters|variables)\[)"
"""What stands before the name of a variable that a script reads, in Bash, Python or PowerShell."""

_LONGEST_SHOWN = 80
_SHORTEST_MASK = 4  # shorter values are not masked at all


@dataclass(frozen=True)
class Evaluated:
    """Variables as a script gets them, and as they were written.

    `masks`: what must not show beyond the secrets themselves. `flaws`: by variable, what is wrong with its value, as a
    sentence.
    """

    values: Mapping[str, str | Secret]
    masks: tuple[Secret, ...] = ()
    flaws: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, str | Secret] = field(default_factory=dict)
    """The same variables before the evaluation, for what is itself a template: the files of a step."""
    parameters: tuple[str | Secret, ...] = ()
    """The script's arguments; a Secret where variables were put in."""
    parameter_flaws: tuple[str, ...] = ()

    def flaws_in(self, script: str) -> tuple[str, ...]:
        """What is wrong with the script's arguments, and with the variables that it reads by their names."""
        read = (flaw for name, flaw in self.flaws.items() if _reads(script, name))
        return (*self.parameter_flaws, *read)

    @property
    def fails_on_unresolved(self) -> bool:
        """Is Octopus's switch for that set?"""
        return self._is_set(SWITCH)

    @property
    def fails_on_error_output(self) -> bool:
        """Is Octopus's switch for that set?"""
        return self._is_set(ERROR_OUTPUT)

    def _is_set(self, switch: str) -> bool:
        values = (value for name, value in self.values.items() if name.casefold() == switch.casefold())
        return any(isinstance(value, str) and value.strip().lower() == "true" for value in values)


def for_script(values: Mapping[str, str | Secret], now: datetime, parameters: Sequence[str] = ()) -> Evaluated:
    """Every value with the variables in it put in, recursively. One that is unset by `null` is left out. And the
    script's `parameters`: the variables in one stay within that argument, whatever they hold.

    A value that is composed with a secret stays a value, and the secret in it is hidden as everywhere. Where a filter
    has changed the secret, what came of it is hidden too. A secret that holds `#{…}` is hidden as it is written and as
    it came out.
    """
    revealed = {name: value.reveal() if isinstance(value, Secret) else value for name, value in values.items()}
    evaluator = _Evaluator(values, revealed, now)
    result: dict[str, str | Secret] = {}
    for name, value in values.items():
        if "#" not in revealed[name]:
            result[name] = value
            continue
        text = evaluator.evaluate(name)
        if text is not None:
            result[name] = Secret(text) if isinstance(value, Secret) else text
    written = {name: values[name] for name in result}
    arguments = [evaluator.argument(template) for template in parameters]
    given = tuple(argument for argument in arguments if argument is not None)
    return Evaluated(result, tuple(evaluator.masks), evaluator.flaws, written, given, tuple(evaluator.argument_flaws))


def for_people(text: str, values: Mapping[str, Value], now: datetime) -> tuple[str, str]:
    """`text` with its variables, secrets as asterisks; and why that cannot be made, empty when it was."""
    evaluation = templates.evaluate(text, shown(values), now=now)
    return evaluation.text or "", flaw_of(evaluation)


def judge(expression: str, values: Mapping[str, Value], now: datetime) -> Judgement:
    """What comes of a run condition. A secret that is kept elsewhere counts as being there, and equals nothing."""
    known = {name: value.reveal() if isinstance(value, Secret) else _shown(value) for name, value in values.items()}
    evaluation = templates.evaluate(expression, known, now=now)
    if evaluation.error or evaluation.unresolved:
        flaw = flaw_of(templates.evaluate(expression, shown(values), now=now)) or "it cannot be evaluated"
        return Judgement(failure=f"The run condition cannot be told: {flaw}.")
    holds = templates.is_truthy(evaluation.text)
    return Judgement(holds=holds, why_not="" if holds else CONDITION_FALSE)


def setting(name: str, values: Mapping[str, Value], now: datetime) -> str:
    """What a variable says that is meant for the engine itself; empty where it is not set, or cannot be told."""
    spelled = next((known for known in values if known.casefold() == name.casefold()), None)
    if spelled is None:
        return ""
    value = _shown(values[spelled])
    text = templates.evaluate(value, shown(values), now=now).text if "#" in value else value
    return (text or "").strip()


def shown(values: Mapping[str, Value]) -> dict[str, str | None]:
    """The values as people may see them."""
    return {name: _shown(value) for name, value in values.items()}


def flaw_of(evaluation: templates.Evaluation) -> str:
    """What is wrong with this evaluation, in the middle of a sentence; empty when nothing is."""
    if evaluation.error:
        said = evaluation.error.strip().rstrip(".")
        return said if said[1:2].isupper() else said[:1].lower() + said[1:]
    tokens = [token if token.startswith("#{") else f"#{{{token}}}" for token in evaluation.unresolved]
    if not tokens:
        return ""
    listed = tokens[0] if len(tokens) == 1 else f"{', '.join(tokens[:-1])} and {tokens[-1]}"
    return f"{listed} cannot be resolved"


class _Evaluator:
    """Evaluates the values of one script, and collects what has to be hidden and what is wrong."""

    def __init__(self, values: Mapping[str, str | Secret], revealed: Mapping[str, str], now: datetime) -> None:
        self._values, self._revealed, self._now = values, revealed, now
        self._shown = shown(values)
        self._others = {
            name: _another(value.reveal()) if isinstance(value, Secret) else value for name, value in values.items()
        }
        self._has_secrets = any(isinstance(value, Secret) for value in values.values())
        self._secrets = {value.reveal() for value in values.values() if isinstance(value, Secret)}
        self.masks: list[Secret] = []
        self.flaws: dict[str, str] = {}
        self.argument_flaws: list[str] = []

    def evaluate(self, name: str) -> str | None:
        """The value of this variable; as it is written when it cannot be evaluated, None when it is unset."""
        template = self._revealed[name]
        evaluation = templates.evaluate(template, self._revealed, now=self._now)
        if evaluation.error or evaluation.unresolved:
            self._note(name)
        if isinstance(self._values[name], Secret):
            self.masks.append(Secret(template))
        elif self._has_secrets and not evaluation.error:
            self._hide_what_a_filter_made(template, evaluation.text or "")
        return template if evaluation.error else evaluation.text

    def argument(self, template: str) -> str | Secret | None:
        """An argument of the script; as it is written when it cannot be evaluated, None when `null` takes it away."""
        if "#" not in template:
            return template
        evaluation = templates.evaluate(template, self._revealed, now=self._now)
        if evaluation.error or evaluation.unresolved:
            flaw = flaw_of(templates.evaluate(template, self._shown, now=self._now))
            brief = template if len(template) <= _LONGEST_SHOWN else f"{template[:_LONGEST_SHOWN]}…"
            self.argument_flaws.append(f"In the parameter {brief}, {flaw or 'something cannot be resolved'}.")
        elif self._has_secrets:
            self._hide_what_a_filter_made(template, evaluation.text or "")
        text = template if evaluation.error else evaluation.text
        return None if text is None else Secret(text)

    def _note(self, name: str) -> None:
        value = self._values[name]
        if isinstance(value, Secret):
            self.flaws[name] = f"The secret variable {name} holds a template that cannot be evaluated."
            return
        flaw = flaw_of(templates.evaluate(value, self._shown, now=self._now))
        self.flaws[name] = f"In the variable {name}, {flaw or 'something cannot be resolved'}."

    def _hide_what_a_filter_made(self, template: str, text: str) -> None:
        """Where other secrets would give another text, the part that differs comes of a secret."""
        other = templates.evaluate(template, self._others, now=self._now).text or ""
        if other == text:
            return
        begin = _common(text, other)
        end = len(text) - _common(text[begin:][::-1], other[begin:][::-1])
        made = text[begin:end]
        if len(made) >= _SHORTEST_MASK and made not in self._secrets:
            self.masks.append(Secret(made))


def _another(secret: str) -> str:
    """A text of the same length that has no character in common with this one."""
    return "".join("Q" if character not in "Qq" else "7" for character in secret)


def _common(first: str, second: str) -> int:
    """How many characters both begin with."""
    pairs: Iterable[tuple[str, str]] = zip(first, second, strict=False)
    return next((index for index, (a, b) in enumerate(pairs) if a != b), min(len(first), len(second)))


def _shown(value: Value) -> str:
    return str(Secret("")) if isinstance(value, Secret | SecretReference) else value


def _reads(script: str, name: str) -> bool:
    """Does the script ask for this variable? A name that it puts together first is not seen."""
    asked = rf"""{_ASKING}(["']?){re.escape(name)}\1(?![\w.-])"""
    return re.search(asked, script, re.IGNORECASE) is not None
