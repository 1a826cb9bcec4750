"""Every block and element of Block Kit that the page draws, as a small app would send them. It asserts nothing."""

from typing import Any

JsonObject = dict[str, Any]


def plain(text: str) -> JsonObject:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> JsonObject:
    """A mrkdwn object."""
    return {"type": "mrkdwn", "text": text}


def option(label: str, value: str | None = None, description: str | None = None) -> JsonObject:
    """One option of a select or a choice."""
    made: JsonObject = {"text": plain(label), "value": value or label}
    return made if description is None else {**made, "description": plain(description)}


def button(label: str, action_id: str, **more: object) -> JsonObject:
    """A button."""
    return {"type": "button", "text": plain(label), "action_id": action_id, "value": label, **more}


def rich(*lines: str, kind: str = "rich_text_section") -> JsonObject:
    """Rich text of plain words."""
    return {
        "type": "rich_text",
        "elements": [{"type": kind, "elements": [{"type": "text", "text": "\n".join(lines)}]}],
    }


def task(task_id: str, title: str, status: str, **more: object) -> JsonObject:
    """One task of a plan."""
    return {"type": "task_card", "task_id": task_id, "title": title, "status": status, **more}


CONFIRM = {
    "title": plain("Abort the deployment?"),
    "text": mrkdwn("*web 1.4.0* stays half deployed in production."),
    "confirm": plain("Abort"),
    "deny": plain("Go on"),
    "style": "danger",
}


def plan(smoke: str = "pending") -> JsonObject:
    """A deployment's checklist; `smoke` is the state of its last step."""
    install = {
        "details": rich("Two machines, one after the other."),
        "output": rich("web-1 ok", "web-2 ok", kind="rich_text_preformatted"),
    }
    return {
        "type": "plan",
        "block_id": "plan",
        "title": "web 1.4.0 to production",
        "tasks": [
            task("build", "Build the package", "complete"),
            task("approve", "Approval by release-managers", "complete", details=rich("Proceeded by ben.")),
            task("install", "Install on production", "in_progress", **install),
            task(
                "migrate", "Migrate the database", "error", output=rich("column exists", kind="rich_text_preformatted")
            ),
            task("smoke", "Smoke test", smoke),
        ],
    }


def card() -> list[JsonObject]:
    """What a deployment's card may look like."""
    return [
        {"type": "header", "text": plain("Deployment #17: web 1.4.0 to production")},
        {
            "type": "section",
            "fields": [
                mrkdwn("*Requested by*\n<@U0ANA000000>"),
                mrkdwn("*Environment*\nproduction"),
                mrkdwn("*Release*\n<https://example.com/releases/1.4.0|1.4.0>"),
                mrkdwn("*Started*\n<!date^1700000000^{date_short_pretty} {time}|2023-11-14 22:13 UTC>"),
            ],
        },
        plan(),
        {"type": "context", "elements": [mrkdwn(":hourglass_flowing_sand: Running for 2 min 14 s")]},
        {
            "type": "actions",
            "block_id": "decide",
            "elements": [
                button("Proceed…", "proceed", style="primary"),
                button("Abort…", "abort", style="danger", confirm=CONFIRM),
                button("Nobody listens", "unheard"),
                button("Open the log", "open_log", url="https://example.com/log"),
                {
                    "type": "overflow",
                    "action_id": "more",
                    "options": [option("Show the plan", "plan"), option("Mute", "mute")],
                },
            ],
        },
    ]


def texts() -> list[JsonObject]:
    """Words in all the ways there are."""
    words = (
        "*Bold*, _italic_, ~strike~, `code with <tags>`, *bold with <https://example.com|a link>*, snake_case_stays.\n"
        "<@U0BEN000000> in <#C0DEPLOYMEN>, <!channel>; :rocket: :white_check_mark: :not_an_emoji: &lt;b&gt; &amp;amp;\n"
        "&gt; a quote\n&gt; of two lines\n```$ systemctl restart web\nok```\nhttps://example.com/path?x=1."
    )
    lists: list[JsonObject] = [
        {"type": "rich_text_section", "elements": [
            {"type": "text", "text": "Styled ", "style": {"bold": True}},
            {"type": "user", "user_id": "U0ANA000000"},
            {"type": "text", "text": " and "},
            {"type": "emoji", "name": "tada", "unicode": "1f389"},
            {"type": "link", "url": "https://example.com", "text": " a link"},
        ]},
        {"type": "rich_text_list", "style": "ordered", "indent": 0, "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": item}]} for item in ("first", "second")
        ]},
        {"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "inside"}]}
        ]},
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "Quoted."}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "14:05:01 INFO  started <script>alert(1)</script>\n14:05:02 WARN  slow"}]},
    ]  # fmt: skip
    changes = "## Changes in 1.4.0\n\n- **Faster** start\n- [x] tests\n  1. one\n  2. two\n\n| Step | Took |\n|---|---:|\n| build | 12 s |\n\n> Mind the *migration*.\n\n```sh\nmake deploy\n```\n<img src=x onerror=alert(1)>"
    return [
        {"type": "section", "text": mrkdwn(words)},
        {"type": "divider"},
        {"type": "rich_text", "elements": lists},
        {"type": "markdown", "text": changes},
    ]


