"""From bytes to harmless text, whatever the chunks."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.plain_text import PlainText, plain

PIECES = st.one_of(
    st.binary(max_size=6),
    st.sampled_from(
        [b"\r", b"\n", b"\r\n", b"\x1b", b"\x1b[", b"31", b"m", b"\x1b]8;;", b"\x07", b"\x1b\\", b"K", b" "]
    ),
    st.text(max_size=4).map(str.encode),
)
STREAMS = st.lists(PIECES, max_size=25).map(b"".join)


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        (b"plain\ttext\n", "plain\ttext\n"),
        (b"one\r\ntwo\r\n", "one\ntwo\n"),
        (b"10%\r20%\r\r\n", "10%\n20%\n"),
        (b"\x1b[1;31mred\x1b[0m \x1b[Kline", "red line"),
        (b"\x1b]0;title\x07a \x1b]8;;https://x\x1b\\link\x1b]8;;\x1b\\", "a link"),
        (b"a\x00b\x08c\x7f", "a␀b␈c␡"),
        (b"\xff\xfe caf\xc3\xa9", "\ufffd\ufffd café"),
        (b"\xc2\x9b31m", "\ufffd31m"),
        (b"lonely \x1b\n", "lonely ␛\n"),
    ],
)
def test_shows_what_a_person_would_want_to_read(printed: bytes, shown: str) -> None:
    assert PlainText().feed(printed, final=True) == shown


def test_a_title_that_never_ends_is_shown_as_text() -> None:
    assert PlainText().feed(b"\x1b]0;" + b"x" * 5000, final=True) == "0;" + "x" * 5000


def test_holds_back_only_what_cannot_be_decided() -> None:
    text = PlainText()
    assert text.feed(b"caf\xc3") == "caf"
    assert text.feed(b"\xa9 \x1b[3") == "é "
    assert text.feed(b"2mgreen\r") == "green"
    assert text.feed(b"", final=True) == "\n"


@given(STREAMS, st.lists(st.integers(0, 60), max_size=12))
def test_chunks_and_restarts_make_no_difference(stream: bytes, cuts: list[int]) -> None:
    text, shown, begin = PlainText(), "", 0
    for cut in [*sorted(cuts), len(stream)]:
        shown += text.feed(stream[begin:cut])
        text, begin = PlainText(json.loads(json.dumps(text.state()))), max(begin, cut)
    shown += text.feed(b"", final=True)
    assert shown == PlainText().feed(stream, final=True)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", shown)


@given(STREAMS)
def test_plain_text_stays_as_it_is(stream: bytes) -> None:
    shown = PlainText().feed(stream, final=True)
    assert plain(shown) == shown
