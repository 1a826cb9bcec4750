"""The page on the substitution language. Write it: `python -m tests.support.substitution_page`."""

# ruff: noqa: E501 - one example a line
from __future__ import annotations

from pathlib import Path

from tests.support.substitution_examples import FILTERS, LANGUAGE, NOW, Example, Section

PAGE = Path(__file__).resolve().parents[2] / "docs" / "substitution.md"
_HEAD = """# Substitution

Text in the configuration may ask for variables, as in Octopus: `#{Name}`, with conditions, loops, calculations and
filters. Numbers, dates and addresses behave as they do there (.NET, invariant culture).

This page is made from the examples that the tests run; `python -m tests.support.substitution_page` writes it.

## The language
"""
_BETWEEN = f"""## Filters

`#{{Name | Filter option "quoted option" #{{Other}} | Next}}`. Names of filters have no case. Options are words, quoted texts
(needed for anything but letters, digits and `_ - : / ~ ( ) @`), or other values. A filter that cannot use its input or
its options leaves the token as written. In the examples it is {NOW:%Y-%m-%d %H:%M:%S} UTC; a local time without an offset is UTC.
"""
_TAIL = """## What cannot be resolved

A token without a value stays in the text as written and is reported: a step whose condition or instructions have one
fails, elsewhere it is a warning. A condition whose filter gives nothing stays as a whole. A template that cannot be
read (a brace is not closed, an `#{if}` has no `#{/if}`) stays unchanged and is reported with line and column. Limits
(1,000,000 steps, 10,000,000 characters, 120 levels) end a template that would grow without end.
"""


def page() -> str:
    """The whole page."""
    parts = [_HEAD, *map(_section, LANGUAGE), _BETWEEN, *map(_section, FILTERS), _TAIL]
    return "\n".join(parts)


def _section(section: Section) -> str:
    words = f"{section.words}\n\n" if section.words else ""
    rows = "".join(map(_row, section.examples))
    return f"### {section.title}\n\n{words}| variables | template | output |\n|---|---|---|\n{rows}"


def _row(example: Example) -> str:
    used = " ".join(f"{_code(name)} = {_code(value)}" for name, value in example.variables.items())
    output = "*none*" if example.output is None else _code(example.output)
    return f"| {used} | {_code(example.template)} | {output} |\n"


def _code(text: str) -> str:
    """`text` as code in a cell; line breaks are shown as `⏎`."""
    shown = text.replace("\n", "⏎").replace("|", "\\|")
    fence = "``" if "`" in shown else "`"
    return f"{fence}{shown}{fence}" if shown else ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
