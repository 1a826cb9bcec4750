"""Hostile templates and values end soon, with an error or with text, and never with an exception."""

# ruff: noqa: E501 - lists of pieces
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.templates import evaluate
from tests.support.seconds import that_ends

COMMAS = "1," * 1000
HOSTILE: dict[str, tuple[str, dict[str, str | None]]] = {
    "braces": ("#{" * 500_000, {}),
    "conditions in conditions": ("#{if a}" * 150_000, {"a": "1"}),
    "loops in loops": ("#{each a in b}#{each a in b}#{each a in b}#{a}#{/each}#{/each}#{/each}", {"b": COMMAS}),
    "values that double": ("#{v0}", {f"v{n}": f"#{{v{n + 1}}}" * 2 for n in range(40)} | {"v40": "x"}),
    "a long chain of values": ("#{v0}", {f"v{n}": f"#{{v{n + 1}}}" for n in range(5000)}),
    "indents": ("#{x | Indent 255 | Indent 255}", {"x": "\n" * 500_000}),
    "parentheses": ("#{calc " + "(" * 500_000, {}),
    "signs": ("#{calc " + "-" * 500_000 + "1}", {}),
    "sums": ("#{calc " + "1+" * 300_000 + "1}", {}),
    "keys in keys": ("#{a" + "[#{a" * 200_000, {"a": "1"}),
    "a pattern": ('#{x | Match "^(a|aa|aaa)*(b|bb)*c*(?:(a+)+)+$"}', {"x": "a" * 5000 + "!"}),
    "a huge replacement": ('#{x | Replace "a" "#{x}"}', {"x": "a" * 300_000}),
    "many tokens": ("#{x}" * 400_000, {"x": "1"}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_ends_with_an_error(name: str) -> None:
    found = that_ends(lambda: evaluate(*HOSTILE[name]))
    assert found.error is not None


@pytest.mark.parametrize("value", ["[" * 500_000, '{"a":' * 200_000 + "1" + "}" * 200_000, "{a:'" + "x" * 1_000_000])
def test_a_value_that_is_hardly_json_is_no_json(value: str) -> None:
    found = that_ends(lambda: evaluate("#{x.a}", {"x": value}))
    assert found.unresolved == ("#{x.a}",)


PIECES = st.sampled_from(
    ["#{", "}", "#{if ", "#{/if}", "#{else}", "#{elseif ", "#{each i in ", "#{/each}", "#{unless ", "#{/unless}", "#{calc ",
     "##{", "#", "a", "b", ".", "[", "]", "*", " ", "|", '"', "\\", "==", "!=", "0", "-", "/", "(", ")", "ToUpper", "Format ",
     "Replace ", "Match ", "UriPart Host", "Indent ", "Markdown", "Md5 ", "AddDays ", "FromBase64", "null", "yyyy", "1", "\n"]
)  # fmt: skip
TEMPLATES = st.lists(PIECES | st.text(max_size=3), max_size=30).map("".join)
VALUES = TEMPLATES | st.text() | st.sampled_from(['{"a": [1, {"b": "#{a}"}]}', "1,2,3", "http://a:1/b?c", "1.2.3-b+c"])


@given(
    TEMPLATES,
    st.dictionaries(st.sampled_from("abi") | st.text(max_size=4), VALUES | st.none(), max_size=4),
    st.booleans(),
)
def test_any_template_with_any_variables_comes_to_an_end(
    template: str, variables: dict[str, str | None], tolerant: bool
) -> None:
    found = evaluate(template, variables, tolerant=tolerant)
    if found.text is None:
        assert found.error is not None or "null" in template + "".join(filter(None, variables.values()))


ALL_FILTERS = st.sampled_from(
    ["ToBase64", "FromBase64", "HtmlEscape", "YamlDoubleQuoteEscape", "PropertiesKeyEscape", "UriEscape", "UriDataEscape",
     "Markdown", "AddHours", "AddDays", "Format", "Format int", "Format double", "Format decimal", "Format date",
     "Match", "Replace", "Replace b", "Substring", "Truncate", "Trim", "Indent", "UriPart", "UriPart Host",
     "UriPart AbsoluteUri", "VersionMajor", "VersionPreRelease", "Md5", "Sha256 4", "Append", "ToUpper"]
)  # fmt: skip


@given(ALL_FILTERS, st.text(), st.text(max_size=12))
def test_any_filter_with_any_input_and_option_comes_to_an_end(name: str, value: str, option: str) -> None:
    for template in (f"#{{x | {name}}}", f"#{{x | {name} #{{o}}}}"):
        found = evaluate(template, {"x": value, "o": option})
        assert found.error is None or "hash" not in found.error
        assert found.text is not None or found.error is not None
