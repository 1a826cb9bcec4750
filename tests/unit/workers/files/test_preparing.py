"""A step's files with variables put in, and what the log says of it."""

from __future__ import annotations

import codecs
import time
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.contracts import LogLevel, Secret, StepFile, StepFolder
from tests.support.run_sinks import a_request
from workers.files.preparing import Prepared, prepare
from workers.files.texts import LARGEST, FileUnusable

NOT_STARTED = " The script was not started."
LOOK = "Set the variable, correct its name, or write `##{` where the text itself is meant."


def prepared(
    files: Mapping[str, bytes],
    variables: Mapping[str, str | Secret],
    substitute: tuple[str, ...] = (),
    structured: tuple[str, ...] = (),
    *,
    strict: bool = False,
) -> Prepared:
    brought = tuple(StepFile(path, content) for path, content in files.items())
    folder = StepFolder(brought, substitute, structured, fail_on_unresolved=strict)
    return prepare(a_request("true", folder=folder, variables=variables))


def contents(made: Prepared) -> dict[str, bytes]:
    return {file.path: file.content for file in made.files}


def told(made: Prepared) -> list[tuple[LogLevel, str]]:
    return [(note.level, note.text) for note in made.notes]


def failure(*arguments: object, **keywords: object) -> tuple[str, str]:
    with pytest.raises(FileUnusable) as caught:
        prepared(*arguments, **keywords)
    said = str(caught.value)
    assert said.endswith(NOT_STARTED)
    return said.removesuffix(NOT_STARTED), caught.value.hint


def test_a_step_without_files_has_none() -> None:
    assert prepare(a_request("true")) == Prepared()


def test_variables_are_put_into_the_files_that_are_chosen() -> None:
    files = {"a.conf": b"host=#{Host}\r\n", "b.txt": b"#{Host}", "deep/er/c.conf": b"none"}
    made = prepared(files, {"Host": "db-#{Octopus.Environment.Id}", "Octopus.Environment.Id": "prod"}, ("**/*.conf",))
    assert contents(made) == {**files, "a.conf": b"host=db-prod\r\n"}
    assert told(made) == [(LogLevel.VERBOSE, 'Put variables into "a.conf".')]


def test_a_secret_is_put_in() -> None:
    made = prepared({"a": b"#{Password}"}, {"Password": Secret("hunter2")}, ("a",))
    assert contents(made) == {"a": b"hunter2"}
    assert "hunter2" not in repr(made)


def test_the_executable_bit_stays() -> None:
    folder = StepFolder((StepFile("run", b"#{A}", executable=True),), ("*",))
    made = prepare(a_request("true", folder=folder, variables={"A": "b"}))
    assert made.files == (StepFile("run", b"b", executable=True),)


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_the_encoding_and_its_mark_stay(mark: bytes, encoding: str) -> None:
    text = '{"a": "ä #{B}"}\r\n'
    made = prepared({"a.json": mark + text.encode(encoding)}, {"B": "é", "a": "#{B}ö"}, ("*",), ("*",))
    assert contents(made) == {"a.json": mark + '{"a": "éö"}\r\n'.encode(encoding)}


def test_xml_says_its_encoding_itself() -> None:
    text = "<?xml version='1.0' encoding='ISO-8859-1'?><a b='ä'/>"
    made = prepared({"a.xml": text.encode("latin-1")}, {"/a/@b": "ö"}, (), ("*",))
    assert contents(made) == {"a.xml": text.replace("ä", "ö").encode("latin-1")}


def test_old_java_properties_stay_latin_1() -> None:
    made = prepared({"a.properties": "x=ä\ny=1".encode("latin-1")}, {"y": "ö"}, (), ("*",))
    assert contents(made) == {"a.properties": "x=ä\ny=\\u00f6".encode("latin-1")}


def test_what_cannot_be_resolved_stays_and_is_told() -> None:
    made = prepared({"a b": b"#{One} #{Two} #{One} ##{x}"}, {}, ("*",))
    assert contents(made) == {"a b": b"#{One} #{Two} #{One} #{x}"}
    assert told(made)[0] == (
        LogLevel.WARNING,
        '"a b": there is no value for #{One}, #{Two}; it was left as it is.',
    )


