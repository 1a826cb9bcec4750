"""Values, escapes, names; what is missing and what cannot be read."""

from __future__ import annotations

import pytest

from engine.domain.templates import Evaluation, evaluate

VARIABLES = {
    "Foo": "Bar",
    "My name": "Ana",
    "a_b-c:d/e~f(g)@h": "odd",
    "Größe": "9",
    "A.B.C": "deep",
    "Empty": "",
    "None": None,
    "Twice": "#{Foo}#{Foo}",
    "Broken": "#{Foo",
    "Half": "<#{Missing}>",
    "Escaped": "##{Foo}",
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("#{Foo}", "Bar"),
        ("#{ Foo }", "Bar"),
        ("#{\n\tFoo\n}", "Bar"),
        ("#{FOO}#{foo}", "BarBar"),
        ("#{My name}", "Ana"),
        ("#{a_b-c:d/e~f(g)@h}", "odd"),
        ("#{GRÖSSE}#{größe}", "#{GRÖSSE}9"),
        ("#{A.B.C}#{a . b . c}", "deepdeep"),
        ("[#{Empty}#{None}]", "[]"),
        ("#{Twice}", "BarBar"),
        ("#{Broken}", "#{Foo"),
        ("#{Half}", "<#{Missing}>"),
        ("#{Escaped}", "#{Foo}"),
        ("##{Foo}", "#{Foo}"),
        ("###{Foo}", "#Bar"),
        ("####{Foo}", "###{Foo}"),
        ("#####{Foo}", "###Bar"),
        ("# ## ###", "# ## ###"),
        ("#", "#"),
        ("##", "##"),
        ("a#", "a#"),
        ("#a# #{Foo}#", "#a# Bar#"),
        ("#}{#", "#}{#"),
        ("{Foo} ${Foo} #[Foo]", "{Foo} ${Foo} #[Foo]"),
        ("#{A}", "#{A}"),
        ("#{A.B}", "#{A.B}"),
        ("", ""),
        ("#{if}", "#{if}"),
        ("#{iffy}#{each}", "#{iffy}#{each}"),
    ],
)
def test_text(template: str, text: str) -> None:
    found = evaluate(template, VARIABLES)
    assert (found.text, found.error) == (text, None)


@pytest.mark.parametrize(
    ("template", "unresolved"),
    [
        ("#{ Missing }", ("#{ Missing }",)),
        ("#{B} #{A} #{B}", ("#{B}", "#{A}")),
        ("#{Half}", ("#{Missing}",)),
        ("#{Missing | ToUpper}", ("#{Missing | ToUpper}",)),
        ("#{Foo | NoSuchFilter}", ("#{Foo | NoSuchFilter}",)),
        ("#{Foo | ToUpper extra}", ("#{Foo | ToUpper extra}",)),
        ("#{Foo | Append #{Missing}}", ("#{Missing}",)),
        ("#{Empty}#{None}#{if Missing}#{/if}#{each i in Missing}#{/each}", ()),
        ("#{calc Missing+1}", ("#{Missing+1}",)),
        ("#{| NowDate}", ("#{| NowDate}",)),
    ],
)
def test_what_has_no_value_is_named_as_written(template: str, unresolved: tuple[str, ...]) -> None:
    assert evaluate(template, VARIABLES).unresolved == unresolved


UNREADABLE = [
    "#{",
    "#{}",
    "#{ }",
    "#{Foo",
    "#{Foo | }",
    "#{|}",
    "#{.Foo}",
    "#{Foo.}",
    "#{Foo[}",
    "#{Foo[a}",
    "#{Foo$}",
    "#{Foo | Append 'x'}",
    "#{Foo | AddHours 1.5}",
    '#{Foo | Append "x}',
    "#{/if}",
    "#{else}",
    "#{elseif Foo}",
    "#{if Foo}x",
    "#{if Foo}x#{/unless}",
    "#{if}x#{/if}",
    "#{if Foo == }x#{/if}",
    '#{if "a" == "b"}x#{/if}',
    '#{if "a"}x#{/if}',
    '#{if Foo == "a#b"}x#{/if}',
    "#{if Foo}a#{else}b#{else}c#{/if}",
    "#{if Foo}a#{else}b#{elseif Foo}c#{/if}",
    "#{unless Foo}a#{elseif Foo}b#{/unless}",
    "#{each i in Foo}x",
    "#{each i of Foo}x#{/each}",
    "#{calc 1+}",
    "#{calc (1+2}",
]


@pytest.mark.parametrize("template", UNREADABLE)
def test_what_cannot_be_read_is_returned_unchanged_with_an_error(template: str) -> None:
    whole = f"#{{Foo}} {template}"
    found = evaluate(whole, {"Foo": "Bar"})
    assert (found.text, found.unresolved) == (whole, ())
    assert found.error is not None


def test_the_error_names_line_and_column() -> None:
    assert evaluate("a\nb #{Foo", {}).error == "Expected '}', found the end (line 2, column 8)."


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("#{Foo} #{Foo", "Bar #{Foo"),
        ("#{ #{Foo}", "#{ Bar"),
        ("#{if Foo}#{Foo}", "#{if Foo}Bar"),
        ("#{/if} #{Foo}", "#{/if} Bar"),
        ("#{Foo}", "Bar"),
    ],
)
def test_tolerant_reading_keeps_going_and_leaves_the_bad_part_as_text(template: str, text: str) -> None:
    found = evaluate(template, VARIABLES, tolerant=True)
    assert found.text == text
    assert (found.error is None) is (template == "#{Foo}")


@pytest.mark.parametrize(
    ("variables", "chain"),
    [
        ({"A": "#{A}"}, "(A -> A)"),
        ({"A": "#{B}", "B": "x #{A | ToUpper}"}, "(A -> B -> A)"),
        ({"A": "#{if B}#{/if}", "B": "#{C}", "C": "#{each i in B}#{/each}"}, "(A -> B -> C -> B)"),
    ],
)
def test_a_loop_is_an_error_that_names_the_chain(variables: dict[str, str], chain: str) -> None:
    found = evaluate("x #{A}", variables)
    assert found.text is None
    assert "self referencing loop" in str(found.error)
    assert chain in str(found.error)


def test_the_filter_null_takes_the_whole_value_away_through_other_variables_too() -> None:
    variables = {"A": "a #{B}", "B": "#{if On}x#{else}#{ | null }#{/if}"}
    assert evaluate("text #{A}", variables) == Evaluation(None)
    assert evaluate("text #{A}", {**variables, "On": "1"}).text == "text a x"
    assert evaluate("#{A | NULL}", {"A": "x"}).text is None
