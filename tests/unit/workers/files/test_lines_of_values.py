"""Values in Java properties and in .env files: a line changes behind its separator, and nothing else."""

from __future__ import annotations

import io
import os
import subprocess

import javaproperties
import pytest
from dotenv import dotenv_values
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.workers.files import of
from workers.files import env_values, properties_values
from workers.files.texts import Unparseable, Unwritable

PROPERTIES = "# head\r\n a.b : old\\\r\n   more\r\nx=1\r\ny  z\r\nempty\r\n\r\n! also\r\nk\\=1=2\r\nTail:"


@pytest.mark.parametrize(
    ("name", "value", "before", "after"),
    [
        ("a.b", "new", "old\\\r\n   more", "new"),
        ("A.B", "  two\n\\", "old\\\r\n   more", "\\  two\\n\\\\"),
        ("x", "größer=1", "x=1", "x=gr\\u00f6\\u00dfer\\=1"),
        ("y", "", "y  z", "y  "),
        ("empty", "now", "empty\r", "empty=now\r"),
        ("empty", "", "empty\r", "empty\r"),
        ("k=1", "3", "k\\=1=2", "k\\=1=3"),
        ("tail", "end", "Tail:", "Tail:end"),
    ],
)
def test_a_property_is_rewritten_behind_its_separator(name: str, value: str, before: str, after: str) -> None:
    replaced = properties_values.replace(PROPERTIES, of({name: value})).text
    assert replaced == PROPERTIES.replace(before, after)
    assert {key.lower(): text for key, text in javaproperties.loads(replaced).items()}[name.lower()] == value


def test_a_property_that_cannot_be_read_is_told_with_its_line() -> None:
    with pytest.raises(Unparseable) as caught:
        properties_values.replace("a=1\nb=\\u12\n", of({}))
    assert caught.value == Unparseable(2, 1, "a `\\u` in properties is followed by four hexadecimal digits")


ENV = (
    "# head\nexport HOST = 'db' # where\nPORT=5432 # default\nTEXT=\"two\nlines\"\n\nNAME\nEMPTY=\nLOOSE=a b\nlast='x'"
)


@pytest.mark.parametrize(
    ("name", "value", "before", "after"),
    [
        ("HOST", "it's", "'db'", '"it\'s"'),
        ("host", "$HOME", "'db'", "'$HOME'"),
        ("PORT", "1", "5432", "1"),
        ("PORT", "two words", "5432", "'two words'"),
        ("PORT", "a#b", "5432", "'a#b'"),
        ("PORT", "", "5432", ""),
        ("PORT", '{"a": 1}', "5432", "'{\"a\": 1}'"),
        ("TEXT", 'say "hi"', '"two\nlines"', '"say \\"hi\\""'),
        ("TEXT", "$x", '"two\nlines"', "'$x'"),
        ("TEXT", "a\\", '"two\nlines"', '"a\\\\"'),
        ("NAME", "x", "NAME", "NAME=x"),
        ("EMPTY", "x", "EMPTY=", "EMPTY=x"),
        ("LOOSE", "x", "a b", "x"),
        ("LAST", "y z", "'x'", "'y z'"),
    ],
)
def test_a_line_of_env_is_rewritten_behind_its_sign(name: str, value: str, before: str, after: str) -> None:
    replaced = env_values.replace(ENV, of({name: value})).text
    assert replaced == ENV.replace(before, after)
    read = dotenv_values(stream=io.StringIO(replaced), interpolate=False)
    assert {key.lower(): text for key, text in read.items()}[name.lower()] == value


def test_what_the_readers_of_env_do_not_agree_on_is_refused() -> None:
    with pytest.raises(Unwritable) as caught:
        env_values.replace("A=1\n", of({"A": "it's $(rm -rf)"}))
    assert "the value of A holds quotes" in str(caught.value)
    assert "rm" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line"), [("A=1\n\n no value here\n", 3), ("A='x\n", 1), ('A=1\nB="\n', 2), ("=x", 1)]
)
def test_what_is_no_env_file_is_told_with_its_line(text: str, line: int) -> None:
    with pytest.raises(Unparseable) as caught:
        env_values.replace(text, of({}))
    assert caught.value == Unparseable(line, 1, "`NAME=value` was expected, with quotes that end")


LINES = st.sampled_from(
    ["A={}", "export B={}", " C = {} # c", "D='{}'", 'E="{}" # e', "# A={}", "", "F", "G={}", "A2: {}"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(LINES, max_size=6), st.text("ab1 $'\"\\#=\n`~{}é!", max_size=6), st.sampled_from("ABCDEFG"))
def test_a_shell_and_the_library_read_the_same_value(lines: list[str], value: str, name: str) -> None:
    lines = [line.format("old") for line in lines if "A2" not in line]
    text = "\n".join(lines)
    before = dotenv_values(stream=io.StringIO(text), interpolate=False)
    try:
        replaced = env_values.replace(text, of({name: value}))
    except Unwritable:
        return
    after = dotenv_values(stream=io.StringIO(replaced.text), interpolate=False)
    assert after == {key: value if key == name else old for key, old in before.items()}
    if name in before and not any(line.startswith((" C", "F")) for line in lines):
        shell = subprocess.run(
            ["bash", "-c", f'{replaced.text}\nprintf "%s" "${name}"'], capture_output=True, env=os.environ, check=True
        )
        assert shell.stdout.decode() == value


@given(
    st.lists(st.sampled_from(["a=1", "b : two", "c\\\n d=e\\\n  f", "# a=1", "", "d", "e\\ f = g", "a:3"]), max_size=6),
    st.text(st.characters(codec="utf-8"), max_size=6),
    st.sampled_from(["a", "b", "cd", "d", "e f"]),
)
def test_only_the_property_that_is_meant_changes(lines: list[str], value: str, name: str) -> None:
    if "#{" in value:
        return
    text = "\n".join(lines)
    before = javaproperties.loads(text)
    after = javaproperties.loads(properties_values.replace(text, of({name: value})).text)
    assert after == {key: value if key == name else old for key, old in before.items()}
