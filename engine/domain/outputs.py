"""Output variables: under which names a later step finds what an earlier one has set. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class SetOutput(Generic[_Value]):
    """One output: which step set it, on which machine (empty where it ran once), and to what."""

    step: str
    machine: str
    name: str
    value: _Value


def named(outputs: Iterable[SetOutput[_Value]], *, machine: str = "") -> Mapping[str, _Value]:
    """All outputs by name, as Octopus names them: for each machine, for this machine, and for all (the last writer).

    `outputs` in the order in which they were set; `machine`: the one for which this is asked.
    """
    values: dict[str, _Value] = {}
    of_this_machine: dict[str, _Value] = {}
    for output in outputs:
        plain = f"Octopus.Action[{output.step}].Output.{output.name}"
        values[plain] = output.value
        if output.machine:
            values[f"Octopus.Action[{output.step}].Output[{output.machine}].{output.name}"] = output.value
            if output.machine == machine:
                of_this_machine[plain] = output.value
    return values | of_this_machine
