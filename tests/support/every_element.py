"""A small app that sends every block, element and rich text that there is, and notes what comes back of it."""

import re
from collections.abc import Iterator
from typing import Any

from tests.browser import gallery
from tests.browser.gallery import actions, button, field, mrkdwn, option, plain, rich, section, select, words
from tests.support.bolt_app import BoltApp

JsonObject = dict[str, Any]
ANYTHING = re.compile(".*")
PIXEL = "https://example.com/pixel.png"
IMAGE = {"type": "image", "image_url": PIXEL, "alt_text": "A pixel"}
GROUPS = [
    {"label": plain("Near"), "options": [option("Staging")]},
    {"label": plain("Far"), "options": [option("Moon")]},
]
ENTITY_SELECTS = ("users", "conversations", "channels")


def classic() -> list[JsonObject]:
    """A message of texts, pictures and boxes."""
    workflow = {"trigger": {"url": "https://slack.com/shortcuts/Ft0123ABC456/xyz"}}
    inline = [
        {"type": "text", "text": "Plain "},
        {"type": "link", "url": "https://example.com"},
        {"type": "emoji", "name": "rocket"},
        {"type": "user", "user_id": "U0ANA000000"},
        {"type": "usergroup", "usergroup_id": "S0SRE000000"},
        {"type": "channel", "channel_id": "C0DEPLOYMEN"},
        {"type": "team", "team_id": "T0SANDBOX00"},
        {"type": "broadcast", "range": "here"},
        {"type": "date", "timestamp": 1_700_000_000, "format": "{date_num}", "fallback": "2023"},
        {"type": "color", "value": "#0b7350"},
    ]
    lists = {"type": "rich_text_list", "style": "bullet", "elements": [words("one"), words("two")]}
    feedback = {"positive_button": {"text": plain("Good"), "value": "good"}}
    feedback["negative_button"] = {"text": plain("Bad"), "value": "bad"}
    return [
        {"type": "header", "text": plain("Every block"), "level": 2},
        section("With a *picture*", accessory=IMAGE),
        {"type": "divider"},
        {"type": "image", "title": plain("A picture"), "image_url": PIXEL, "alt_text": "A pixel"},
        {"type": "context", "elements": [IMAGE, mrkdwn("small"), plain("words")]},
        rich({"type": "rich_text_section", "elements": inline}, lists, words("said", kind="rich_text_quote")),
        rich(words("$ make", kind="rich_text_preformatted")),
        {"type": "markdown", "text": "# Markdown\n\n- **bold**"},
        {"type": "video", "title": plain("A film"), "alt_text": "A film", "thumbnail_url": PIXEL, "video_url": PIXEL},
        {"type": "file", "external_id": "report-7", "source": "remote"},
        actions("flow", {"type": "workflow_button", "action_id": "flow", "text": plain("Run"), "workflow": workflow}),
        {
            "type": "context_actions",
            "block_id": "thumbs",
            "elements": [
                {"type": "feedback_buttons", "action_id": "feedback", **feedback},
                {"type": "icon_button", "action_id": "bin", "icon": "trash", "text": plain("Remove")},
            ],
        },
        gallery.table(),
    ]


def progress() -> list[JsonObject]:
    """A message with a plan, cards and frames."""
    tile = {"type": "card", "title": plain("web"), "icon": IMAGE, "body": mrkdwn("*1.3.9*")}
    cards = [{**tile, "actions": [button("Deploy", f"deploy_{number}")]} for number in (1, 2, 3)]
    children = [section("Inside."), {"type": "divider"}]
    return [
        gallery.plan(),
        {**tile, "subtitle": plain("production"), "actions": [button("Show", "show_card")]},
        {"type": "carousel", "elements": cards},
        {"type": "container", "title": plain("A frame"), "is_collapsible": True, "child_blocks": children},
    ]


def number(value: int) -> JsonObject:
    """A cell with a number."""
    return {"type": "raw_number", "value": value, "text": str(value)}


