"""What an evaluation may cost, counted in steps because the domain has no clock, and the error beyond that."""

from __future__ import annotations

MAXIMUM_NESTING = 100
"""Blocks within blocks, or nested brackets and braces."""
MAXIMUM_DEPTH = 120
"""Variables whose values lead from one to the next. Each takes about five frames of the interpreter's 1000."""
MAXIMUM_TOKENS = 300_000
"""Tokens that one template may have: more than 1 MB of plain ones. What is slow to read counts several times."""
MAXIMUM_STEPS = 1_000_000
"""What one evaluation may do; a token takes two or three steps, a slow filter 100; one is about 0.5 µs."""
MAXIMUM_CHARACTERS = 10_000_000
"""Characters that one evaluation may write, read from values or hand from filter to filter."""
MAXIMUM_SEARCHING = 400
"""Milliseconds that all slow searches for patterns of one evaluation may take together, see `dotnet.patterns`."""


class Impossible(Exception):
    """There is no text; says why in a sentence."""


class Budget:
    """What is left of an evaluation."""

    __slots__ = ("_characters", "_steps", "searching")

    def __init__(self) -> None:
        self._steps = MAXIMUM_STEPS
        self._characters = MAXIMUM_CHARACTERS
        self.searching = MAXIMUM_SEARCHING

    def spend(self, characters: int, steps: int = 1) -> None:
        """Count work; raise `Impossible` when it is too much."""
        self._steps -= steps
        self._characters -= characters
        if self._steps < 0:
            raise Impossible(f"evaluating it takes more than {MAXIMUM_STEPS} steps")
        if self._characters < 0:
            raise Impossible(f"with its variables put in, it is longer than {MAXIMUM_CHARACTERS} characters")