def table() -> JsonObject:
    """Which version is where."""

    def row(*cells: str) -> list[JsonObject]:
        return [{"type": "raw_text", "text": cell} for cell in cells]

    return {
        "type": "table",
        "rows": [row("Project", "staging", "production"), row("web", "1.4.0", "1.3.9"), row("api", "7.2.1", "7.2.1")],
        "column_settings": [{"align": "left"}, {"align": "right"}, {"align": "right"}],
    }


def boxes() -> list[JsonObject]:
    """Card and container."""
    return [
        {
            "type": "card",
            "block_id": "tile",
            "title": mrkdwn("web"),
            "subtitle": mrkdwn("production"),
            "body": mrkdwn("*1.3.9* since yesterday"),
            "actions": [button("Deploy", "card_deploy")],
        },
        {
            "type": "container",
            "block_id": "fold",
            "title": plain("Step details"),
            "subtitle": plain("3 machines"),
            "is_collapsible": True,
            "default_collapsed": True,
            "child_blocks": [{"type": "section", "text": mrkdwn("Hidden until opened.")}],
        },
    ]


def controls() -> list[JsonObject]:
    """Every element that stands in messages."""
    fruits = [option("Apple"), option("Pear"), option("Plum", description="In season")]
    return [
        {"type": "section", "block_id": "pick", "text": mrkdwn("Environment"), "accessory": {"type": "static_select", "action_id": "environment", "placeholder": plain("Choose an environment"), "options": [option("staging"), option("production")]}},
        {"type": "section", "block_id": "basket", "text": mrkdwn("Fruits"), "accessory": {"type": "multi_static_select", "action_id": "fruits", "placeholder": plain("Fruits"), "options": fruits}},
        {"type": "actions", "block_id": "row", "elements": [
            {"type": "external_select", "action_id": "release", "placeholder": plain("Release"), "min_query_length": 0},
            {"type": "users_select", "action_id": "person", "placeholder": plain("Person")},
            {"type": "channels_select", "action_id": "channel"},
            {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-23"},
            {"type": "timepicker", "action_id": "time", "initial_time": "14:05"},
            {"type": "datetimepicker", "action_id": "moment", "initial_date_time": 1700000000},
        ]},
        {"type": "actions", "block_id": "choices", "elements": [
            {"type": "checkboxes", "action_id": "checks", "options": fruits, "initial_options": [fruits[0]]},
            {"type": "radio_buttons", "action_id": "radios", "options": fruits},
        ]},
    ]  # fmt: skip


def field(block_id: str, label: str, element: JsonObject, **more: object) -> JsonObject:
    """An input block; the element's action_id is the block's id."""
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {"action_id": block_id, **element},
        **more,
    }


def deploy_form() -> JsonObject:
    """A modal with a field of every kind."""
    fruits = [option("Apple"), option("Pear")]
    blocks = [
        {
            "type": "alert",
            "block_id": "note",
            "level": "warning",
            "text": mrkdwn("*production* is protected: somebody will be asked."),
        },
        field(
            "project",
            "Project",
            {"type": "static_select", "options": [option("web"), option("api")], "initial_option": option("web")},
        ),
        field(
            "release",
            "Release",
            {"type": "external_select", "min_query_length": 0, "placeholder": plain("Type a version")},
            hint=plain("An unknown version can be created."),
        ),
        field("reason", "Reason", {"type": "plain_text_input", "placeholder": plain("Why now?")}),
        field("notes", "Notes", {"type": "plain_text_input", "multiline": True}, optional=True),
        field(
            "batch",
            "Machines at once",
            {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"},
            optional=True,
        ),
        field("mail", "Tell by mail", {"type": "email_text_input"}, optional=True),
        field("people", "Who else", {"type": "multi_users_select"}, optional=True),
        field("when", "Not before", {"type": "datetimepicker"}, optional=True),
        field("options", "Options", {"type": "checkboxes", "options": fruits}, optional=True),
        field("mode", "Mode", {"type": "radio_buttons", "options": fruits, "initial_option": fruits[0]}),
        {"type": "actions", "block_id": "deeper", "elements": [button("Show the plan", "push")]},
    ]
    return {
        "type": "modal",
        "callback_id": "deploy",
        "title": plain("Deploy"),
        "submit": plain("Deploy"),
        "close": plain("Cancel"),
        "notify_on_close": True,
        "blocks": blocks,
    }


def second_view() -> JsonObject:
    """What is pushed on top of the form."""
    return {
        "type": "modal",
        "callback_id": "plan",
        "title": plain("The plan"),
        "blocks": [{"type": "section", "text": mrkdwn("What *would* run.")}],
    }