def figures() -> list[JsonObject]:
    """A message with a task alone and a table to sort."""
    names = ("web", "api", "worker", "cron")
    head = [{"type": "raw_text", "text": word} for word in ("Project", "Deployments")]
    rows = [[{"type": "raw_text", "text": name}, number(len(name) * 10)] for name in names]
    sources = [{"type": "url", "url": "https://example.com/build", "text": "The build"}]
    return [
        gallery.task("alone", "A task alone", "in_progress", sources=sources) | {"details": rich(words("Details."))},
        {"type": "data_table", "caption": "Deployments this week", "page_size": 3, "rows": [head, *rows]},
    ]


def controls() -> list[JsonObject]:
    """A message with everything to choose from."""
    several = [
        section("Several", block_id=f"many_{kind}", accessory=select(f"many_{kind}", f"multi_{kind}_select", **more))
        for kind, more in (("static", {"option_groups": GROUPS}), ("external", {"min_query_length": 0}))
    ]
    several += [
        section("Several", block_id=f"many_{kind}", accessory=select(f"many_{kind}", f"multi_{kind}_select"))
        for kind in ENTITY_SELECTS
    ]
    return [
        actions(
            "one",
            select("static", option_groups=GROUPS),
            select("external", "external_select", min_query_length=0),
            *(select(f"one_{kind}", f"{kind}_select") for kind in ENTITY_SELECTS),
            button("Danger", "danger", style="danger", confirm=gallery.CONFIRM),
            button("Primary", "primary", style="primary"),
            {"type": "overflow", "action_id": "overflow", "options": [option("Mute")]},
        ),
        actions(
            "dates",
            {"type": "datepicker", "action_id": "date"},
            {"type": "timepicker", "action_id": "time"},
            {"type": "datetimepicker", "action_id": "moment"},
            {"type": "checkboxes", "action_id": "checks", "options": gallery.FRUITS},
            {"type": "radio_buttons", "action_id": "radios", "options": gallery.FRUITS},
        ),
        *several,
    ]


def form() -> JsonObject:
    """A modal with every input."""
    note = {"type": "alert", "level": "info", "text": plain("Everything to fill in.")}
    inputs = [
        field("text", "Text", "plain_text_input", initial_value="words"),
        field("number", "Number", "number_input", is_decimal_allowed=True),
        field("mail", "Mail", "email_text_input"),
        field("link", "Link", "url_text_input"),
        field("rich", "Rich text", "rich_text_input"),
        field("files", "Files", "file_input", max_files=2),
    ]
    view = {"type": "modal", "callback_id": "everything", "title": plain("Everything"), "submit": plain("Send")}
    return {**view, "blocks": [note, *inputs]}


def home() -> JsonObject:
    """The app's Home."""
    return {"type": "home", "blocks": [section("*Welcome home*"), actions("home", button("Refresh", "home_refresh"))]}


def listen(bolt: BoltApp) -> None:
    """Note every action; open the form, publish the Home."""
    app = bolt.app

    def note(kind: str) -> Any:
        def listener(ack: Any, body: JsonObject, client: Any) -> None:
            bolt.seen.append((kind, body))
            ack()
            if kind in ("shortcut", "message_shortcut"):
                client.views_open(trigger_id=body["trigger_id"], view=form())

        return listener

    app.action({"action_id": ANYTHING})(note("action"))
    app.shortcut("deploy_anything")(note("shortcut"))
    app.shortcut("deploy_message")(note("message_shortcut"))
    app.view("everything")(note("view"))

    @app.options({"action_id": ANYTHING})
    def offer(ack: Any) -> None:
        ack(option_groups=GROUPS)

    @app.event("app_home_opened")
    def show_home(event: JsonObject, client: Any) -> None:
        client.views_publish(user_id=event["user"], view=home())


def kinds(value: Any) -> Iterator[str]:
    """Every type that is named anywhere inside."""
    if isinstance(value, list):
        for item in value:
            yield from kinds(item)
    elif isinstance(value, dict):
        if isinstance(value.get("type"), str):
            yield value["type"]
        yield from kinds(list(value.values()))
