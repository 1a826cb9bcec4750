"""What a person chooses for one deployment beyond what goes where; it travels from the command to the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.services import prompts
from engine.services.gates import Way


@dataclass(frozen=True)
class Choices:
    """`skip`: steps to leave out, by slug or name. `at`, `until`: when it is to begin, and until when it may, in the
    person's words and time zone. `reason`: why. `way`: how to pass what is locked or frozen. `answers`: to what it asks
    for, by name or label. `guided`: is somebody asked when a step fails; None: as project and environment say. `on`,
    `without`: the only machines that it goes to, and those that it does not go to. `seen`: the rules that somebody was
    shown before an emergency passes them over; None: nothing was shown yet.
    """

    skip: Sequence[str] = ()
    at: str = ""
    until: str = ""
    reason: str = ""
    way: Way = Way.NONE
    answers: prompts.Given = ()
    guided: bool | None = None
    on: Sequence[str] = ()
    without: Sequence[str] = ()
    seen: Sequence[str] | None = None


NONE = Choices()
