"""What is large but honest is worked out; what is slow in many places has one budget together."""

# ruff: noqa: E501 - lists of pieces
from __future__ import annotations

import pytest

from engine.domain.templates import evaluate
from tests.support.seconds import that_ends

MEGABYTE = 1_000_000


@pytest.mark.parametrize("length", [59, 60, 61, 100])
def test_a_chain_of_values_of_a_hundred_links_is_followed_to_its_end(length: int) -> None:
    variables: dict[str, str | None] = {f"v{n}": f"#{{v{n + 1}}}" for n in range(length)} | {f"v{length}": "end"}
    assert evaluate("#{v0}", variables).text == "end"


def test_a_loop_of_a_hundred_links_is_told_as_a_loop() -> None:
    variables: dict[str, str | None] = {f"v{n}": f"#{{v{(n + 1) % 100}}}" for n in range(100)}
    error = evaluate("#{v0}", variables).error
    assert error is not None
    assert "self referencing loop (v0 -> v1 -> " in error
    assert "v99 -> v0)" in error


@pytest.mark.parametrize("depth", [61, 99])
def test_blocks_nest_a_hundred_deep(depth: int) -> None:
    assert evaluate("#{if a}" * depth + "x" + "#{/if}" * depth, {"a": "1"}).text == "x"


def test_a_stack_that_is_almost_full_is_an_error_and_no_exception() -> None:
    def deeper(levels: int) -> None:
        if levels:
            deeper(levels - 1)
            return
        found = evaluate("#{if a}" * 90 + "#{/if}" * 90, {"a": "1"})
        assert found.error == "The template nests too deep to be read."

    deeper(600)


@pytest.mark.parametrize(("piece", "put_in"), [("#{a}", "1"), ("#{a | ToUpper} and some more ", "1 and some more ")])
def test_a_megabyte_is_worked_out(piece: str, put_in: str) -> None:
    count = MEGABYTE // len(piece)
    found = that_ends(lambda: evaluate(piece * count, {"a": "1"}))
    assert found.text == put_in * count


def test_several_patterns_on_long_texts_are_no_slow_patterns() -> None:
    found = evaluate('#{x | Replace "\\d+" "n"}' * 4, {"x": "line 12\n" * 5_000})
    assert found.error is None
    assert found.text == "line n\n" * 20_000


@pytest.mark.parametrize(
    "piece",
    ['#{x | Match "^(a|aa|aaa)*[bc]{N}$"}', "#{calc 1+1}", "#{a[#{b}]}", "#{x " + "|a" * 60 + "}", '#{x | Replace' + ' ""' * 60 + "}",
     "#{each i in l}#{if i}#{/if}#{/each}", "#{each i in l}#{d | AddDays 1}#{/each}",
     '#{each i in l}#{d | Format "dddd MMMM fffffff"}#{/each}'],
)  # fmt: skip
def test_a_megabyte_of_slow_pieces_is_too_much(piece: str) -> None:
    template = "".join(piece.replace("N", str(n + 1)) for n in range(MEGABYTE // len(piece)))
    variables: dict[str, str | None] = {"x": "a" * 60 + "!", "l": "," * 9_000, "d": "2026-03-04T05:06:07+02:00"}
    found = that_ends(lambda: evaluate(template, variables))
    assert found.error is not None
