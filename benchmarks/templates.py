"""How fast templates are evaluated: a small one, a long one against its half, and the most that one can cost."""

from __future__ import annotations

import time

from engine.domain.templates import evaluate

ROUNDS = 20_000
_TEMPLATE = 'Deploy #{Project} #{Version | ToLower} to #{if Env == "production"}all#{else}#{Env}#{/if}.'
_VARIABLES = {"Project": "Web", "Version": "1.4.0-RC1", "Env": "staging", **{f"Other.Name{n}": "x" for n in range(50)}}

_HOSTILE = (
    '#{x | Match "^(a|aa|aaa)*[bc]{N}$"}',
    "#{calc 1+1}",
    "#{a[#{b}]}",
    "#{each i in l}#{d | AddDays 1}#{/each}",
)


def main() -> None:
    """Measure and print."""
    begin = time.process_time()
    for _ in range(ROUNDS):
        evaluate(_TEMPLATE, _VARIABLES)
    print(f"small templates: {ROUNDS / (time.process_time() - begin):8,.0f} a second   (goal ≥ 10,000)")
    half, whole = _seconds(10_000), _seconds(20_000)
    print(f"20,000 tokens take {whole / half:.1f} times as long as 10,000   (goal: about 2)")
    slowest = max(_HOSTILE, key=_hostile_seconds)
    print(f"the most that a megabyte costs: {_hostile_seconds(slowest):.2f} s, of {slowest}   (goal < 1)")


def _seconds(tokens: int) -> float:
    template = "".join(f"#{{Name{number}}} " for number in range(tokens))
    variables: dict[str, str | None] = {f"Name{number}": "value" for number in range(tokens)}
    begin = time.process_time()
    evaluate(template, variables)
    return time.process_time() - begin


def _hostile_seconds(piece: str) -> float:
    template = "".join(piece.replace("N", str(number)) for number in range(1, 1_000_000 // len(piece)))
    begin = time.process_time()
    evaluate(template, {"x": "a" * 60 + "!", "l": "," * 9_000, "d": "2026-03-04T05:06:07+02:00"})
    return time.process_time() - begin


if __name__ == "__main__":
    main()
