"""Values in JSON: what is replaced, what it becomes, and that nothing else changes."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.workers.files import of
from workers.files import json_values
from workers.files.texts import Unparseable
from workers.files.values import Replaced


def replaced(text: str, **values: str) -> str:
    """The text with these values; `__` in a name stands for `:`."""
    return json_values.replace(text, of({name.replace("__", ":"): value for name, value in values.items()})).text


@pytest.mark.parametrize(
    ("text", "value", "after"),
    [
        ('{"a": "old"}', "new", '{"a": "new"}'),
        ('{"a": "old"}', 'say "hi"\n\\', '{"a": "say \\"hi\\"\\n\\\\"}'),
        ('{"a": "old"}', "5", '{"a": "5"}'),
        ('{"a": "old"}', "true", '{"a": "true"}'),
        ('{"a": "old"}', "", '{"a": ""}'),
        ('{"a": "alt"}', "größer 😀", '{"a": "größer 😀"}'),
        ('{"a": 1}', "2", '{"a": 2}'),
        ('{"a": 1}', " -2.50e3 ", '{"a": -2.50e3}'),
        ('{"a": 1}', "2 apples", '{"a": "2 apples"}'),
        ('{"a": 1}', "007", '{"a": "007"}'),
        ('{"a": 1}', "true", '{"a": "true"}'),
        ('{"a": false}', "True", '{"a": true}'),
        ('{"a": false}', "yes", '{"a": "yes"}'),
        ('{"a": null}', "null", '{"a": null}'),
        ('{"a": null}', "12", '{"a": 12}'),
        ('{"a": null}', "[1]", '{"a": [1]}'),
        ('{"a": null}', "word", '{"a": "word"}'),
        ('{"a": null}', '"quoted"', '{"a": "\\"quoted\\""}'),
        ('{"a": {"b": 1}}', '{"c": 2}', '{"a": {"c": 2}}'),
        ('{"a": {"b": 1}}', ' {"c": 2} ', '{"a": {"c": 2}}'),
        ('{"a": [1, 2]}', "[]", '{"a": []}'),
        ('{"A": "old"}', "new", '{"A": "new"}'),
        ('{"a": "x", "a": "y"}', "z", '{"a": "z", "a": "z"}'),
        ('{"\\u0061": "x"}', "z", '{"\\u0061": "z"}'),
    ],
)
def test_a_value_stays_of_its_kind_where_it_can(text: str, value: str, after: str) -> None:
    assert replaced(text, a=value) == after


@pytest.mark.parametrize(
    ("name", "after"),
    [
        ("Logging:Level", '{"Logging": {"Level": "X", "a:b": 1}, "Items": [{"Name": "n"}, ["d", "e"]], "x.y": "z"}'),
        ("logging:LEVEL", '{"Logging": {"Level": "X", "a:b": 1}, "Items": [{"Name": "n"}, ["d", "e"]], "x.y": "z"}'),
        ("Logging:a:b", '{"Logging": {"Level": "i", "a:b": "X"}, "Items": [{"Name": "n"}, ["d", "e"]], "x.y": "z"}'),
        ("Items:0:Name", '{"Logging": {"Level": "i", "a:b": 1}, "Items": [{"Name": "X"}, ["d", "e"]], "x.y": "z"}'),
        ("Items:1:1", '{"Logging": {"Level": "i", "a:b": 1}, "Items": [{"Name": "n"}, ["d", "X"]], "x.y": "z"}'),
        ("x.y", '{"Logging": {"Level": "i", "a:b": 1}, "Items": [{"Name": "n"}, ["d", "e"]], "x.y": "X"}'),
    ],
)
def test_a_path_leads_to_a_value(name: str, after: str) -> None:
    text = '{"Logging": {"Level": "i", "a:b": 1}, "Items": [{"Name": "n"}, ["d", "e"]], "x.y": "z"}'
    assert json_values.replace(text, of({name: "X"})) == Replaced(after, (json_values_path(after, name),))


def json_values_path(text: str, name: str) -> str:
    """The path as the file writes it: only its case may differ."""
    return {"logging:LEVEL": "Logging:Level"}.get(name, name)


@pytest.mark.parametrize(
    "name", ["Items:2", "Items:-1", "Items:0:name:x", "Logging.Level", "Level", ":Logging", "", "0"]
)
def test_a_path_that_leads_nowhere_changes_nothing(name: str) -> None:
    text = '{"Logging": {"Level": "i"}, "Items": [{"Name": "n"}]}'
    assert json_values.replace(text, of({name: "X"})) == Replaced(text)


def test_comments_layout_and_a_last_comma_stay() -> None:
    text = '// top\r\n{\r\n\t"a" : /* old: 1 */ 1, // why\r\n\t"b": [ "x" , ],\r\n}\r\n'
    assert replaced(text, a="2", b__0="y") == text.replace("*/ 1", "*/ 2").replace('"x"', '"y"')


def test_the_variables_of_octopus_itself_are_not_looked_for() -> None:
    text = '{"Octopus": {"a": 1}, "OctopusX": 1}'
    values = {"Octopus": "{}", "OctopusX": "2", "Octopus.Release.Number": "1", "Octopus:a": "3"}
    assert json_values.replace(text, of(values)).text == '{"Octopus": {"a": 3}, "OctopusX": 1}'


def test_an_object_is_replaced_before_what_is_in_it() -> None:
    values = of({"a": '{"b": 1, "c": 2}', "a:b": "9", "a:x": "8"})
    assert json_values.replace('{"a": {"x": 0}}', values).text == '{"a": {"b": 9, "c": 2}}'


@pytest.mark.parametrize("value", ["info", "", "[1]", "{'b': 1}", '{"b": 1', '{"b": 1} // x', '{"b": NaN}'])
def test_an_object_stays_when_the_value_is_none(value: str) -> None:
    assert json_values.replace('{"a": {}}', of({"a": value})) == Replaced(
        '{"a": {}}', (), ("a is an object there, and the variable's value is not",)
    )


def test_a_value_is_evaluated_and_what_is_missing_is_named() -> None:
    values = of({"a": "#{Host}:#{Port}", "Host": "db", "b": "#{Unused}"})
    assert json_values.replace('{"a": ""}', values).text == '{"a": "db:#{Port}"}'
    assert list(values.unresolved) == ["#{Port}"]


@pytest.mark.parametrize(
    ("text", "line", "column", "what"),
    [
        ("", 1, 1, "a value was expected, but the file ends"),
        ('{\n  "a": 1\n  "b": 2\n}', 3, 3, "`,` or `}` was expected"),
        ("[1 2]", 1, 4, "`,` or `]` was expected"),
        ("{a: 1}", 1, 2, 'a key in quotes (`"`) or `}` was expected'),
        ('{"a" 1}', 1, 6, "`:` was expected"),
        ('{"a": }', 1, 7, "a value was expected"),
        ('{"a": tru}', 1, 7, "a value was expected"),
        ('{"a": "x\n"}', 1, 7, "a string that ends on its line, with valid escapes was expected"),
        ('{"a": "\\x"}', 1, 7, "a string that ends on its line, with valid escapes was expected"),
        ('{"a": 1} x', 1, 10, "the end of the file was expected"),
        ('{"a": 1', 1, 8, "`,` or `}` was expected, but the file ends"),
        ("/* x", 1, 1, "a value was expected"),
        ("[" * 300, 1, 201, "this is nested more than 200 levels deep"),
    ],
)
def test_what_is_no_json_is_told_with_its_place(text: str, line: int, column: int, what: str) -> None:
    with pytest.raises(Unparseable) as caught:
        replaced(text)
    assert caught.value == Unparseable(line, column, what)


KEYS = st.text('abAB:. ä"\\\n0', max_size=4)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
)
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


def leaves(tree: object, path: str = "", depth: int = 0) -> list[tuple[str, object]]:
    """Each single value with its path."""
    items = enumerate(tree) if isinstance(tree, list) else tree.items() if isinstance(tree, dict) else None
    if items is None:
        return [(path, tree)]
    return [leaf for key, item in items for leaf in leaves(item, f"{path}:{key}" if depth else str(key), depth + 1)]


@settings(max_examples=150)
@given(st.lists(TREES, max_size=4) | st.dictionaries(KEYS, TREES, max_size=4), st.data())
def test_only_the_value_that_is_meant_changes(tree: object, data: st.DataObject) -> None:
    text = json.dumps(tree, indent=data.draw(st.sampled_from([None, 2, "\t"])), ensure_ascii=data.draw(st.booleans()))
    assert json_values.replace(text, of({"nowhere:at:all": "x"})).text == text
    before = leaves(tree)
    if not before:
        return
    path, old = data.draw(st.sampled_from(before))
    value = data.draw(st.text(max_size=8) | st.sampled_from(["5", "true", "null", "x"]))
    if not path or "#{" in value or path.casefold().startswith("octopus"):
        return
    after = leaves(json.loads(json_values.replace(text, of({path: value})).text))
    for (path_before, was), (path_after, now) in zip(before, after, strict=True):
        assert path_before == path_after
        if path_before.casefold() == path.casefold():
            assert str(now).lower() == str(was).lower() or now in (value, json_or_none(value))
            assert not isinstance(old, str) or path_before != path or now == value
        else:
            assert (now, type(now)) == (was, type(was))


@given(st.lists(TREES, min_size=1, max_size=4), st.text(max_size=8), st.data())
def test_every_byte_around_the_value_stays(tree: list[object], value: str, data: st.DataObject) -> None:
    singles = [index for index, item in enumerate(tree) if isinstance(item, str)]
    if not singles or "#{" in value:
        return
    index = data.draw(st.sampled_from(singles))
    pieces = [json.dumps(item, indent=1) for item in tree]
    text = "[ " + " ,// x\n".join(pieces) + "\t]"
    pieces[index] = json.dumps(value, ensure_ascii=False)
    assert replaced(text, **{str(index): value}) == "[ " + " ,// x\n".join(pieces) + "\t]"


def json_or_none(value: str) -> object:
    try:
        return json.loads(value.strip().lower())
    except ValueError:
        return None


@pytest.mark.parametrize(
    "text",
    [
        '{"a":"' + "x" * 1_000_000 + '"}',
        "[" + "0," * 400_000 + "0]",
        "[" * 500_000,
        '{"a":' * 200_000,
        '["' + "\\" * 900_000,
        "/*" * 400_000,
        "//" * 400_000,
        " " * 1_000_000,
        "1" * 1_000_000,
        "-" * 1_000_000,
    ],
    ids=lambda text: text[:8],
)
def test_a_hostile_file_ends_quickly(text: str) -> None:
    begun = time.process_time()
    try:
        json_values.replace(text, of({"a": "y", "0": "1"}))
    except Unparseable:
        pass
    assert time.process_time() - begun < 20
