"""Reads `prompt:` — what is asked for a variable at each deployment."""

from __future__ import annotations

from engine.definitions.fields import Field
from engine.definitions.nodes import Items, Scalar, shown
from engine.definitions.readings import suggest
from engine.domain.variables import Control, Option, Prompt

LONGEST_OPTION = 150
"""Characters of an option's value: what Slack takes."""
MOST_OPTIONS = 100
"""As many as Slack shows in one select."""

_EXAMPLE = "`{label: Change ticket, required: true}`"


def read_prompt(field: Field) -> Prompt:
    """`{label, help, required, control, options}`; all of it is optional."""
    if isinstance(field.node, Scalar):
        field.wrong("type", "A prompt is a mapping.", f"For example {_EXAMPLE}.")
        return Prompt()
    record = field.table(
        ["label", "help", "required", "control", "options"], hints={"default": "The default is the `value` beside it."}
    )
    written, help_text = record.get("options"), record.get("help")
    options = _read_options(written) if written else ()
    control = _read_control(record.get("control"), has_options=written is not None)
    if control is Control.SELECT and not record.has("options"):
        field.wrong("missing-key", "A select needs `options`.", "For example `options: [blue, green]`.")
    if written and control is not Control.SELECT:
        written.wrong("one-of", f"`options` mean nothing for a {control.value}.", "Write `control: select`.")
    return Prompt(
        label=record.line("label"),
        help=help_text.line(longest=300) if help_text else "",
        required=record.flag("required", default=False),
        control=control,
        options=options,
    )


def check_default(prompt: Prompt, default: str, field: Field) -> None:
    """Note when the default is none of what can be answered."""
    if prompt.control is Control.SELECT and default and default not in [option.value for option in prompt.options]:
        known = [option.value for option in prompt.options]
        field.wrong("prompt-default", "The default is not one of the options.", suggest(default, known, "options"))
    if prompt.control is Control.CHECKBOX and default not in ("", "True", "False"):
        field.wrong("prompt-default", "The default of a checkbox is True or False.", 'Write `value: "True"`.')
    if prompt.control is Control.TEXT and "\n" in default:
        field.wrong("prompt-default", "The default has several lines.", "Write `control: multiline`.")


def _read_control(field: Field | None, *, has_options: bool) -> Control:
    if field is None:
        return Control.SELECT if has_options else Control.TEXT
    word, known = field.text("`text`"), [control.value for control in Control]
    if word and word not in known:
        field.wrong("control", f"There is no control {shown(word)}.", suggest(word, known, "controls"))
        return Control.SELECT if has_options else Control.TEXT
    return Control(word) if word else Control.TEXT


def _read_options(field: Field) -> tuple[Option, ...]:
    items = field.items("`[blue, green]`")
    if not items and isinstance(field.node, Items):
        field.wrong("empty", "There is nothing to choose.", "For example `options: [blue, green]`.")
    if len(items) > MOST_OPTIONS:
        field.wrong("too-many", f"There are {len(items)} options; {MOST_OPTIONS} can be shown.", "Use a text instead.")
    options: dict[str, Option] = {}
    for item in items:
        option = _read_option(item)
        if option.value and options.setdefault(option.value.casefold(), option) is not option:
            item.wrong("duplicate-item", f"{shown(option.value)} is in this list twice.", "Keep one of them.")
    return tuple(options.values())


def _read_option(item: Field) -> Option:
    if isinstance(item.node, Scalar):
        value = item.line("blue", longest=LONGEST_OPTION)
        return Option(value, value)
    record = item.table(["value", "label"])
    written = record.need("value", "blue")
    value = written.line("blue", longest=LONGEST_OPTION) if written else ""
    return Option(value, record.line("label", value))
