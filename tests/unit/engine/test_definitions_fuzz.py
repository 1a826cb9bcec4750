"""Whatever is in a folder, reading it ends in definitions or in problems: no traceback, and no secret shown."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import definitions
from tests.support.definition_folders import GOOD, PROCESS, VARIABLES, write_folder

BOUNDED = settings(
    max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)  # the same examples in each run: a failure is everybody's failure

FILES = ("foredeck.yml", "projects/web/project.yml", PROCESS, VARIABLES)

# Pieces that mean something to YAML or to the format, and pieces that mean nothing.
PIECES = st.sampled_from(
    ["{", "}", "[", "]", ": ", "- ", "\n", "\n  ", "\n    ", "&a ", "*a", "!!str ", "'", '"', "|\n", ">\n", "#", "? ",
     "---\n", "...", "%YAML 1.1\n", "~", "null", "1.10", "12:30", "no", "0x1F", "-1", "99999999999999999999", "true",
     "\t", "\0", "\u2028", "\ufeff", "\u202e", "é", "😀", "<<: ", "name: ", "when: ", "{secret: \"env:X\"}", "a" * 200]
) | st.text(max_size=8)  # fmt: skip

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def read(changes: dict[str, bytes]) -> tuple[definitions.Problem, ...]:
    """Read the good folder with these changes; what loads must also survive being stored."""
    with tempfile.TemporaryDirectory() as folder:
        problems = definitions.check(write_folder(Path(folder), changes))
        if not any(problem.is_error for problem in problems):
            loaded = definitions.load(Path(folder))
            assert definitions.parse_stored(loaded.to_json()) == loaded
    for problem in problems:
        assert "\n" not in str(problem)
        assert problem.message.endswith((".", "…"))
    return problems


@BOUNDED
@given(st.sampled_from(FILES), st.integers(0, 1200), st.integers(0, 40), st.lists(PIECES, max_size=4))
def test_a_file_with_a_piece_replaced(name: str, start: int, length: int, pieces: list[str]) -> None:
    good = GOOD[name]
    start %= len(good) + 1
    read({name: (good[:start] + "".join(pieces) + good[start + length :]).encode(errors="surrogatepass")})


@BOUNDED
@given(st.sampled_from(FILES), st.binary(max_size=60))
def test_a_file_of_any_bytes(name: str, content: bytes) -> None:
    read({name: content})


@BOUNDED
@given(st.sampled_from(FILES), st.data())
def test_a_value_of_any_type_in_any_place(name: str, data: st.DataObject) -> None:
    """Each leaf of the good file may be anything that JSON, which is YAML, can write."""
    import json

    lines = GOOD[name].splitlines()
    index = data.draw(st.integers(0, len(lines) - 1))
    key, colon, _ = lines[index].partition(":")
    value = json.dumps(data.draw(VALUES), ensure_ascii=data.draw(st.booleans()))
    lines[index] = f"{key}{colon} {value}" if colon else f"{lines[index]} {value}"
    read({name: "\n".join(lines).encode(errors="surrogatepass")})


@BOUNDED
@given(
    st.sampled_from(["value: ", "value:", "value ", "", "secret: ", "- ", "? "]) | st.text(max_size=20),
    PIECES | st.text(max_size=20),
)
def test_a_secret_never_shows_whatever_stands_around_it(before: str, after: str) -> None:
    secret = "hunter2-hunter2-hunter2"
    content = f'"DbPassword": [{{{before}{secret}{after}}}]\n'.encode(errors="surrogatepass")
    for problem in read({VARIABLES: content}):
        assert secret not in str(problem)
