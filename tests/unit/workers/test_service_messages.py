"""Messages are found in text and read to the letter; everything else stays text."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.service_messages import LONGEST, MARKER, ServiceMessage, Splitter, Unreadable, parse


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


Items = list[str | ServiceMessage | Unreadable]


def split(*texts: str) -> Items:
    splitter = Splitter()
    items: Items = []
    for text in texts:
        items += splitter.feed(text)
    return [*items, *splitter.finish()]


@pytest.mark.parametrize(
    ("inside", "name", "attributes"),
    [
        ("stdout-verbose", "stdout-verbose", {}),
        (f"setVariable name='{encoded('a')}' value='{encoded('ü')}'", "setVariable", {"name": "a", "value": "ü"}),
        (f'mask value="{encoded("x")}"', "mask", {"value": "x"}),
        (f" mask\n  VALUE = '{encoded('x')}' /", "mask", {"value": "x"}),
        (f"mask value='{encoded('long')[:3]}\r\n{encoded('long')[3:]}'", "mask", {"value": "long"}),
        ("mask value=''", "mask", {"value": ""}),
        (f"mask value='{base64.b64encode(bytes([255])).decode()}'", "mask", {"value": "\ufffd"}),
    ],
)
def test_reads_a_message(inside: str, name: str, attributes: dict[str, str]) -> None:
    assert parse(inside) == ServiceMessage(name, attributes)


@pytest.mark.parametrize(
    "inside",
    ["", " ", "1abc", "mask value", "mask value=eA==", "mask value='eA='", "mask value='ä'", "mask value='eA=='x",
     "mask value='eA==' value='eA=='", "mask value='eA==\"", "a b", "mask value='e!A='"],
)  # fmt: skip
def test_refuses_what_is_no_message(inside: str) -> None:
    assert parse(inside) is None


def test_attributes_are_found_in_any_case_and_missing_ones_are_empty() -> None:
    message = parse(f"x SENSITIVE='{encoded('TRUE')}'")
    assert message is not None
    assert message.is_true("Sensitive")
    assert message.get("other") == ""


def test_keeps_the_text_around_several_messages_of_a_line() -> None:
    message = ServiceMessage("a", {})
    assert split("x##octopus[a]y##octopus[a]z\n") == ["x", message, "y", message, "z\n"]


def test_a_line_of_messages_only_disappears_with_its_end() -> None:
    message = ServiceMessage("a", {})
    assert split("1\n##octopus[a]##octopus[a]\n2\n") == ["1\n", message, message, "2\n"]
    assert split("1\n##octopus[a]", "\n", "\n2") == ["1\n", message, "\n2"]
    assert split("1##octopus[a]\n2") == ["1", message, "\n2"]


def test_a_marker_without_bracket_is_text() -> None:
    assert "".join(map(str, split("see ##octopus ##octo", "pus] #", "#"))) == "see ##octopus ##octopus] ##"


def test_shows_what_it_cannot_read_except_for_secrets_nobody_knows_yet() -> None:
    assert split("##octopus[a b]\n") == [Unreadable("##octopus[a b]")]
    assert split("##octopus[mask value='c2Vj]") == [Unreadable("##octopus[mask …]")]


def test_a_message_that_never_ends_is_text() -> None:
    assert split("a##octopus[b c") == ["a", "##octopus[b c"]
    assert split("##octopus[setVariable name='eA==' value='c2Vj") == ["##octopus[setVariable …"]


def test_a_message_that_is_too_long_is_text() -> None:
    within, beyond = "x" * (LONGEST - 5), "y" * 10
    items = split(MARKER + within, beyond, "]\n##octopus[a]")
    assert "".join(item for item in items if isinstance(item, str)) == MARKER + within + beyond + "]\n"
    assert items[-1] == ServiceMessage("a", {})
    assert isinstance(split(MARKER + "x" * LONGEST + "]")[0], ServiceMessage)


@given(
    st.lists(
        st.sampled_from(["#", "##octopus", "[", "a", " v='eA=='", "]", "\n", "##octopus[a]", "mask"]), max_size=20
    ),
    st.lists(st.integers(0, 80), max_size=10),
)
def test_chunks_and_restarts_make_no_difference(parts: list[str], cuts: list[int]) -> None:
    whole = "".join(parts)
    splitter, begin = Splitter(), 0
    items: Items = []
    for cut in [*sorted(cuts), len(whole)]:
        items += splitter.feed(whole[begin:cut])
        splitter, begin = Splitter(json.loads(json.dumps(splitter.state()))), max(begin, cut)
    items += splitter.finish()
    assert joined(items) == joined(split(whole))


def joined(items: Items) -> Items:
    result: Items = []
    for item in items:
        if isinstance(item, str) and result and isinstance(result[-1], str):
            result[-1] += item
        else:
            result.append(item)
    return result