def test_what_cannot_be_resolved_fails_the_step_when_that_is_wanted() -> None:
    assert failure({"a": b"#{One}"}, {}, ("*",), strict=True) == ('"a": There is no value for #{One}.', LOOK)
    said, _ = failure({"a.json": b'{"a": 1}'}, {"a": "#{B}"}, (), ("*",), strict=True)
    assert said == '"a.json": There is no value for #{B}.'
    said, _ = failure({"a": b""}, {}, ("#{E}.txt",), strict=True)
    assert said == 'The pattern "#{E}.txt" of substitute_in_files: There is no value for #{E}.'


def test_the_variables_are_taken_as_they_are_written() -> None:
    written = {"A": "##{literal} #{B}", "B": "b"}
    folder = StepFolder((StepFile("a", b"#{A}"),), ("*",), variables=written)
    made = prepare(a_request("true", folder=folder, variables={"A": "#{literal} b", "B": "b"}))
    assert (contents(made), made.notes[0].level) == ({"a": b"#{literal} b"}, LogLevel.VERBOSE)


def test_no_part_of_a_secret_is_told() -> None:
    secret = {"Password": Secret("hunter2#{tail}"), "Url": "x:#{Password}", "Loop": Secret("#{Loop}hunter3")}
    made = prepared({"a": b"#{Password} #{Url}", "b.json": b'{"Url": ""}'}, secret, ("a",), ("*.json",))
    assert contents(made) == {"a": b"hunter2#{tail} x:hunter2#{tail}", "b.json": b'{"Url": "x:hunter2#{tail}"}'}
    assert [text for level, text in told(made) if level is LogLevel.WARNING] == [
        '"a": there is no value for #{…} in a secret; it was left as it is.',
        '"b.json": there is no value for #{…} in a secret; it was left as it is.',
    ]
    said, _ = failure({"a": b"#{Loop}"}, secret, ("*",))
    assert said == '"a": Its variables cannot be put in: a secret in it cannot be evaluated.'


def test_many_tokens_are_not_all_named() -> None:
    text = "".join(f"#{{T{number}}}" for number in range(9)).encode()
    said, _ = failure({"a": text}, {}, ("*",), strict=True)
    assert said == '"a": There is no value for #{T0}, #{T1}, #{T2}, #{T3}, #{T4} and 4 more.'


def test_a_variable_that_refers_to_itself_fails_the_step() -> None:
    said, _ = failure({"a": b"#{A}"}, {"A": "#{A}"}, ("*",))
    assert said.startswith('"a": Its variables cannot be put in: ')
    said, hint = failure({"a.json": b'{"A": ""}'}, {"A": "#{A}"}, (), ("*",))
    assert said.startswith('"a.json": The value of A cannot be made: ')
    assert hint == "Correct the variable."


def test_a_pattern_may_hold_variables() -> None:
    files = {"app.staging.json": b'{"a": 1}', "app.prod.json": b'{"a": 1}'}
    made = prepared(files, {"E": "prod", "a": "2"}, (), ("app.#{E}.json",))
    assert contents(made) == {**files, "app.prod.json": b'{"a": 2}'}


def test_a_pattern_that_matches_nothing_is_a_warning() -> None:
    made = prepared({"a": b""}, {}, ("*.conf",), ("b/*.json",))
    assert told(made) == [
        (LogLevel.WARNING, 'No file matches the pattern "*.conf" of substitute_in_files.'),
        (LogLevel.WARNING, 'No file matches the pattern "b/*.json" of structured_values.'),
    ]


def test_values_are_replaced_after_the_text() -> None:
    files = {"a.json": b'{"Port": #{Port}, "Name": "#{Name}"}'}
    made = prepared(files, {"Port": "80", "Name": "web"}, ("*",), ("*",))
    assert contents(made) == {"a.json": b'{"Port": 80, "Name": "web"}'}
    assert told(made) == [
        (LogLevel.VERBOSE, 'Put variables into "a.json".'),
        (LogLevel.VERBOSE, 'Replaced in "a.json": Port, Name.'),
    ]


def test_no_match_is_a_line_in_the_log() -> None:
    made = prepared({"a.json": b'{"a": 1}'}, {"b": "2"}, (), ("*",))
    assert contents(made) == {"a.json": b'{"a": 1}'}
    assert told(made) == [(LogLevel.INFO, 'No structured variables matched in "a.json"; it was left as it is.')]


