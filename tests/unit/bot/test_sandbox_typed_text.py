"""What a person typed becomes rich text, as Slack keeps it beside the text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.blocks import validator
from bot.sandbox.control.rich_text import blocks_of
from bot.sandbox.json_types import JsonObject


def text(words: str, *styles: str) -> JsonObject:
    """A run of words."""
    styled = {"style": dict.fromkeys(styles, True)} if styles else {}
    return {"type": "text", "text": words, **styled}


def elements(typed: str) -> list[JsonObject]:
    """What the one section of a text holds."""
    ((section,),) = [block["elements"] for block in blocks_of(typed)]
    assert section["type"] == "rich_text_section"
    found: list[JsonObject] = section["elements"]
    return found


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("hello", [text("hello")]),
        ("a &lt;b&gt; &amp;amp; c", [text("a <b> &amp; c")]),
        ("one\ntwo", [text("one\ntwo")]),
        (
            "*bold*, _so_ ~no~",
            [text("bold", "bold"), text(", "), text("so", "italic"), text(" "), text("no", "strike")],
        ),
        ("*_both_*", [text("both", "bold", "italic")]),
        ("snake_case_name 2*3*4 * a *", [text("snake_case_name 2*3*4 * a *")]),
        ("*no\nend*", [text("*no\nend*")]),
        ("`a *b* :x:` c", [text("a *b* :x:", "code"), text(" c")]),
        ("*see `a*b` ok*", [text("see ", "bold"), text("a*b", "bold", "code"), text(" ok", "bold")]),
        (":tada: at 10:30:15", [{"type": "emoji", "name": "tada"}, text(" at 10:30:15")]),
        (
            ":+1::wave::skin-tone-3:",
            [{"type": "emoji", "name": "+1"}, {"type": "emoji", "name": "wave", "skin_tone": 3}],
        ),
        ("<@U1> <#C1|ops>", [{"type": "user", "user_id": "U1"}, text(" "), {"type": "channel", "channel_id": "C1"}]),
        (
            "<!here> <!subteam^S1|@sre>",
            [{"type": "broadcast", "range": "here"}, text(" "), {"type": "usergroup", "usergroup_id": "S1"}],
        ),
        ("<https://x.example/?a=1&amp;b=_2_>", [{"type": "link", "url": "https://x.example/?a=1&b=_2_"}]),
        ("*<@U1>*", [{"type": "user", "user_id": "U1", "style": {"bold": True}}]),
    ],
)
def test_words_marks_and_names(typed: str, expected: list[JsonObject]) -> None:
    assert elements(typed) == expected


def test_quotes_and_preformatted_parts_stand_by_themselves() -> None:
    (block,) = blocks_of("before\n&gt; quoted\n&gt;twice\nbetween\n```\nls *.py\n```\nafter\n&gt;&gt;&gt; all\nof it")
    shown = [(part["type"], "".join(element["text"] for element in part["elements"])) for part in block["elements"]]
    assert shown == [
        ("rich_text_section", "before"),
        ("rich_text_quote", "quoted\ntwice"),
        ("rich_text_section", "between"),
        ("rich_text_preformatted", "ls *.py"),
        ("rich_text_section", "after"),
        ("rich_text_quote", "all\nof it"),
    ]


@pytest.mark.parametrize("typed", ["", " ", "\n\n"])
def test_no_words_no_blocks(typed: str) -> None:
    assert blocks_of(typed) == []


STORED = st.lists(
    st.sampled_from(
        ["a", " ", "\n", "*", "_", "~", "`", "```", "&gt;", "&lt;", ":", ":x:", "<@U1>", "<!here>", "<https://a.b>"]
    )
)


@given(STORED.map("".join))
def test_whatever_is_typed_is_rich_text_that_slack_takes(typed: str) -> None:
    assert validator.problems(blocks_of(typed), "message", "") == []


@pytest.mark.parametrize("part", ["*a ", "*a\n", "`", "```a", "<", ":a", "_*~a", "&gt;", "*_~", "a*"])
def test_long_hostile_texts_come_to_an_end(part: str) -> None:
    started = time.thread_time()
    blocks_of(part * (40_000 // len(part)))
    assert time.thread_time() - started < 15
