"""Tests of putting variables into files."""

from __future__ import annotations

from collections.abc import Mapping

from workers.files.evaluating import Evaluator
from workers.files.values import Values


def of(variables: Mapping[str, str]) -> Values:
    """The values of these variables, as a replacement looks for them."""
    return Values(Evaluator(variables))
