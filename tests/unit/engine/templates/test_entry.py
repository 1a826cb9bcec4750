"""The one entry: what it gives back, and that it always comes to an end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.templates import Evaluation, evaluate


def test_variables_are_put_in() -> None:
    found = evaluate("Deploy #{Version} to #{Where}?", {"Version": "1.4.0", "Where": "production"})
    assert found == Evaluation("Deploy 1.4.0 to production?")


def test_names_differ_by_more_than_case_and_spaces() -> None:
    assert evaluate("#{ version }#{VERSION}", {"Version": "1"}).text == "11"


def test_octopus_names_with_dots_brackets_and_spaces_are_names() -> None:
    name = "Octopus.Action[Build it].Output.Commit"
    assert evaluate(f"#{{{name}}}", {name: "abc"}).text == "abc"


def test_what_is_unknown_stays_and_is_named_once() -> None:
    assert evaluate("#{A} #{B} #{A}", {}) == Evaluation("#{A} #{B} #{A}", ("#{A}", "#{B}"))


def test_a_value_may_use_other_variables() -> None:
    assert evaluate("#{Url}", {"Url": "https://#{Host}/", "Host": "example.org"}).text == "https://example.org/"


def test_a_variable_that_needs_itself_is_an_error_and_no_endless_loop() -> None:
    found = evaluate("#{A}", {"A": "#{B}", "B": "#{a}"})
    assert found.text is None
    assert found.error is not None
    assert "(A -> B -> a)" in found.error


def test_a_doubled_hash_is_a_literal() -> None:
    assert evaluate("##{Name}", {"Name": "x"}).text == "#{Name}"


def test_an_empty_value_is_a_value() -> None:
    assert evaluate("[#{Empty}]", {"Empty": ""}) == Evaluation("[]")


@given(st.text())
def test_text_without_marks_is_left_alone(text: str) -> None:
    if "#{" not in text:
        assert evaluate(text, {"a": "b"}).text == text


def test_a_value_that_multiplies_itself_is_stopped() -> None:
    """Thirty doublings of a line are a gigabyte: a file of 2 KB must not fill the memory."""
    names = {f"v{i}": f"#{{v{i + 1}}}" * 2 for i in range(30)} | {"v30": "x" * 100}
    found = evaluate("#{v0}", names)
    assert found.text is None
    assert found.error is not None
