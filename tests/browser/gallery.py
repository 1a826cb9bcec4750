"""Blocks and elements of Block Kit as an app would send them, one function a kind. It asserts nothing."""

from typing import Any

JsonObject = dict[str, Any]
MARKDOWN = """## Changes in 1.4.0

- **Faster** start
- [x] tests
  1. one
  2. two

| Step | Took |
|---|---:|
| build | 12 s |

> Mind the *migration*.

```sh
make deploy
```
<img src=x onerror="document.title='broken'">"""
MRKDWN = (
    "*Bold*, _italic_, ~strike~, `code with <tags>`, *bold with <https://example.com|a link>*, snake_case_stays.\n"
    "<@U0BEN000000> in <#C0DEPLOYMEN>, <!channel>; :rocket: :not_an_emoji: &lt;b&gt; &amp;amp;\n"
    "&gt; a quote\n&gt; of two lines\n```$ systemctl restart web\nok```\nhttps://example.com/path?x=1."
)
HOSTILE = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>"


def plain(text: str) -> JsonObject:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> JsonObject:
    """A mrkdwn object."""
    return {"type": "mrkdwn", "text": text}


def option(label: str, description: str | None = None) -> JsonObject:
    """One option of a select or a choice; its value is its label in small letters."""
    made: JsonObject = {"text": plain(label), "value": label.lower()}
    return made if description is None else {**made, "description": plain(description)}


FRUITS = [option("Apple"), option("Pear"), option("Plum", "In season")]


def button(label: str, action_id: str, **more: object) -> JsonObject:
    """A button."""
    return {"type": "button", "text": plain(label), "action_id": action_id, "value": label, **more}


def select(action_id: str, kind: str = "static_select", **more: object) -> JsonObject:
    """A select of any kind."""
    return {"type": kind, "action_id": action_id, "placeholder": plain(f"Choose {action_id}"), **more}


def section(text: str, **more: object) -> JsonObject:
    """A section with words."""
    return {"type": "section", "text": mrkdwn(text), **more}


def actions(block_id: str, *elements: JsonObject) -> JsonObject:
    """A row of controls."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def rich(*parts: JsonObject) -> JsonObject:
    """A rich_text block."""
    return {"type": "rich_text", "elements": list(parts)}


def words(*lines: str, kind: str = "rich_text_section") -> JsonObject:
    """One part of rich text."""
    return {"type": kind, "elements": [{"type": "text", "text": "\n".join(lines)}]}


def log(*lines: str) -> JsonObject:
    """Lines of a log as rich text."""
    return rich(words(*lines, kind="rich_text_preformatted"))


def task(task_id: str, title: str, status: str, **more: object) -> JsonObject:
    """One task of a plan."""
    return {"type": "task_card", "task_id": task_id, "title": title, "status": status, **more}


def plan(smoke_test: str = "pending") -> JsonObject:
    """A deployment's checklist; `smoke_test` is the state of its last step."""
    install = {"details": rich(words("Two machines, one after the other.")), "output": log("web-1 ok", "web-2 ok")}
    tasks = [
        task("build", "Build the package", "complete"),
        task("approve", "Approval by release-managers", "complete", details=rich(words("Proceeded by ben."))),
        task("install", "Install on production", "in_progress", **install),
        task("migrate", "Migrate the database", "error", output=log("column exists")),
        task("smoke", "Smoke test", smoke_test),
    ]
    return {"type": "plan", "block_id": "plan", "title": "web 1.4.0 to production", "tasks": tasks}


CONFIRM = {
    "title": plain("Abort the deployment?"),
    "text": mrkdwn("*web 1.4.0* stays half deployed in production."),
    "confirm": plain("Abort"),
    "deny": plain("Go on"),
    "style": "danger",
}


def card(smoke_test: str = "pending") -> list[JsonObject]:
    """What a deployment's card may look like."""
    fields = [
        mrkdwn("*Requested by*\n<@U0ANA000000>"),
        mrkdwn("*Environment*\nproduction"),
        mrkdwn("*Release*\n<https://example.com/releases/1.4.0|1.4.0>"),
        mrkdwn("*Started*\n<!date^1700000000^{date_short} {time}|2023-11-14 22:13 UTC>"),
    ]
    return [
        {"type": "header", "text": plain("Deployment #17: web 1.4.0 to production")},
        {"type": "section", "fields": fields},
        plan(smoke_test),
        {"type": "context", "elements": [mrkdwn(":hourglass_flowing_sand: Running for 2 min 14 s")]},
        actions(
            "decide",
            button("Proceed…", "proceed", style="primary"),
            button("Abort…", "abort", style="danger", confirm=CONFIRM),
            button("Nobody listens", "unheard"),
            {"type": "overflow", "action_id": "more", "options": [option("Plan"), option("Mute")]},
        ),
    ]


