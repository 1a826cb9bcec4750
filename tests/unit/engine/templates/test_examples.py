"""The examples of the docs hold, every filter is among them, and the page shows them as they are."""

from __future__ import annotations

import pytest

from engine.domain.templates import evaluate
from engine.domain.templates.filters import NAMES
from tests.support.substitution_examples import FILTERS, LANGUAGE, NOW, Example
from tests.support.substitution_page import PAGE, page

EXAMPLES = [example for section in (*LANGUAGE, *FILTERS) for example in section.examples]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.template)
def test_an_example_gives_what_the_page_says(example: Example) -> None:
    found = evaluate(example.template, example.variables, now=NOW)
    assert found.text == example.output
    assert found.error is None


def test_every_filter_has_a_section() -> None:
    assert sorted(name.lower() for section in FILTERS for name in section.title.split(", ")) == sorted(NAMES)


def test_the_page_is_what_the_examples_make() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