def test_what_cannot_take_a_place_is_a_warning() -> None:
    made = prepared({"a.yml": b"a: {b: 1}\n"}, {"a": "x"}, (), ("*",))
    assert told(made)[0] == (
        LogLevel.WARNING,
        '"a.yml": a is a mapping there, and the variable\'s value is not an object; it was left as it is.',
    )


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        ("a.json", b'{\n"a": }', "2, column 6: This is not valid JSON: a value was expected."),
        ("a.yaml", b"a: b: c", "1, column 5: This is not valid YAML: mapping values are not allowed here."),
        ("x/.env", b"A=1\n=", "2, column 1: This is not valid .env: `NAME=value` was expected, with quotes that end."),
        ("a.xml", b"<a>", "1, column 4: This is not valid XML: no element found."),
        ("web.config", b"<a>", "1, column 4: This is not valid XML: no element found."),
        ("conf", b'{"a": 1', "1, column 8: This is not valid JSON: `,` or `}` was expected, but the file ends."),
        ("a.json", b"\xff", "1, column 1: This is not valid JSON: this is not UTF-8 text, nor UTF-16 with a mark."),
        ("a.json", b'"\0"', "1, column 2: This is not valid JSON: there is a zero byte, so this is no text."),
    ],
)  # fmt: skip
def test_a_file_that_is_not_in_its_format_fails_the_step(path: str, content: bytes, said: str) -> None:
    way_out = "Correct the file, or leave it out of structured_values."
    assert failure({path: content}, {"a": "1"}, (), ("**",)) == (f'"{path}", line {said}', way_out)


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (".env.production", b"A=1", b"A=2"),
        ("prod.env", b"A=1", b"A=2"),
        ("x.properties", b"A: 1", b"A: 2"),
        ("web.config", b"<A>1</A>", b"<A>2</A>"),
        ("settings", b'{"A": 1}', b'{"A": 2}'),
        ("settings", b"A: 1", b"A: 2"),
        ("settings.ini", b"; note\nA = 1\n", b"; note\nA = 2\n"),
        ("values.yaml", b'{"A": 1}', b'{"A": 2}'),
        ("A.JSON", b'{"A": 1}', b'{"A": 2}'),
    ],
)
def test_the_name_or_the_content_says_the_format(path: str, before: bytes, after: bytes) -> None:
    assert contents(prepared({path: before}, {"A": "2"}, (), ("**",))) == {path: after}


def test_a_binary_file_is_told_and_left_out_by_the_pattern() -> None:
    said, hint = failure({"x.png": b"\x89PNG\r\n\0"}, {}, ("*",))
    assert said == (
        '"x.png", line 1: No variables can be put into this file: this is not UTF-8 text, nor UTF-16 with a mark.'
    )
    assert hint == "Leave it out of substitute_in_files, or save it as UTF-8."


def test_a_large_file_is_refused_before_and_after() -> None:
    said, _ = failure({"a": b"x" * (LARGEST + 1)}, {}, ("*",))
    assert said == '"a": Variables are put into files of up to 1 MB; this one has 1,048,577 bytes.'
    said, _ = failure({"a.properties": b"a=1\n" * 100}, {"a": "x" * 50_000}, (), ("*",))
    assert said == '"a.properties": With its variables put in it is larger than 4 MB.'
    said, _ = failure({f"f{number}": b"#{a}" * 30 for number in range(40)}, {"a": "x" * 30_000}, ("*",))
    assert said == '"f37": With its variables put in, the files of the step are larger than 32 MB.'


@given(st.text(st.characters(codec="utf-8", exclude_characters="#\0"), max_size=40), st.text("ab\r\n", max_size=5))
def test_what_is_around_a_token_stays(text: str, more: str) -> None:
    made = prepared({"a": f"{text}#{{X}}{more}".encode()}, {"X": "value"}, ("a",))
    assert contents(made) == {"a": f"{text}value{more}".encode()}


@pytest.mark.parametrize("text", ["#{" * 500_000, "#{a" * 300_000, "#" * 1_000_000, "#{A}" * 200_000])
def test_a_hostile_template_ends_quickly(text: str) -> None:
    begun = time.process_time()
    try:
        prepared({"a": text.encode()}, {"A": "x" * 50}, ("*",))
    except FileUnusable:
        pass
    assert time.process_time() - begun < 20