def texts() -> list[JsonObject]:
    """Words in all the ways there are."""
    styled = [
        {"type": "text", "text": "Styled ", "style": {"bold": True}},
        {"type": "user", "user_id": "U0ANA000000"},
        {"type": "emoji", "name": "tada", "unicode": "1f389"},
        {"type": "link", "url": "https://example.com", "text": "a rich link"},
    ]
    numbered = {"type": "rich_text_list", "style": "ordered", "elements": [words("first"), words("second")]}
    inside = {"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [words("inside")]}
    return [
        section(MRKDWN),
        {"type": "divider"},
        rich(
            {"type": "rich_text_section", "elements": styled},
            numbered,
            inside,
            words("Quoted.", kind="rich_text_quote"),
            words("14:05:01 INFO  started", HOSTILE, kind="rich_text_preformatted"),
        ),
        {"type": "markdown", "text": MARKDOWN},
    ]


def table() -> JsonObject:
    """Which version is where."""
    rows = [("Project", "staging", "production"), ("web", "1.4.0", "1.3.9"), ("api", "7.2.1", "7.2.1")]
    cells = [[{"type": "raw_text", "text": cell} for cell in row] for row in rows]
    return {"type": "table", "rows": cells, "column_settings": [{"align": "left"}, {"align": "right"}]}


def boxes() -> list[JsonObject]:
    """A card and a folded container."""
    tile = {"title": mrkdwn("web"), "subtitle": mrkdwn("production"), "body": mrkdwn("*1.3.9* since yesterday")}
    folded = {"is_collapsible": True, "default_collapsed": True, "child_blocks": [section("Hidden until opened.")]}
    return [
        {"type": "card", "block_id": "tile", **tile, "actions": [button("Deploy", "card_deploy")]},
        {"type": "container", "block_id": "fold", "title": plain("Step details"), **folded},
    ]


def controls() -> list[JsonObject]:
    """Every element that may stand in a message."""
    environments = select("environment", options=[option("Staging"), option("Production")])
    return [
        section("Environment", block_id="pick", accessory=environments),
        section("Fruits", block_id="basket", accessory=select("fruits", "multi_static_select", options=FRUITS)),
        actions(
            "row",
            select("release", "external_select", min_query_length=0),
            select("person", "users_select"),
            select("channel", "channels_select"),
            {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-23"},
            {"type": "timepicker", "action_id": "time", "initial_time": "14:05"},
            {"type": "datetimepicker", "action_id": "moment", "initial_date_time": 1_700_000_040},
        ),
        actions(
            "choices",
            {"type": "checkboxes", "action_id": "checks", "options": FRUITS, "initial_options": [FRUITS[0]]},
            {"type": "radio_buttons", "action_id": "radios", "options": FRUITS},
        ),
    ]


def field(block_id: str, label: str, kind: str, *, optional: bool = True, **element: object) -> JsonObject:
    """An input block; the element's action_id is the block's id."""
    made = {"type": kind, "action_id": block_id, **element}
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": made, "optional": optional}


def deploy_form(note: str = "production is protected: somebody will be asked.") -> JsonObject:
    """A modal with a field of every kind."""
    projects = [option("Web"), option("Api")]
    hint = plain("An unknown version can be created.")
    blocks = [
        {"type": "alert", "block_id": "note", "level": "warning", "text": mrkdwn(note)},
        field("project", "Project", "static_select", optional=False, options=projects, initial_option=projects[0]),
        {**field("release", "Release", "external_select", optional=False, min_query_length=0), "hint": hint},
        field("reason", "Reason", "plain_text_input", optional=False, placeholder=plain("Why now?")),
        field("notes", "Notes", "plain_text_input", multiline=True),
        field("batch", "Machines at once", "number_input", is_decimal_allowed=False, min_value="1"),
        field("mail", "Tell by mail", "email_text_input"),
        field("people", "Who else", "multi_users_select"),
        field("when", "Not before", "datetimepicker"),
        field("choice", "Options", "checkboxes", options=FRUITS),
        field("mode", "Mode", "radio_buttons", options=FRUITS, initial_option=FRUITS[0]),
        actions("deeper", button("Show the plan", "push"), button("Refresh", "refresh")),
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
        "blocks": [section("What *would* run."), actions("deeper", button("One deeper", "push"))],
    }
