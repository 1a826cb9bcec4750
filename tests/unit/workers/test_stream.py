"""A script's output becomes log, outputs, links and progress; the same whatever the chunks and restarts."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.contracts import Link, OutputVariable, Secret
from workers.masking import MASK
from workers.stream import LogStream, Taken

NOW = datetime(2031, 5, 4, 3, 2, 1, tzinfo=UTC)
UNKNOWN = "The service message {} is not known; it was left out.\n"


def a_stream(*masks: str, state: Mapping[str, object] | None = None) -> LogStream:
    return LogStream(masks=masks, clock=lambda: NOW, state=state)


def message(kind: str, /, **attributes: str) -> bytes:
    values = "".join(f" {key}='{base64.b64encode(value.encode()).decode()}'" for key, value in attributes.items())
    return f"##octopus[{kind}{values}]".encode()


def read(stdout: bytes = b"", stderr: bytes = b"", *, masks: tuple[str, ...] = ()) -> Taken:
    stream = a_stream(*masks)
    stream.feed("stdout", stdout)
    stream.feed("stderr", stderr)
    stream.finish()
    return stream.take()


def told(taken: Taken) -> list[tuple[str, str, str]]:
    """Neighbouring segments of one stream and level count as one."""
    result: list[tuple[str, str, str]] = []
    for segment in taken.segments:
        if result and result[-1][:2] == (segment.stream, segment.level):
            result[-1] = (*result[-1][:2], result[-1][2] + segment.text)
        else:
            result.append((segment.stream, segment.level, segment.text))
    return result


def test_what_is_printed_is_info_and_what_goes_to_stderr_is_error() -> None:
    assert told(read(b"hello\n", b"oh\n")) == [("stdout", "info", "hello\n"), ("stderr", "error", "oh\n")]


def test_segments_carry_the_time_of_reading() -> None:
    assert [segment.at for segment in read(b"x\n").segments] == [NOW]


def test_an_output_with_a_secret_in_it_is_a_sensitive_one_also_when_nobody_said_so() -> None:
    taken = read(message("setVariable", name="Url", value="https://web:hunter22@db"), masks=("hunter22",))
    assert taken.outputs == (OutputVariable("Url", Secret("https://web:hunter22@db")),)
    assert told(taken)[0][2] == "The output variable Url has a secret in it, and is kept as a sensitive one.\n"


def test_an_output_whose_name_has_a_secret_in_it_is_left_out() -> None:
    taken = read(message("setVariable", name="of hunter22", value="x"), masks=("hunter22",))
    assert taken.outputs == ()
    assert told(taken)[0][2] == f"The output variable of {MASK} was left out: its name has a secret in it.\n"


@pytest.mark.parametrize("level", ["verbose", "highlight", "wait", "warning", "error"])
def test_a_level_holds_until_it_is_reset(level: str) -> None:
    printed = b"1\n" + message(f"stdout-{level}") + b"\n2\n3\n" + message("stdout-default") + b"\n4\n"
    assert told(read(printed)) == [("stdout", "info", "1\n"), ("stdout", level, "2\n3\n"), ("stdout", "info", "4\n")]


def test_levels_of_stderr() -> None:
    printed = (
        message("stderr-progress") + b"\n1\n" + message("stderr-ignore") + b"2\n" + message("stderr-error") + b"3\n"
    )
    assert told(read(b"", printed)) == [("stderr", "verbose", "1\n"), ("stderr", "error", "3\n")]


def test_a_level_message_names_its_stream_wherever_it_is_printed() -> None:
    assert told(read(message("stderr-progress") + b"\n", b"1\n")) == [("stderr", "verbose", "1\n")]


def test_ignored_text_is_dropped_and_hides_no_secret_around_it() -> None:
    printed = b"hun" + message("stdout-ignore") + b"dropped" + message("stdout-default") + b"ter22\n"
    assert told(read(printed, masks=("hunter22",))) == [("stdout", "info", MASK + "\n")]


def test_output_variables_may_be_secret_and_are_then_hidden() -> None:
    printed = message("setVariable", name="a", value="x\ny") + message(
        "setVariable", NAME="b", value="tell-nobody", sensitive="True"
    )
    taken = read(printed + b"\ntell-nobody\n", b"tell-nobody\n")
    assert taken.outputs == (OutputVariable("a", "x\ny"), OutputVariable("b", Secret("tell-nobody")))
    assert told(taken) == [("stdout", "info", f"{MASK}\n"), ("stderr", "error", f"{MASK}\n")]


def test_a_secret_told_by_the_script_is_hidden_from_then_on() -> None:
    taken = read(b"told-by-script\n" + message("mask", value="told-by-script") + b"\ntold-by-script\n")
    assert told(taken) == [("stdout", "info", f"told-by-script\n{MASK}\n")]


def test_the_secrets_told_by_the_script_survive_a_restart() -> None:
    stream = a_stream()
    stream.feed("stdout", message("mask", value="told-by-script") + b"told-by")
    stream.take()
    again = a_stream(state=json.loads(json.dumps(stream.state())))
    again.feed("stdout", b"-script\n")
    assert told(again.take()) == [("stdout", "info", MASK + "\n")]
    assert again.mask("told-by-script") == MASK


def test_a_secret_is_hidden_across_chunks_lines_levels_and_messages() -> None:
    stream = a_stream("first-line\nsecond-line")
    for data in [b"<first", b"-li", b"ne\r", b"\nsec", message("stdout-verbose") + b"ond-line>"]:
        stream.feed("stdout", data)
    assert told(stream.take()) == [("stdout", "info", f"<{MASK}"), ("stdout", "verbose", ">")]


def test_the_result_message_is_masked_and_survives_a_restart() -> None:
    stream = a_stream("hunter22")
    assert stream.result_message == ""
    stream.feed("stdout", message("resultMessage", message="no hunter22"))
    assert a_stream("hunter22", state=stream.state()).result_message == f"no {MASK}"
    stream.feed("stdout", message("resultMessage", message="red: \x1b[31mhunt\x1b[0mer22\n"))
    assert stream.result_message == f"red: {MASK}\n"


def test_a_link_needs_a_web_address() -> None:
    def link(url: str, key: str = "") -> Taken:
        return read(message("set-environmentstate", key=key, value=url, type="Url"), masks=("hunter22",))

    assert link("https://example.org/a?b=1", "Site").links == (Link("https://example.org/a?b=1", "Site"),)
    assert link("http://u:hunter22@localhost:80").links == (Link(f"http://u:{MASK}@localhost:80"),)
    for address in ["javascript:alert(1)", "ftp://x/y", "https://", "https://a b", "https://a\nb", "x", "", "http://["]:
        taken = link(address)
        assert taken.links == ()
        assert told(taken)[0][:2] == ("foredeck", "warning")


def test_progress_is_a_percentage_and_a_message() -> None:
    printed = message("progress", percentage="10", message="a") + message("progress", percentage=" 140 ", message="b")
    taken = read(printed)
    assert (taken.percentage, taken.percentage_message) == (100, "b")
    assert told(read(message("progress", percentage="half"))) == [
        ("foredeck", "warning", 'The progress "half" is no whole number; it was left out.\n')
    ]


def test_what_has_no_effect_is_told_to_those_who_want_to_know() -> None:
    printed = message("foundPackage", path="a") + message("brandNew", value="x")
    assert told(read(printed)) == [
        (
            "foredeck",
            "verbose",
            "The service message foundPackage is not supported; it was left out.\n" + UNKNOWN.format("brandNew"),
        )
    ]
    assert told(read(message("set-environmentstate", key="colour", value="blue", type="State"))) == [
        ("foredeck", "verbose", 'The environment state "colour" is not supported; it was left out.\n')
    ]
    assert told(read(message("setVariable", value="x")))[0][1:] == (
        "warning",
        "The service message setVariable has no name; it was left out.\n",
    )


def test_a_message_that_cannot_be_read_is_a_warning_and_masked() -> None:
    assert told(read(b"a: ##octopus[x hunter22\nb]c\n", masks=("hunter22",))) == [
        ("stdout", "info", "a: "),
        ("foredeck", "warning", f"Could not parse the service message ##octopus[x {MASK} b]\n"),
        ("stdout", "info", "c\n"),
    ]
    long = told(read(b"##octopus[x " + b"y" * 1000 + b"]"))[0][2]
    assert len(long) < 300
    assert long.endswith("…\n")


def test_what_a_script_gave_is_masked_before_it_is_cut_and_shown_harmless() -> None:
    masks = ("hunter22",)
    for size in range(185, 205):
        text = "y" * size + "hunter22"
        for printed in [
            f"##octopus[x {text}]".encode(),
            message("x" + text),
            message("progress", percentage=text),
            message("set-environmentstate", key=text),
            message("set-environmentstate", value=text, type="Url"),
        ]:
            assert "hunter" not in told(read(printed, masks=masks))[0][2]
        assert "hunter" not in read(message("progress", percentage="1", message=text), masks=masks).percentage_message
    assert read(message("progress", percentage="1", message="a\x1b[1mb\0\nc")).percentage_message == "ab␀ c"


def test_a_half_read_message_of_one_stream_is_left_alone_by_the_other() -> None:
    stream = a_stream()
    stream.feed("stdout", message("setVariable", name="a", value="b")[:20])
    stream.feed("stderr", b"noise\n")
    stream.feed("stdout", message("setVariable", name="a", value="b")[20:])
    assert stream.take().outputs == (OutputVariable("a", "b"),)


def test_the_end_lets_go_of_everything_held_back() -> None:
    assert told(read(b"tail hunter2\r", masks=("hunter22",))) == [("stdout", "info", "tail hunter2\n")]
    assert told(read(b"", b"\xc3##octopus[abc")) == [("stderr", "error", "\ufffd##octopus[abc")]


def test_each_thing_is_taken_once() -> None:
    stream = a_stream()
    stream.feed("stdout", b"x\n" + message("progress", percentage="1") + message("setVariable", name="a", value="b"))
    assert stream.take() != Taken()
    assert stream.take() == Taken()


SECRETS = ("hunter22", "first-line\nsecond-line", "abababab", "née\tß…", "told-later")
PIECES = st.one_of(
    st.sampled_from([secret.encode() for secret in SECRETS]),
    st.sampled_from(
        [b"hun", b"ter22", b"ab", b"aba", b"first-", b"line", b"\n", b"\r", b"\r\n", b"sec", b"ond-", b"n\xc3"]
    ),
    st.sampled_from([b"\x1b", b"\x1b[3", b"1m", b"#", b"##octo", b"##octopus[", b"]", b"\x00", b"\xff"]),
    st.sampled_from([message("stdout-verbose"), message("stdout-ignore"), message("stdout-default"), message("what")]),
    st.sampled_from([message("stderr-progress"), message("stderr-default"), message("mask", value="told-later")]),
    st.sampled_from(
        [message("setVariable", name="ab", value="hunter22"), message("resultMessage", message="hunter22!")]
    ),
    st.binary(max_size=4),
)
FEEDS = st.lists(
    st.tuples(st.sampled_from(["stdout", "stderr"]), st.lists(PIECES, max_size=8).map(b"".join)), max_size=8
)


def collected(
    feeds: list[tuple[str, bytes]], *, restart: set[int]
) -> tuple[dict[str, list[tuple[str, str]]], str, object]:
    """The text of each stream by level, the result message, the output variables; with restarts at some feeds."""
    stream, takes = a_stream(*SECRETS[:4]), []
    for number, (name, data) in enumerate(feeds):
        stream.feed(name, data)
        if number in restart:
            takes.append(stream.take())
            stream = a_stream(*SECRETS[:4], state=json.loads(json.dumps(stream.state())))
    stream.finish()
    takes.append(stream.take())
    segments = tuple(segment for taken in takes for segment in taken.segments)
    streams = {
        name: [(level, text) for _, level, text in told(Taken(tuple(s for s in segments if s.stream == name)))]
        for name in ("stdout", "stderr", "foredeck")
    }
    return streams, stream.result_message, [output for taken in takes for output in taken.outputs]


@given(FEEDS, st.data())
def test_chunks_and_restarts_change_nothing_and_no_secret_shows(
    feeds: list[tuple[str, bytes]], data: st.DataObject
) -> None:
    chunks: list[tuple[str, bytes]] = []
    for name, whole in feeds:
        cuts = data.draw(st.lists(st.integers(0, len(whole)), max_size=6).map(sorted))
        chunks += [(name, whole[begin:end]) for begin, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    restart = data.draw(st.sets(st.integers(0, len(chunks))))
    expected = collected(feeds, restart=set())
    assert collected(chunks, restart=restart) == expected
    for parts in expected[0].values():
        text = "".join(text for _, text in parts)
        assert not any(secret in text for secret in SECRETS[:4])


@pytest.mark.parametrize(
    ("stderr", "counts"),
    [
        (b"oh no\n", True),
        (b"unfinished", True),
        (b"", False),
        (b" \n\n", False),
        (message("mask", value="hunter22") + b"\n", False),
        (message("stderr-progress") + b"\n10 %\n", True),  # shown as no error, but stderr: as in Octopus
        (message("mask", value="hunter22") + b" and more\n", True),
    ],
)
def test_text_on_stderr_counts_and_service_messages_do_not(stderr: bytes, counts: bool) -> None:
    first = a_stream()
    first.feed("stdout", b"nothing of this\n")
    first.feed("stderr", stderr)
    resumed = a_stream(state=json.loads(json.dumps(first.state())))
    resumed.finish()
    assert resumed.has_error_output is counts
