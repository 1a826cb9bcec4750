"""Each block, element and object of Block Kit: what it needs, what it does not know, and each limit at its edge."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.sandbox.blocks.content import checked_blocks
from bot.sandbox.blocks.spec import spec
from bot.sandbox.blocks.validator import Surface, problems, view_problems
from bot.sandbox.errors import SlackError
from tests.support.block_kit import (
    BLOCKS,
    CELL,
    ELEMENTS,
    RICH,
    URL,
    around,
    block,
    confirm,
    element,
    modal,
    mrkdwn,
    option,
    options,
    plain,
    rich,
)

Build = Callable[[int], dict[str, Any]]
SURFACES: dict[str, Surface] = {"alert": "modal", "file_input": "modal"}


def surface_of(inner: dict[str, Any]) -> Surface:
    entry = inner.get("element")
    kinds = (inner["type"], entry.get("type") if isinstance(entry, dict) else None)
    return next((SURFACES[kind] for kind in kinds if kind in SURFACES), "message")


def sentences(made: dict[str, Any], surface: Surface | None = None) -> list[str]:
    """What is wrong with a block, or with an element in a block around it."""
    whole = made if made["type"] in BLOCKS else around(made)
    return [problem.sentence for problem in problems([whole], surface or surface_of(whole))]


LEAST = [*BLOCKS.values(), *ELEMENTS.values(), *RICH.values()]


@pytest.mark.parametrize("least", LEAST, ids=lambda least: least["type"])
class TestTheLeast:
    def test_is_taken(self, least: dict[str, Any]) -> None:
        assert sentences(least) == []

    def test_needs_all_of_its_fields(self, least: dict[str, Any]) -> None:
        for name in least.keys() - {"type"}:
            without = {key: value for key, value in least.items() if key != name}
            assert any("missing required field" in sentence for sentence in sentences(without)), name

    def test_knows_no_others(self, least: dict[str, Any]) -> None:
        assert any("invalid additional property: colour" in one for one in sentences({**least, "colour": "red"}))

    def test_takes_no_number_for_its_fields(self, least: dict[str, Any]) -> None:
        for name in least.keys() - {"type"}:
            wrong = [one for one in sentences({**least, name: [7.5]}) if "must be" in one or "allowed" in one]
            assert wrong, name


def test_the_tables_here_have_all_that_the_spec_has() -> None:
    shapes = spec().shapes
    assert shapes["blocks"].keys() == BLOCKS.keys()
    assert shapes["rich_text"].keys() == RICH.keys()
    others = {"image", "plain_text", "mrkdwn", "raw_text", "raw_number", "url"}
    assert shapes["elements"].keys() == ELEMENTS.keys() | others


# For each limit: how to make something of that length, and the longest that is taken.
MOST: list[tuple[str, Build, int]] = [
    *[(f"{kind}.block_id", lambda n, kind=kind: block(kind, block_id="b" * n), 255) for kind in BLOCKS],
    *[(f"{kind}.action_id", lambda n, kind=kind: element(kind, action_id="a" * n), 255) for kind in ELEMENTS],
    ("section.text", lambda n: block("section", text=mrkdwn("x" * n)), 3000),
    ("section.fields", lambda n: block("section", fields=[plain()] * n), 10),
    ("section.fields.text", lambda n: block("section", fields=[plain("x" * n)]), 2000),
    ("image.image_url", lambda n: block("image", image_url="https://e.com/".ljust(n, "x"), title=plain()), 3000),
    ("image.alt_text", lambda n: block("image", alt_text="x" * n, title=plain()), 2000),
    ("image.title", lambda n: block("image", title=plain("x" * n)), 2000),
    ("actions.elements", lambda n: block("actions", elements=[element("button")] * n), 25),
    ("context.elements", lambda n: block("context", elements=[plain()] * n), 10),
    ("context_actions.elements", lambda n: block("context_actions", elements=[element("icon_button")] * n), 5),
    ("input.label", lambda n: block("input", label=plain("x" * n)), 2000),
    ("input.hint", lambda n: block("input", hint=plain("x" * n)), 2000),
    ("header.text", lambda n: block("header", text=plain("x" * n)), 150),
    ("header.level", lambda n: block("header", level=n), 4),
    ("markdown.text", lambda n: block("markdown", text="x" * n), 12_000),
    ("table.rows", lambda n: block("table", rows=[[CELL]] * n), 100),
    ("table.rows.cells", lambda n: block("table", rows=[[CELL] * n]), 20),
    ("table.column_settings", lambda n: block("table", column_settings=[{"align": "left"}] * n), 20),
    ("data_table.rows", lambda n: block("data_table", rows=[[CELL]] * n), 101),
    ("data_table.rows.cells", lambda n: block("data_table", rows=[[CELL] * n]), 20),
    ("data_table.page_size", lambda n: block("data_table", page_size=n), 100),
    ("task_card.task_id", lambda n: block("task_card", task_id="x" * n), 255),
    ("video.title", lambda n: block("video", title=plain("x" * n)), 199),
    ("video.description", lambda n: block("video", description=plain("x" * n)), 199),
    ("video.author_name", lambda n: block("video", author_name="x" * n), 49),
    ("card.title", lambda n: block("card", title=mrkdwn("x" * n)), 150),
    ("card.subtitle", lambda n: block("card", subtitle=mrkdwn("x" * n)), 150),
    ("card.body", lambda n: block("card", body=mrkdwn("x" * n)), 200),
    ("card.actions", lambda n: block("card", actions=[element("button")] * n), 2),
    ("carousel.elements", lambda n: block("carousel", elements=[BLOCKS["card"]] * n), 10),
    ("container.title", lambda n: block("container", title=plain("x" * n)), 150),
    ("container.subtitle", lambda n: block("container", subtitle=plain("x" * n)), 150),
    ("container.child_blocks", lambda n: block("container", child_blocks=[BLOCKS["divider"]] * n), 10),
    ("alert.text", lambda n: block("alert", text=mrkdwn("x" * n)), 200),
    ("button.text", lambda n: element("button", text=plain("x" * n)), 75),
    ("button.value", lambda n: element("button", value="x" * n), 2000),
    ("button.url", lambda n: element("button", url="https://e.com/".ljust(n, "x")), 3000),
    ("button.accessibility_label", lambda n: element("button", accessibility_label="x" * n), 75),
    ("button.agent_prompt", lambda n: element("button", agent_prompt="x" * n), 4000),
    ("confirm.title", lambda n: element("button", confirm=confirm(title=plain("x" * n))), 100),
    ("confirm.text", lambda n: element("button", confirm=confirm(text=mrkdwn("x" * n))), 300),
    ("confirm.confirm", lambda n: element("button", confirm=confirm(confirm=plain("x" * n))), 30),
    ("confirm.deny", lambda n: element("button", confirm=confirm(deny=plain("x" * n))), 30),
    ("icon_button.text", lambda n: element("icon_button", text=plain("x" * n)), 75),
    ("icon_button.value", lambda n: element("icon_button", value="x" * n), 2000),
    ("icon_button.accessibility_label", lambda n: element("icon_button", accessibility_label="x" * n), 75),
    ("workflow_button.text", lambda n: element("workflow_button", text=plain("x" * n)), 75),
    ("workflow_button.accessibility_label", lambda n: element("workflow_button", accessibility_label="x" * n), 75),
    ("feedback.text", lambda n: element("feedback_buttons", positive_button={"text": plain("x" * n), "value": "+"}), 75),  # noqa: E501
    ("feedback.value", lambda n: element("feedback_buttons", negative_button={"text": plain(), "value": "x" * n}), 2000),  # noqa: E501
    ("overflow.options", lambda n: element("overflow", options=options(n)), 5),
    ("checkboxes.options", lambda n: element("checkboxes", options=options(n)), 10),
    ("radio_buttons.options", lambda n: element("radio_buttons", options=options(n)), 10),
    ("static_select.options", lambda n: element("static_select", options=options(n)), 100),
    ("multi_static_select.options", lambda n: element("multi_static_select", options=options(n)), 100),
    ("option.text", lambda n: element("static_select", options=[option(text=plain("x" * n))]), 75),
    ("option.value", lambda n: element("static_select", options=[option(value="v" * n, text=plain())]), 150),
    ("option.description", lambda n: element("static_select", options=[option(description=plain("x" * n))]), 75),
    ("checkable.text", lambda n: element("checkboxes", options=[option(text=mrkdwn("x" * n))]), 75),
    ("checkable.description", lambda n: element("radio_buttons", options=[option(description=mrkdwn("x" * n))]), 75),
    ("overflow.url", lambda n: element("overflow", options=[option(url="https://e.com/".ljust(n, "x"))]), 3000),
    ("placeholder", lambda n: element("plain_text_input", placeholder=plain("x" * n)), 150),
    ("plain_text_input.initial_value", lambda n: element("plain_text_input", initial_value="x" * n), 3000),
    ("plain_text_input.max_length", lambda n: element("plain_text_input", max_length=n), 3000),
    ("plain_text_input.min_length", lambda n: element("plain_text_input", min_length=n), 3000),
    ("rich_text_input.min_lines", lambda n: element("rich_text_input", min_lines=n), 100),
    ("rich_text_input.max_lines", lambda n: element("rich_text_input", max_lines=n), 100),
    ("file_input.max_files", lambda n: element("file_input", max_files=n), 10),
    ("rich_text_list.indent", lambda n: {**RICH["rich_text_list"], "indent": n}, 8),
    ("rich_text.border", lambda n: {**RICH["rich_text_quote"], "border": n}, 1),
]  # fmt: skip


def _unlike(made: dict[str, Any]) -> dict[str, Any]:
    """Repeated elements get different ids, which is another rule."""
    for key in ("elements", "actions", "child_blocks"):
        if isinstance(made.get(key), list):
            made[key] = [
                {**inner, ("action_id" if inner["type"] in ELEMENTS else "block_id"): str(number)}
                if inner["type"] in ELEMENTS or inner["type"] in BLOCKS
                else inner
                for number, inner in enumerate(made[key])
            ]
    return made


@pytest.mark.parametrize(
    ("build", "most"), [(build, most) for _, build, most in MOST], ids=[name for name, _, _ in MOST]
)
def test_the_longest_is_taken_and_one_more_is_refused(build: Build, most: int) -> None:
    assert sentences(_unlike(build(most))) == []
    assert sentences(_unlike(build(most + 1))) != []


def groups(count: int) -> list[dict[str, Any]]:
    return [{"label": plain(), "options": [option(number)]} for number in range(count)]


@pytest.mark.parametrize("kind", ["static_select", "multi_static_select"])
def test_a_select_has_a_hundred_groups_of_a_hundred_options_at_most(kind: str) -> None:
    assert sentences({"type": kind, "option_groups": groups(100)}) == []
    assert "no more than 100 items allowed" in sentences({"type": kind, "option_groups": groups(101)})[0]
    assert sentences({"type": kind, "option_groups": [{"label": plain("x" * 75), "options": options(100)}]}) == []
    assert sentences({"type": kind, "option_groups": [{"label": plain(), "options": options(101)}]}) != []
    assert sentences({"type": kind, "option_groups": [{"label": plain("x" * 76), "options": options(1)}]}) != []


def image_of(slack_file: dict[str, Any]) -> dict[str, Any]:
    """An image block of a file in Slack."""
    return {"type": "image", "alt_text": "x", "slack_file": slack_file}


WRONG: list[tuple[dict[str, Any], str]] = [
    (block("container", default_collapsed=True), "default_collapsed requires is_collapsible"),
    (block("container", width="huge"), "must be one of: narrow, standard, wide, full"),
    (block("alert", level="loud"), "must be one of: default, info, warning, error, success"),
    (block("carousel", elements=[BLOCKS["section"]]), "unsupported type: section"),
    (block("carousel", elements=[]), "no fewer than 1 items allowed"),
    (block("data_table", page_size=0), "must be at least 1"),
    (block("data_table", row_header_column_index=-1), "must be at least 0"),
    (block("table", column_settings=[{"align": "top"}]), "must be one of: left, center, right"),
    (block("file", source="local"), "must be one of: remote"),
    (block("image", slack_file={"id": "F1"}, title=plain()), "only one of image_url and slack_file is allowed"),
    (block("table", rows=[[{"type": "raw_number", "value": 1}]]), "missing required field: text"),
    (image_of({"id": "F1", "url": URL}), "only one of id and url is allowed"),
    (image_of({}), "missing required field: id or url"),
    (block("image", image_url="a.png", title=plain()), "must be a valid URL"),
    (block("video", video_url="video"), "must be a valid URL"),
    (block("plan", tasks=[BLOCKS["section"]]), "unsupported type: section"),
    (block("header", level=0), "must be at least 1"),
    (element("plain_text_input", min_length=9, max_length=8), "max_length must not be less than min_length"),
    (element("plain_text_input", initial_value="xxx", max_length=2), "must be less than 3 characters"),
    (element("plain_text_input", initial_value="x", min_length=2), "must be more than 1 characters"),
    (element("number_input", min_value="2", max_value="1"), "max_value must not be less than min_value"),
    (element("number_input", initial_value="3", max_value="2"), "max_value must not be less than initial_value"),
    (element("number_input", initial_value="1", min_value="2"), "initial_value must not be less than min_value"),
    (element("number_input", initial_value="1.5"), "must be an integer"),
    (element("number_input", initial_value="x"), "failed to match the required pattern"),
    (element("rich_text_input", min_lines=3, max_lines=2), "max_lines must not be less than min_lines"),
    (element("rich_text_input", initial_value=BLOCKS["section"]), "unsupported type: section"),
    (element("checkboxes", options=options(2), initial_options=[option(3)]), "must match one of the options"),
    (element("radio_buttons", options=[option(1), option(1)]), "options must have unique values"),
    (element("multi_users_select", max_selected_items=0), "must be at least 1"),
    (element("multi_users_select", max_selected_items=1, initial_users=["U1", "U2"]), "no more than 1 items may be"),
    (element("timepicker", initial_time="24:00"), "failed to match the required pattern"),
    (element("datetimepicker", initial_date_time=1), "must be at least 1000000000"),
    (element("datepicker", initial_date="today"), "failed to match the required pattern"),
    (element("button", style="warning"), "must be one of: primary, danger"),
    (element("button", confirm=confirm(style="loud")), "must be one of: primary, danger"),
    (element("icon_button", icon="bell"), "must be one of: trash"),
    (element("conversations_select", filter={"include": ["all"]}), "must be one of: im, mpim, private, public"),
    (element("conversations_select", filter={}), "missing required field: include or exclude_external_shared_channels"),
    (element("plain_text_input", dispatch_action_config={"trigger_actions_on": ["blur"]}), "must be one of"),
    (element("workflow_button", workflow={}), "missing required field: trigger"),
    ({**RICH["broadcast"], "range": "all"}, "must be one of: here, channel, everyone"),
    ({**RICH["color"], "value": "red"}, "failed to match the required pattern"),
    ({**RICH["rich_text_list"], "style": "dash"}, "must be one of: bullet, ordered"),
    (block("actions", elements=[element("plain_text_input")]), "unsupported type: plain_text_input"),
    (block("actions", elements=[element("file_input")]), "unsupported type: file_input"),
    (block("context", elements=[element("button")]), "unsupported type: button"),
    (block("section", accessory=element("datetimepicker")), "unsupported type: datetimepicker"),
    ({"type": "data_visualization"}, "unsupported type: data_visualization"),
    ({"type": "call", "call_id": "R1"}, "unsupported type: call"),
]  # fmt: skip


@pytest.mark.parametrize(("made", "reason"), WRONG)
def test_it_is_refused_with_the_reason(made: dict[str, Any], reason: str) -> None:
    is_block = made["type"] in BLOCKS or made["type"] in ("data_visualization", "call")
    whole = made if is_block else around(made)
    found = [one.sentence for one in problems([whole], surface_of(whole))]
    assert any(reason in sentence for sentence in found), found


MESSAGES_ONLY = ("plan", "task_card", "table", "data_table", "markdown", "context_actions", "file")
NOT_IN_MODALS = ("card", "carousel", "container")


def may_stand(kind: str, surface: Surface) -> bool:
    if kind == "alert":
        return surface == "modal"
    return surface == "message" or not (kind in MESSAGES_ONLY or (kind in NOT_IN_MODALS and surface == "modal"))


@pytest.mark.parametrize("kind", BLOCKS)
@pytest.mark.parametrize("surface", ["message", "modal", "home"])
def test_a_block_stands_where_slack_shows_it(kind: str, surface: Surface) -> None:
    found = [problem.message for problem in problems([block(kind)], surface)]
    assert found == ([] if may_stand(kind, surface) else [f"unsupported type: {kind}"])


@pytest.mark.parametrize(("inner", "surface"), [(element("file_input"), "message"), (element("file_input"), "home")])
def test_files_are_asked_for_in_modals_only(inner: dict[str, Any], surface: Surface) -> None:
    assert "unsupported type: file_input" in problems([around(inner)], surface)[0].message
    assert view_problems(modal(around(inner))) == []


def test_an_image_stands_in_a_context_and_beside_a_section() -> None:
    image = {"type": "image", "image_url": URL, "alt_text": "x"}
    assert problems([block("context", elements=[image]), block("section", accessory=image)]) == []
    without_words = {"type": "image", "slack_file": {"id": "F1"}}
    assert problems([block("context", elements=[without_words])])[0].message == "missing required field: alt_text"


class TestTogether:
    def test_ids_are_unique_also_inside_of_others(self) -> None:
        child = block("divider", block_id="a")
        found = problems([block("divider", block_id="a"), block("container", child_blocks=[child])])
        assert [one.sentence for one in found] == [
            "block_id already exists: a [json-pointer:/blocks/1/child_blocks/0/block_id]"
        ]
        card = block("card", actions=[element("button", action_id="go"), element("button", action_id="go")])
        found = problems([block("carousel", elements=[card])])
        assert [one.pointer for one in found] == ["/blocks/0/elements/0/actions/1/action_id"]

    def test_a_plan_is_alone_and_has_no_bare_tasks_beside_it(self) -> None:
        assert problems([block("plan", tasks=[BLOCKS["task_card"]] * 3)]) == []
        assert (
            problems([block("plan"), block("task_card")])[0].message
            == "Cannot have both a plan block and task_card blocks"
        )
        assert problems([block("plan"), block("plan")])[0].message == "Cannot have more than 1 plan block"

    def test_a_message_has_one_table_wherever_it_stands(self) -> None:
        inside = block("container", child_blocks=[BLOCKS["table"]])
        assert [one.message for one in problems([block("table"), inside])] == ["only_one_table_allowed"]

    @pytest.mark.parametrize("kind", ["table", "data_table"])
    def test_a_table_has_10000_characters_at_most(self, kind: str) -> None:
        cells = [[{"type": "raw_text", "text": "x" * 500}] * 20]
        assert problems([block(kind, rows=cells)]) == []
        assert problems([block(kind, rows=[*cells, [CELL]])])[0].pointer == "/blocks/0/rows"

    def test_markdown_has_12000_characters_at_most_in_all_blocks(self) -> None:
        half = block("markdown", text="x" * 6_000)
        assert problems([half, half]) == []
        assert problems([half, half, block("markdown")])[0].pointer == "/blocks"

    def test_a_message_shows_13200_characters_at_most(self) -> None:
        long = [block("section", text=mrkdwn("x" * 3_000))] * 4
        assert len(checked_blocks([*long, block("section", text=mrkdwn("x" * 1_200))], "message")) == 5
        with pytest.raises(SlackError, match="msg_blocks_too_long"):
            checked_blocks([*long, block("section", text=mrkdwn("x" * 1_201))], "message")

    def test_one_element_has_the_focus(self) -> None:
        focused = around(element("plain_text_input", focus_on_load=True))
        assert view_problems(modal(focused)) == []
        assert view_problems(modal(focused, focused))[0].message == "only one element can have focus_on_load"

    def test_a_message_has_50_blocks_and_a_view_100_at_most(self) -> None:
        divider = BLOCKS["divider"]
        assert problems([divider] * 50) == []
        assert problems([divider] * 51)[0].sentence == "no more than 50 items allowed [json-pointer:/blocks]"
        assert view_problems(modal(*[divider] * 100)) == []
        assert view_problems(modal(*[divider] * 101))[0].pointer == "/view/blocks"


VIEW_MOST = [("private_metadata", 3_000), ("callback_id", 255), ("external_id", 255)]


@pytest.mark.parametrize(("name", "most"), VIEW_MOST)
@pytest.mark.parametrize("kind", ["modal", "home"])
def test_the_longest_field_of_a_view_is_taken_and_one_more_is_refused(kind: str, name: str, most: int) -> None:
    view = modal() if kind == "modal" else {"type": "home", "blocks": []}
    assert view_problems({**view, name: "x" * most}) == []
    assert view_problems({**view, name: "x" * (most + 1)})[0].pointer == f"/view/{name}"


@pytest.mark.parametrize("name", ["title", "submit", "close"])
def test_the_words_of_a_modal_have_24_characters_at_most(name: str) -> None:
    assert view_problems({**modal(), name: plain("x" * 24)}) == []
    assert view_problems({**modal(), name: plain("x" * 25)})[0].pointer == f"/view/{name}/text"
    assert view_problems({**modal(), name: mrkdwn()})[0].message == "unsupported type: mrkdwn"


def test_inputs_need_a_submit_button_in_a_modal_only() -> None:
    entry = around(element("plain_text_input"))
    without = {key: value for key, value in modal(entry).items() if key != "submit"}
    assert view_problems(without)[0].sentence == "missing required field: submit [json-pointer:/view]"
    assert view_problems({"type": "home", "blocks": [entry]}) == []


def test_rich_text_may_stand_in_details_titles_and_cells() -> None:
    everything = rich(*(part for kind, part in RICH.items() if not kind.startswith("rich_text")))
    assert problems([block("plan", tasks=[block("task_card", details=everything, output=everything)])]) == []
    assert problems([block("table", rows=[[everything, {"type": "raw_number", "value": 1.5, "text": "1.5"}]])]) == []
    titled = {"type": "container", "rich_text_title": everything, "child_blocks": [BLOCKS["divider"]]}
    assert problems([titled]) == []
