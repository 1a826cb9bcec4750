"""Reads how a step takes part in its process: its start trigger, whether it may be left out, its retries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from engine.definitions.fields import Record
from engine.definitions.nodes import shown
from engine.definitions.readings import suggest
from engine.domain.isolation import Isolation
from engine.domain.processes import Retries, Rolling, StartTrigger

KEYS = ("start_trigger", "required", "disabled", "notes", "target_tags", "rolling")
KEYS_OF_ROLLING = ("window", "stop_after_failures")
KEYS_OF_RETRIES = ("attempts", "delay")
_MOST_RETRIES, _LONGEST_DELAY = 3, timedelta(hours=1)


@dataclass(frozen=True)
class StepSettings:
    """What a step says of itself beside its work."""

    start_trigger: StartTrigger
    required: bool
    disabled: bool
    notes: str
    target_tags: tuple[str, ...]
    rolling: Rolling | None


def read_settings(record: Record, *, is_first: bool) -> StepSettings:
    """The keys in KEYS; the first step of a process has nothing that it could start with."""
    notes, tags = record.get("notes"), record.get("target_tags")
    settings = StepSettings(
        start_trigger=_read_start_trigger(record),
        required=record.flag("required", default=False),
        disabled=record.flag("disabled", default=False),
        notes=notes.text("`notes: Takes ten minutes.`", longest=2000) if notes else "",
        target_tags=tags.one_or_many_references("target_tags") if tags else (),
        rolling=_read_rolling(record),
    )
    if settings.rolling and not record.has("target_tags"):
        hint = "Add `target_tags:`, for example `target_tags: [web]`."
        record.fields["rolling"].wrong("rolling", "A step rolls over targets, and this one names no target tags.", hint)
    if is_first and settings.start_trigger is StartTrigger.WITH_PREVIOUS:
        hint = "Remove `start_trigger`, or move the step behind the one it starts with."
        message = "The first step has no step before it to start with."
        record.fields["start_trigger"].wrong("start-trigger", message, hint)
    if settings.required and settings.disabled:
        hint = "Remove one of the two."
        record.fields["disabled"].wrong("contradiction", "A step cannot be required and disabled.", hint)
    return settings


def _read_rolling(record: Record) -> Rolling | None:
    """`rolling: {window: 10, stop_after_failures: 3}`."""
    field = record.get("rolling")
    if field is None:
        return None
    inside = field.table(KEYS_OF_ROLLING)
    window, stop = inside.need("window", "10"), inside.get("stop_after_failures")
    return Rolling(window.whole_number() if window else 1, stop.whole_number() if stop else 1)


def read_retries(record: Record) -> Retries | None:
    """`retries: {attempts: 2, delay: 15s}`."""
    field = record.get("retries")
    if field is None:
        return None
    inside = field.table(KEYS_OF_RETRIES)
    attempts, delay = inside.need("attempts", "2"), inside.get("delay")
    number = attempts.whole_number() if attempts else 1
    wait = delay.duration() if delay else timedelta(seconds=15)
    if attempts and number > _MOST_RETRIES:
        attempts.wrong("too-large", f"At most {_MOST_RETRIES} retries are possible.", "Mend what fails so often.")
    if delay and wait > _LONGEST_DELAY:
        delay.wrong("too-large", "A retry waits an hour at most.", "For example `delay: 15s`.")
    return Retries(min(number, _MOST_RETRIES), wait)


def read_isolation(record: Record) -> Isolation | None:
    """`isolation: none`; None where nothing is said."""
    field = record.get("isolation")
    word = field.text("`full` or `none`") if field else ""
    known = [isolation.value for isolation in Isolation]
    if field and word and word not in known:
        field.wrong("isolation", f"There is no isolation {shown(word)}.", suggest(word, known, "isolations"))
        return None
    return Isolation(word) if word else None


def _read_start_trigger(record: Record) -> StartTrigger:
    field = record.get("start_trigger")
    word = field.text("`with_previous`") if field else ""
    known = [trigger.value for trigger in StartTrigger]
    if field and word and word not in known:
        message = f"There is no start trigger {shown(word)}."
        field.wrong("start-trigger", message, suggest(word, known, "start triggers"))
        return StartTrigger.AFTER_PREVIOUS
    return StartTrigger(word) if word else StartTrigger.AFTER_PREVIOUS
