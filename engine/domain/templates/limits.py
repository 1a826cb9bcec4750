"""What an evaluation may cost, counted in steps because the domain has no clock, and the error beyond that."""

from __future__ import annotations

MAXIMUM_NESTING = 60
"""Blocks within blocks, or nested brackets and braces."""
MAXIMUM_DEPTH = 60
"""Variables whose values lead from one to the next."""
MAXIMUM_TOKENS = 100_000
"""Tokens that one template may have."""
MAXIMUM_STEPS = 100_000
"""Tokens that one evaluation may work on, those of values and of each round of a loop included."""
MAXIMUM_CHARACTERS = 10_000_000
"""Characters that one evaluation may write, read from values or hand from filter to filter."""
MAXIMUM_SLOW_SEARCHES = 1
"""Searches for patterns that may take long (a fraction of a second), see `dotnet.patterns`."""


class Impossible(Exception):
    """There is no text; says why in a sentence."""


class Budget:
    """What is left of an evaluation."""

    __slots__ = ("_characters", "_steps", "slow_searches")

    def __init__(self) -> None:
        self._steps = MAXIMUM_STEPS
        self._characters = MAXIMUM_CHARACTERS
        self.slow_searches = MAXIMUM_SLOW_SEARCHES

    def spend(self, characters: int, steps: int = 1) -> None:
        """Count work; raise `Impossible` when it is too much."""
        self._steps -= steps
        self._characters -= characters
        if self._steps < 0:
            raise Impossible(f"evaluating it takes more than {MAXIMUM_STEPS} steps")
        if self._characters < 0:
            raise Impossible(f"with its variables put in, it is longer than {MAXIMUM_CHARACTERS} characters")
