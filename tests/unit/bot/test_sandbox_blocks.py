"""The Block Kit validator: what Slack takes, and what it refuses with which words."""

from typing import Any

import pytest

from bot.sandbox.blocks.content import checked_content
from bot.sandbox.blocks.normal_form import completed
from bot.sandbox.blocks.validator import Surface, problems, view_problems
from bot.sandbox.errors import SlackError


def plain(text: str = "x", **more: Any) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, **more}


def mrkdwn(text: str = "x") -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def option(value: str = "1") -> dict[str, Any]:
    return {"text": plain(value), "value": value}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": "go", "text": plain("Go"), **more}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def section(**more: Any) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn(), **more}


def entry(element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "input", "label": plain("Label"), "element": element, **more}


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": list(elements)}


def rich_section(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def task(**more: Any) -> dict[str, Any]:
    return {"type": "task_card", "task_id": "1", "title": "Build", "status": "complete", **more}


def plan(*tasks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "plan", "title": "Steps", "tasks": list(tasks)}


def table(rows: int = 1, columns: int = 1, text: str = "x") -> dict[str, Any]:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": text}] * columns for _ in range(rows)]}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain("Title"), "blocks": list(blocks), **more}


STYLED = {"type": "text", "text": "bold", "style": {"bold": True}}
TEXT_INPUT = {"type": "plain_text_input", "action_id": "a"}
SELECT = {"type": "static_select", "action_id": "s", "options": [option()]}
RICH = rich(
    rich_section(STYLED, {"type": "link", "url": "https://example.com", "text": "here"}),
    rich_section({"type": "user", "user_id": "U1"}, {"type": "emoji", "name": "tada"}),
    rich_section({"type": "date", "timestamp": 1, "format": "{date}", "fallback": "then"}),
    {"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [rich_section(STYLED)]},
    {"type": "rich_text_preformatted", "border": 0, "language": "bash", "elements": [{"type": "text", "text": "$ ls"}]},
    {"type": "rich_text_quote", "elements": [{"type": "broadcast", "range": "here"}]},
)

TAKEN_IN_MESSAGES = [
    section(),
    {"type": "section", "fields": [mrkdwn(), plain()]},
    section(accessory=button(url="https://example.com", style="primary", value="v" * 2000)),
    section(accessory={"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"}),
    section(accessory={"type": "multi_users_select", "action_id": "m", "max_selected_items": 3}),
    {"type": "divider"},
    {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a", "title": plain()},
    actions(button(), SELECT, {"type": "datepicker", "action_id": "d", "initial_date": "2026-11-23"}),
    actions({"type": "overflow", "action_id": "o", "options": [option()]}),
    actions({"type": "timepicker", "action_id": "t", "initial_time": "09:30"}),
    actions({"type": "datetimepicker", "action_id": "t", "initial_date_time": 1795477928}),
    actions(button(confirm={"title": plain(), "text": mrkdwn(), "confirm": plain(), "deny": plain()})),
    {"type": "context", "elements": [mrkdwn(), {"type": "image", "image_url": "https://e.com/a", "alt_text": ""}]},
    {
        "type": "context_actions",
        "elements": [
            {"type": "icon_button", "icon": "trash", "text": plain("Delete"), "action_id": "t"},
            {
                "type": "feedback_buttons",
                "action_id": "f",
                "positive_button": {"text": plain("Good"), "value": "+"},
                "negative_button": {"text": plain("Bad"), "value": "-"},
            },
        ],
    },
    entry(TEXT_INPUT, optional=True, hint=plain()),
    entry({"type": "number_input", "action_id": "n", "is_decimal_allowed": False, "min_value": "1"}),
    entry({"type": "external_select", "action_id": "e", "min_query_length": 0, "placeholder": plain()}),
    entry({"type": "checkboxes", "action_id": "c", "options": [option()], "initial_options": [option()]}),
    {"type": "header", "text": plain("h" * 150), "level": 2},
    {"type": "markdown", "text": "# Changes"},
    RICH,
    table(100, 20),
    plan(
        task(details=RICH, sources=[{"type": "url", "url": "https://e.com", "text": "e"}]), task(status="in_progress")
    ),
    task(),
    {"type": "file", "external_id": "1", "source": "remote"},
    {
        "type": "video",
        "title": plain(),
        "alt_text": "v",
        "video_url": "https://e.com/v",
        "thumbnail_url": "https://e.com/t",
    },
    {"type": "card", "title": mrkdwn(), "body": mrkdwn(), "actions": [button()]},
    {"type": "container", "title": plain(), "child_blocks": [section()], "is_collapsible": True, "width": "full"},
]

REFUSED_IN_MESSAGES = [
    (section(text=mrkdwn("x" * 3001)), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    (section(text=mrkdwn("")), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    (section(text={"type": "markdown", "text": "x"}), "unsupported type: markdown [json-pointer:/blocks/0/text/type]"),
    ({"type": "section"}, "missing required field: text or fields [json-pointer:/blocks/0]"),
    ({"type": "section", "fields": [plain()] * 11}, "no more than 10 items allowed [json-pointer:/blocks/0/fields]"),
    (
        {"type": "section", "fields": [plain("x" * 2001)]},
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ),
    (section(color="red"), "invalid additional property: color [json-pointer:/blocks/0]"),
    (section(block_id="b" * 256), "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
    ({"type": "data_visualization"}, "unsupported type: data_visualization [json-pointer:/blocks/0/type]"),
    ({"text": "x"}, "missing required field: type [json-pointer:/blocks/0]"),
    ("text", "must be an object [json-pointer:/blocks/0]"),
    ({"type": "header", "text": plain("h" * 151)}, "must be less than 151 characters"),
    ({"type": "header", "text": mrkdwn()}, "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"),
    (actions(), "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"),
    (actions(*[button(action_id=str(n)) for n in range(26)]), "no more than 25 items allowed"),
    (actions(button(), button()), "action_id already exists: go [json-pointer:/blocks/0/elements/1/action_id]"),
    (
        actions(button(text=plain("x" * 76))),
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    (actions(button(value="v" * 2001)), "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"),
    (actions(button(style="warning")), "must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]"),
    (actions(button(url="example")), "must be a valid URL [json-pointer:/blocks/0/elements/0/url]"),
    (actions(button(action_id=7)), "must be a string [json-pointer:/blocks/0/elements/0/action_id]"),
    (actions({"type": "file_input", "action_id": "f"}), "unsupported type: file_input"),
    (actions(TEXT_INPUT), "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]"),
    (
        actions(button(confirm={"title": plain("t" * 101), "text": plain(), "confirm": plain(), "deny": plain()})),
        "less than 101",
    ),
    (actions(button(confirm={"title": plain()})), "missing required field: deny"),
    (actions({**SELECT, "options": [option(str(n)) for n in range(101)]}), "no more than 100 items allowed"),
    (actions({**SELECT, "options": [option("v" * 151)]}), "must be less than 151 characters"),
    (actions({**SELECT, "options": [option(), option()]}), "options must have unique values"),
    (actions({**SELECT, "initial_option": option("2")}), "initial_option must match one of the options"),
    (actions({"type": "static_select", "action_id": "s"}), "missing required field: options or option_groups"),
    (
        actions({**SELECT, "option_groups": [{"label": plain(), "options": [option("2")]}]}),
        "only one of options and option_groups is allowed",
    ),
    (
        actions({"type": "overflow", "action_id": "o", "options": [option(str(n)) for n in range(6)]}),
        "no more than 5 items",
    ),
    (
        actions({"type": "checkboxes", "action_id": "o", "options": [option(str(n)) for n in range(11)]}),
        "no more than 10",
    ),
    (actions({"type": "datepicker", "action_id": "d", "initial_date": "23.11.2026"}), "failed to match"),
    ({"type": "context", "elements": [mrkdwn()] * 11}, "no more than 10 items allowed"),
    ({"type": "context", "elements": [button()]}, "unsupported type: button"),
    (entry({**TEXT_INPUT, "max_length": 3001}), "must be at most 3000"),
    (entry({**TEXT_INPUT, "placeholder": plain("p" * 151)}), "must be less than 151 characters"),
    (entry({"type": "number_input", "action_id": "n"}), "missing required field: is_decimal_allowed"),
    (entry(button()), "unsupported type: button"),
    ({"type": "markdown", "text": "x" * 12_001}, "must be less than 12001 characters"),
    (plan(task(status="skipped")), "must be one of: pending, in_progress, complete, error"),
    (plan({"type": "section", "text": plain()}), "unsupported type: section [json-pointer:/blocks/0/tasks/0/type]"),
    (plan(task(details=section())), "unsupported type: section"),
    (table(101), "no more than 100 items allowed"),
    (table(1, 21), "no more than 20 items allowed"),
    (table(100, 1, "x" * 101), "must be less than 10001 characters in total"),
    (rich(rich_section({"type": "text", "text": ""})), "must be more than 0 characters"),
    (rich(rich_section({"type": "text", "text": "x", "style": {"big": True}})), "invalid additional property: big"),
    (
        rich({"type": "rich_text_preformatted", "elements": [{"type": "user", "user_id": "U"}]}),
        "unsupported type: user",
    ),
    ({"type": "alert", "text": plain()}, "unsupported type: alert"),
    (
        {"type": "card", "title": mrkdwn("t" * 151)},
        "must be less than 151 characters [json-pointer:/blocks/0/title/text]",
    ),
    ({"type": "card", "subtitle": plain()}, "missing required field: hero_image or title or actions or body"),
    (
        {"type": "container", "title": plain(), "child_blocks": [plan()]},
        "unsupported type: plan [json-pointer:/blocks/0/child_blocks/0/type]",
    ),
]


@pytest.mark.parametrize("block", TAKEN_IN_MESSAGES, ids=lambda block: block["type"])
def test_a_message_may_contain(block: dict[str, Any]) -> None:
    assert [problem.sentence for problem in problems([block], "message")] == []


@pytest.mark.parametrize(("block", "reason"), REFUSED_IN_MESSAGES)
def test_a_message_is_refused_with_the_reason(block: Any, reason: str) -> None:
    sentences = [problem.sentence for problem in problems([block], "message")]
    assert any(reason in sentence for sentence in sentences), sentences


@pytest.mark.parametrize(
    "block",
    [plan(), task(), table(), {"type": "markdown", "text": "x"}, {"type": "context_actions", "elements": []}],
    ids=lambda block: block["type"],
)
@pytest.mark.parametrize("surface", ["modal", "home"])
def test_some_blocks_are_for_messages_only(block: dict[str, Any], surface: Surface) -> None:
    assert f"unsupported type: {block['type']} [json-pointer:/blocks/0/type]" in [
        problem.sentence for problem in problems([block], surface)
    ]


def test_alerts_are_for_modals_only() -> None:
    assert view_problems(modal({"type": "alert", "text": plain(), "level": "warning"})) == []


def test_block_ids_are_unique() -> None:
    blocks = [section(block_id="a"), section(block_id="a")]
    assert [problem.sentence for problem in problems(blocks)] == [
        "block_id already exists: a [json-pointer:/blocks/1/block_id]"
    ]


def test_there_is_one_plan_at_most() -> None:
    assert [problem.message for problem in problems([plan(), plan()])] == ["Cannot have more than 1 plan block"]


def test_a_message_has_fifty_blocks_at_most() -> None:
    assert problems([section()] * 50) == []
    assert problems([section()] * 51)[0].sentence == "no more than 50 items allowed [json-pointer:/blocks]"


def test_markdown_counts_together() -> None:
    block = {"type": "markdown", "text": "x" * 6001}
    assert problems([block, block])[0].message == "markdown blocks must be less than 12001 characters in total"


@pytest.mark.parametrize(
    ("view", "reason"),
    [
        (modal(entry(TEXT_INPUT)), "missing required field: submit [json-pointer:/view]"),
        (modal(title=plain("t" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
        (modal(submit=plain("t" * 25)), "must be less than 25 characters [json-pointer:/view/submit/text]"),
        (modal(private_metadata="p" * 3001), "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
        (modal(callback_id="c" * 256), "must be less than 256 characters [json-pointer:/view/callback_id]"),
        (modal(*[section()] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
        ({"type": "modal", "blocks": []}, "missing required field: title [json-pointer:/view]"),
        (modal(colour="red"), "invalid additional property: colour [json-pointer:/view]"),
        (modal(plan()), "unsupported type: plan [json-pointer:/view/blocks/0/type]"),
        ({"type": "dialog"}, "unsupported type: dialog [json-pointer:/view/type]"),
        ("x", "must be an object [json-pointer:/view]"),
    ],
)
def test_a_view_is_refused_with_the_reason(view: Any, reason: str) -> None:
    assert reason in [problem.sentence for problem in view_problems(view)]


def test_a_modal_with_inputs_and_a_submit_button_is_taken() -> None:
    view = modal(entry(TEXT_INPUT), entry(SELECT), submit=plain("Go"), close=plain("Cancel"), notify_on_close=True)
    assert view_problems(view) == []


@pytest.mark.parametrize(
    "junk", [None, 7, [], {}, [[]], {"type": []}, [{"type": {}}], "x", [None], {"type": "section"}]
)
def test_junk_gives_reasons_and_never_an_exception(junk: Any) -> None:
    assert isinstance(problems(junk), list)
    assert isinstance(view_problems(junk), list)
    for key in ("text", "accessory", "elements", "element", "options", "tasks", "rows", "child_blocks", "fields"):
        for kind in ("section", "actions", "input", "plan", "table", "container", "rich_text"):
            assert isinstance(problems([{"type": kind, key: junk}]), list)


def test_what_is_taken_is_completed_with_ids_and_text_defaults() -> None:
    block = completed([section(accessory={"type": "button", "text": plain("Go")})])[0]
    assert block["block_id"]
    assert block["accessory"]["action_id"]
    assert block["text"]["verbatim"] is False
    assert block["accessory"]["text"]["emoji"] is True


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({}, "no_text"),
        ({"text": "  "}, "no_text"),
        ({"blocks": "x"}, "invalid_blocks_format"),
        ({"blocks": [{"type": "x"}]}, "invalid_blocks"),
        ({"text": "x", "attachments": [{}] * 101}, "too_many_attachments"),
        ({"text": "x", "markdown_text": "x"}, "markdown_text_conflict"),
    ],
)
def test_content_is_refused_by_slacks_names(given: dict[str, Any], error: str) -> None:
    with pytest.raises(SlackError, match=f"^{error}$"):
        checked_content(given)
