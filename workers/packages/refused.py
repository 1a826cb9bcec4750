"""What a feed elsewhere answers that is of no use, on its way to whoever asked."""

from __future__ import annotations

from engine.package_contracts import NotThere, Unanswered


class Refused(Exception):
    """The feed has nothing of use; `answer` says whether that may pass."""

    def __init__(self, answer: NotThere | Unanswered) -> None:
        super().__init__(answer.reason)
        self.answer = answer
