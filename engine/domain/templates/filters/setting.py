"""What a filter is given besides its input and options, and the shapes filters come in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from engine.domain.templates.limits import Budget


@dataclass(frozen=True, slots=True)
class Setting:
    """The time, if the caller told it, and what the evaluation may still cost."""

    now: datetime | None
    budget: Budget


Filter: TypeAlias = Callable[[str | None, Sequence[str], Setting], str | None]


def of_text(change: Callable[[str], str | None]) -> Filter:
    """A filter that has input and no options."""

    def apply(value: str | None, options: Sequence[str], _: Setting) -> str | None:
        return None if value is None or options else change(value)

    return apply


def with_options(change: Callable[[str, Sequence[str]], str | None], most: int, least: int = 0) -> Filter:
    """A filter that has input and from `least` to `most` options."""

    def apply(value: str | None, options: Sequence[str], _: Setting) -> str | None:
        return None if value is None or not least <= len(options) <= most else change(value, options)

    return apply
